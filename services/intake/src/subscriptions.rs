//! Messages in: one `hear` per message.

use chassis::{
    db::Tx,
    grpc::instant,
    inbox::{Heard, Hears, Trouble},
};
use suda_proto::{
    directory::v1::UnitChanged,
    intake::v1::ProgressState,
    routing::v1::{
        AnswerSent, BounceRuled, CaseAccepted, CaseAnswered, CaseClosed, CaseDeclined, CaseFiled,
        CaseJoined, CaseSettled, CaseState, CaseTransferredOut, CaseView, CaseWithdrawn,
        GroupFormed, InterestDeclared, OrderIssued, ResultPassed,
    },
};
use uuid::Uuid;

use crate::{desk::Desk, domain::complaint::Unit, store};

impl Hears<UnitChanged> for Desk {
    /// Keeps the unit as it is now; older news of it is dropped.
    async fn hear(&self, tx: &Tx, told: UnitChanged, _heard: &Heard) -> Result<(), Trouble> {
        let unit = told
            .unit
            .ok_or_else(|| park("UnitChanged without its unit"))?;
        let retired_on = match unit.retired_on.as_str() {
            "" => None,
            date => Some(
                date.parse()
                    .map_err(|_| park("a unit retired on no date"))?,
            ),
        };
        let kept = Unit {
            code: unit.code,
            union_code: unit.union_code,
            reception: unit.reception,
            retired_on,
        };
        let revision = i64::try_from(unit.revision).unwrap_or(i64::MAX);
        store::units::keep(tx, &kept, unit.kind, revision).await?;
        Ok(())
    }
}

impl Hears<InterestDeclared> for Desk {
    /// Whoever declared an interest sees nothing of the complaint any more (guideline art. 19).
    async fn hear(&self, tx: &Tx, told: InterestDeclared, _heard: &Heard) -> Result<(), Trouble> {
        let case = told
            .case
            .ok_or_else(|| park("InterestDeclared without its case"))?;
        store::complaints::recuse(tx, complaint_of(&case)?, &told.person_id).await?;
        Ok(())
    }
}

/// What moves a case: the complainant who asks is told how far it is, and the units that were ordered see the complaint.
macro_rules! moves {
    ($($message:ident),*) => { $(
        impl Hears<$message> for Desk {
            async fn hear(&self, tx: &Tx, told: $message, heard: &Heard) -> Result<(), Trouble> {
                let case = told.case.ok_or_else(|| park(concat!(stringify!($message), " without its case")))?;
                moved(tx, &case, heard).await
            }
        }
    )* };
}
moves!(
    CaseSettled,
    CaseFiled,
    CaseAccepted,
    CaseDeclined,
    CaseAnswered,
    OrderIssued,
    AnswerSent,
    ResultPassed,
    CaseClosed,
    CaseWithdrawn,
    BounceRuled,
    CaseJoined,
    CaseTransferredOut,
    GroupFormed
);

async fn moved(tx: &Tx, case: &CaseView, heard: &Heard) -> Result<(), Trouble> {
    let id = complaint_of(case)?;
    let revision = i64::try_from(case.revision).unwrap_or(i64::MAX);
    let at = case
        .moved_at
        .as_ref()
        .and_then(instant)
        .unwrap_or(heard.occurred_at);
    store::logs::case_is(tx, id, revision, progress(case).as_str_name(), at).await?;
    if !case.lead_unit_code.is_empty() {
        let units = [
            std::slice::from_ref(&case.lead_unit_code),
            &case.co_unit_codes,
        ]
        .concat();
        store::complaints::let_see(tx, id, units).await?;
    }
    // Whoever a case is handed to reads what it is about (guideline art. 10, 20).
    if !case.transferred_to_unit_code.is_empty() {
        let unit = vec![case.transferred_to_unit_code.clone()];
        store::complaints::let_see(tx, id, unit).await?;
    }
    Ok(())
}

/// Where a case stands, in the complainant's words.
fn progress(case: &CaseView) -> ProgressState {
    match case.state() {
        CaseState::Unspecified | CaseState::Registered => ProgressState::Registered,
        CaseState::Filed | CaseState::Accepted | CaseState::DeclineProposed => {
            ProgressState::UnderAcceptance
        }
        CaseState::Ordered | CaseState::Handling | CaseState::ResultFiled
            if case.decision_notified_at.is_none() =>
        {
            ProgressState::Handling
        }
        CaseState::Ordered | CaseState::Handling | CaseState::ResultFiled => {
            ProgressState::Answered
        }
        CaseState::Answered | CaseState::ResultPassed => ProgressState::Answered,
        CaseState::Declined => ProgressState::Declined,
        CaseState::Withdrawn => ProgressState::Withdrawn,
        CaseState::Transferred => ProgressState::Transferred,
        CaseState::Joined => ProgressState::Joined,
        CaseState::Settled | CaseState::Closed | CaseState::Archived => ProgressState::Closed,
    }
}

fn complaint_of(case: &CaseView) -> Result<Uuid, Trouble> {
    case.complaint_id
        .parse()
        .map_err(|_| park("a case whose complaint has no id"))
}

fn park(why: &'static str) -> Trouble {
    Trouble::Park(anyhow::anyhow!(why))
}
