//! Looks whether a complaint is one of many, and warns (群体性投诉预警, guideline art. 9).
//!
//! It happens after registering, when intake hears its own word: whoever registers does not wait for it.

use chassis::{auth::Caller, db::Tx};
use chrono::{DateTime, TimeDelta, Utc};
use prost::Message as _;
use suda_proto::intake::v1 as tells;
use uuid::Uuid;

use super::{may_see, scope};
use crate::{
    desk::{Actor, Desk},
    domain::{
        day,
        group::{self, Cluster, Features, Ground, Rule},
    },
    errors::ActionError,
    publications::Teller,
    store::{
        self,
        complaints::ComplaintRow,
        groups::{self, GroupRow},
    },
    vault::Content,
};

/// Most groups of a list.
const MOST: u32 = 1000;
/// Groups of a list when no number is asked for.
const USUAL: u32 = 100;

/// Looks for the group of a complaint that was registered.
pub async fn look(desk: &Desk, tx: &Tx, id: Uuid) -> Result<(), ActionError> {
    let row = store::complaints::find(tx, id)
        .await?
        .ok_or(ActionError::Inconsistent("registered complaint", id))?;
    let Some(rule) = groups::rule(tx, &row.union_code, day::of(row.received_at)).await? else {
        return Ok(());
    };
    if let Some(slots) = sketch(desk, tx, id).await? {
        groups::keep_sketch(tx, id, slots).await?;
    }
    groups::lock(tx, &row.union_code).await?;
    let Some(new) = groups::of(tx, vec![id]).await?.pop() else {
        return Ok(());
    };
    let span = around(new.received_at, new.received_at, &rule);
    let others = groups::received(tx, &row.union_code, &new, span).await?;
    let Some(cluster) = group::cluster(&new, &others, &rule) else {
        return Ok(());
    };
    let known = groups::holding(tx, cluster.members.clone()).await?;
    let looking = Looking {
        desk,
        tx,
        row: &row,
        new: &new,
        rule: &rule,
    };
    match known {
        Some(known) => looking.join(known, cluster).await,
        None if group::warns(cluster.complainants, 0, &rule) => looking.open(&cluster).await,
        None => Ok(()),
    }
}

fn around(
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    rule: &Rule,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let span = TimeDelta::days(rule.days);
    (last - span, first + span)
}

/// What the text of a complaint looks like; none once it was erased.
async fn sketch(desk: &Desk, tx: &Tx, id: Uuid) -> Result<Option<Vec<i64>>, ActionError> {
    let sealed = store::complaints::sealed(tx, id)
        .await?
        .ok_or(ActionError::Inconsistent("key of complaint", id))?;
    let Some(wrapped) = sealed.key() else {
        return Ok(None);
    };
    let key = desk.vault.open_key(&wrapped)?;
    let opened = key.open(Content::Narrative, &sealed.sealed_narrative)?;
    let narrative = tells::Narrative::decode(opened.as_slice())
        .map_err(|_| ActionError::Inconsistent("text of complaint", id))?;
    let blind = |pair: &str| {
        let mac = desk.vault.blind("pair", pair);
        mac.iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    Ok(Some(group::sketch(&narrative.content, blind)).filter(|slots| !slots.is_empty()))
}

struct Looking<'a> {
    desk: &'a Desk,
    tx: &'a Tx,
    row: &'a ComplaintRow,
    new: &'a Features,
    rule: &'a Rule,
}

