//! Who looks: what the policies of the tables bound a reading by.
//!
//! Each service filters what it reads by the caller's unions and units. PostgreSQL filters once more, by what the connection
//! says of who looks (`migrations/0020_sight.sql`), so that a statement that forgets its condition shows nothing foreign. The
//! service's own work says `*`: it hears, tells and seals for everybody. What answers a caller goes through [`Db::seen_by`].

use sea_orm::{ConnectionTrait as _, DbErr};

use crate::{
    auth::Caller,
    db::{Db, Tx, sql},
};

/// What a connection is told at its start: it works for the service itself.
pub(crate) const OWN_WORK: (&str, &str) = ("suda.scope", "*");

/// What a reading is bounded by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Only these unions; none for all.
    pub unions: Option<Vec<String>>,
    /// Only what these units have to do with; none for all of the unions.
    pub units: Option<Vec<String>>,
    /// Units and unions of the reader's own posts, whatever he is bounded to.
    pub own_units: Vec<String>,
    /// His posts.
    pub own_posts: Vec<String>,
    /// Who reads: he sees nothing that concerns himself.
    pub person: String,
}

impl From<&Caller> for Sight {
    fn from(caller: &Caller) -> Self {
        let posts = caller.posts.iter();
        let mut own_units: Vec<String> = posts
            .flat_map(|post| [post.unit.clone(), post.union.clone()])
            .collect();
        own_units.sort();
        own_units.dedup();
        Self {
            unions: caller.unions_or_all(),
            units: caller.outlet_only(),
            own_units,
            own_posts: caller.posts.iter().map(|post| post.code.clone()).collect(),
            person: caller.person_id.clone(),
        }
    }
}

impl Db {
    /// A reading that sees what its reader may see, whatever its statements ask, and cannot write.
    ///
    /// It holds a connection until it is dropped: nobody waits for something else meanwhile, nor reads beside it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn seen_by(&self, sight: impl Into<Sight>) -> Result<Tx, DbErr> {
        const BOUND: &str = "SELECT set_config('suda.scope', coalesce($1::text[]::text, 'all'), true), \
             set_config('suda.units', coalesce($2::text[]::text, ''), true), \
             set_config('suda.own_units', $3::text[]::text, true), \
             set_config('suda.own_posts', $4::text[]::text, true), \
             set_config('suda.person', $5, true), set_config('transaction_read_only', 'on', true)";
        let sight = sight.into();
        let tx = self.begin().await?;
        let values = [
            sight.unions.into(),
            sight.units.into(),
            sight.own_units.into(),
            sight.own_posts.into(),
            sight.person.into(),
        ];
        tx.query_one_raw(sql(BOUND, values)).await?;
        Ok(tx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::HeldPost;

    #[test]
    fn a_caller_sees_his_unions_and_what_was_sent_to_his_units() {
        let post = |code: &str, role: &str| HeldPost {
            code: code.to_owned(),
            unit: "589002JG".to_owned(),
            union: "589002".to_owned(),
            role: role.to_owned(),
        };
        let mut caller = Caller {
            person_id: "p-1".to_owned(),
            name: String::new(),
            posts: vec![
                post("589002JG-h", "handler"),
                post("589002JG-c", "unit_head"),
            ],
            unions: vec!["589002".to_owned()],
        };
        let sight = Sight::from(&caller);
        assert_eq!(sight.unions, Some(vec!["589002".to_owned()]));
        assert_eq!(sight.units, Some(vec!["589002JG".to_owned()]));
        assert_eq!(sight.own_units, ["589002", "589002JG"]);
        assert_eq!(sight.own_posts, ["589002JG-h", "589002JG-c"]);
        assert_eq!(sight.person, "p-1");
        caller.unions = vec!["*".to_owned()];
        caller.posts = vec![post("589002JG-a", "auditor")];
        let sight = Sight::from(&caller);
        assert_eq!((sight.unions, sight.units), (None, None));
    }
}
