//! Cases that are joined to a lead and follow it: each keeps its own history and gets its own letter (P53).

use chassis::db::Tx;
use chrono::{DateTime, Utc};

use super::letters::{self, Way};
use crate::{
    desk::Desk,
    domain::{
        case::{Case, Outcome},
        notice,
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        self, course,
        record::{self, Entry},
    },
};

/// What a lead case did that its joined cases follow.
pub(super) enum Led<'a> {
    /// Its complainant was told the decision; the same words go to each.
    Told(
        &'a (dyn Fn(&notice::Letterhead) -> notice::Words + Sync),
        DateTime<Utc>,
    ),
    /// It is closed.
    Closed,
    /// It was taken back: one complainant does not withdraw for another.
    TakenBack,
}

/// Lets the cases that are joined to a lead follow it: each keeps its own history and gets its own letter (P53).
pub(super) async fn follow(
    desk: &Desk,
    tx: &Tx,
    lead: &Case,
    led: &Led<'_>,
    (post, now): (&str, DateTime<Utc>),
) -> Result<(), ActionError> {
    for mut case in course::joined_to(tx, lead.id, true).await? {
        let (outcome, event) = match led {
            Led::Told(_, at) => (case.told_with_lead(*at, now), "AnswerSent"),
            Led::Closed => (case.close_with_lead(now), "CaseClosed"),
            Led::TakenBack => (case.part(now), "CaseFiled"),
        };
        let Outcome::Moved(fact) = outcome else {
            continue;
        };
        store::save(tx, &case, "follow_lead").await?;
        let number = lead.registration.number.clone();
        let entry = Entry {
            event,
            occurred_at: now,
            recorded_at: now,
            post,
            person: "",
            name: "",
            texts: &[("随主案", number)],
        };
        record::write(tx, &case, entry).await?;
        let telling = Telling {
            post,
            occurred_at: now,
            manner: None,
        };
        publications::tell(desk, tx, &case, &fact, &telling).await?;
        if let Led::Told(words, _) = led {
            let unit = lead.order.as_ref().map(|order| order.lead.as_str());
            let words = words(&letters::letterhead(tx, &case, unit, now).await?);
            let way = Way::Send(None);
            letters::to_complainant(desk, tx, &case, &words, &way, (post, now)).await?;
        }
    }
    Ok(())
}