impl Looking<'_> {
    /// A group is seen for the first time.
    async fn open(&self, cluster: &Cluster) -> Result<(), ActionError> {
        let share = |of: Ground, code: &str| {
            if cluster.ground == of {
                code.to_owned()
            } else {
                String::new()
            }
        };
        let group = GroupRow {
            id: self.desk.ids.new_id(),
            union_code: self.row.union_code.clone(),
            unit_code: self.new.unit.clone(),
            ground: cluster.ground.code().to_owned(),
            business_code: share(Ground::Business, &self.new.business),
            cause_code: share(Ground::Cause, &self.new.cause),
            article: self.rule.article.clone(),
            threshold: small(self.rule.complainants),
            days: i32::try_from(self.rule.days).unwrap_or(i32::MAX),
            opened_at: self.desk.clock.now(),
            first_received_at: self.new.received_at,
            last_received_at: self.new.received_at,
            complaints: 0,
            complainants: 0,
            warned_complainants: 0,
            province_complaints: 0,
            revision: 0,
        };
        groups::keep(self.tx, &group).await?;
        self.grow(group, cluster.ground, cluster.members.clone())
            .await
    }

    /// A complaint belongs to a group that is known.
    async fn join(&self, group: GroupRow, cluster: Cluster) -> Result<(), ActionError> {
        let ground = Ground::from_code(&group.ground).unwrap_or(cluster.ground);
        if groups::has(self.tx, group.id, self.row.id).await? {
            return Ok(());
        }
        self.grow(group, ground, cluster.members).await
    }

    /// These are of a group; those that are in a third one stay there.
    async fn grow(
        &self,
        group: GroupRow,
        ground: Ground,
        members: Vec<Uuid>,
    ) -> Result<(), ActionError> {
        groups::join(self.tx, group.id, members).await?;
        let tally = groups::tally(self.tx, group.id).await?;
        let complainants = u32::try_from(tally.complainants).unwrap_or(u32::MAX);
        let warned = u32::try_from(group.warned_complainants).unwrap_or(0);
        let warns = group::warns(complainants, warned, self.rule);
        let first = tally.first.unwrap_or(group.first_received_at);
        let last = tally.last.unwrap_or(group.last_received_at);
        let alike =
            |slots: &[i64]| group::likeness(&self.new.sketch, slots) >= self.rule.similar_percent;
        let province = groups::in_province(self.tx, self.new, ground, (first, last), alike).await?;
        let group = GroupRow {
            first_received_at: first,
            last_received_at: last,
            complaints: i32::try_from(tally.complaints).unwrap_or(i32::MAX),
            complainants: small(complainants),
            warned_complainants: small(if warns { complainants } else { warned }),
            province_complaints: i32::try_from(province).unwrap_or(i32::MAX),
            revision: group.revision + 1,
            ..group
        };
        groups::keep(self.tx, &group).await?;
        if warns {
            self.warn(&group).await?;
        }
        Ok(())
    }

    async fn warn(&self, group: &GroupRow) -> Result<(), ActionError> {
        // Nobody at a desk saw it: it follows from what was registered.
        let actor = Actor {
            person_id: String::new(),
            post: "intake".to_owned(),
        };
        let teller = Teller {
            tx: self.tx,
            ids: &self.desk.ids,
            actor: &actor,
            now: self.desk.clock.now(),
        };
        Ok(teller.group_suspected(group, self.row).await?)
    }
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The groups a caller may see.
pub async fn list(
    desk: &Desk,
    caller: &Caller,
    union: &str,
    limit: u32,
) -> Result<Vec<GroupRow>, ActionError> {
    let limit = if limit == 0 { USUAL } else { limit.min(MOST) };
    let seen = desk.db.seen_by(caller).await?;
    Ok(groups::list(&seen, &scope(caller), union, limit).await?)
}

/// A group a caller may see, with the numbers of those of its complaints that he may.
pub async fn get(
    desk: &Desk,
    caller: &Caller,
    id: Uuid,
) -> Result<(GroupRow, Vec<String>), ActionError> {
    let seen = desk.db.seen_by(caller).await?;
    let group = groups::find(&seen, id)
        .await?
        .filter(|group| caller.sees(&group.union_code))
        .ok_or(ActionError::NoGroup)?;
    let mut numbers = Vec::new();
    for member in groups::members(&seen, id).await? {
        let Some(row) = store::complaints::find(&seen, member).await? else {
            continue;
        };
        match may_see(&seen, &scope(caller), &row).await {
            Ok(()) => numbers.push(row.number),
            // Whom a complaint is kept from is not told that it is there.
            Err(ActionError::NoComplaint | ActionError::Recused) => {}
            Err(error) => return Err(error),
        }
    }
    numbers.sort_unstable();
    Ok((group, numbers))
}
