//! Messages in: one `hear` per message.

use chassis::{
    db::Tx,
    grpc::instant,
    inbox::{Heard, Hears, Trouble},
};
use suda_proto::{
    archive::v1::{
        AddendumSealed, CaseSealed, FileChanged, FileDestroyed, FileView, LegalHoldLifted,
        LegalHoldSet,
    },
    directory::v1::{PolicyPublished, PostChanged, TaxonomyAxis, TaxonomyPublished, UnitChanged},
    intake::v1::{ComplaintRegistered, ProgressState},
    routing::v1::{
        AnswerSent, BounceRuled, CaseAccepted, CaseAnswered, CaseClosed, CaseDeclined, CaseFiled,
        CaseJoined, CaseSettled, CaseState, CaseTransferredOut, CaseView, CaseWithdrawn,
        GroupFormed, InterestDeclared, OrderIssued, ResultPassed,
    },
};
use uuid::Uuid;

use crate::{
    actions::{erasing, grouping},
    desk::Desk,
    domain::{
        complaint::{Axis, Unit},
        erasure::Kept,
        group::Rule,
    },
    store::{self, groups::Published, posts::Post},
};

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

impl Hears<PostChanged> for Desk {
    /// Keeps who works where: the colleagues of a person complained of are kept from the complainant's identity.
    async fn hear(&self, tx: &Tx, told: PostChanged, _heard: &Heard) -> Result<(), Trouble> {
        let post = told
            .post
            .ok_or_else(|| park("PostChanged without its post"))?;
        let lives = post.abolished_on.is_empty();
        let person = |id: String| if lives { id } else { String::new() };
        let kept = Post {
            code: post.code,
            unit_code: post.unit_code,
            holder: person(post.holder_person_id),
            deputy: person(post.deputy_person_id),
            revision: i64::try_from(post.revision).unwrap_or(i64::MAX),
        };
        Ok(store::posts::keep(tx, &kept).await?)
    }
}

impl Hears<TaxonomyPublished> for Desk {
    /// Keeps the codes in use: a registration that names another is refused.
    async fn hear(&self, tx: &Tx, told: TaxonomyPublished, _heard: &Heard) -> Result<(), Trouble> {
        let taxonomy = told
            .taxonomy
            .ok_or_else(|| park("TaxonomyPublished without its taxonomy"))?;
        let used = taxonomy.entries.into_iter().filter(|entry| !entry.retired);
        let codes = used.filter_map(|entry| {
            let axis = match entry.axis() {
                TaxonomyAxis::Business => Axis::Business,
                TaxonomyAxis::Cause => Axis::Cause,
                TaxonomyAxis::HandledVia => Axis::HandledVia,
                // What a unit is there for classifies no complaint.
                TaxonomyAxis::Function | TaxonomyAxis::Unspecified => return None,
            };
            Some((axis, entry.code))
        });
        let version = i64::try_from(taxonomy.version).unwrap_or(i64::MAX);
        Ok(store::taxonomy::keep(tx, &taxonomy.code, version, codes.collect()).await?)
    }
}

impl Hears<PolicyPublished> for Desk {
    /// Keeps when similar complaints call for a warning (guideline art. 9).
    async fn hear(&self, tx: &Tx, told: PolicyPublished, _heard: &Heard) -> Result<(), Trouble> {
        let policy = told
            .policy
            .ok_or_else(|| park("PolicyPublished without its policy"))?;
        let day = |text: &str| {
            text.parse()
                .map_err(|_| park("a policy in force from or until no day"))
        };
        let from = day(&policy.effective_from)?;
        let until = match policy.effective_until.as_str() {
            "" => None,
            text => Some(day(text)?),
        };
        for warning in policy.group_warnings {
            let published = Published {
                policy: (
                    policy.code.clone(),
                    i64::try_from(policy.version).unwrap_or(i64::MAX),
                ),
                code: warning.code,
                union: policy.union_code.clone(),
                rule: Rule {
                    article: warning.article,
                    complainants: warning.complainants,
                    days: warning.days.into(),
                    similar_percent: warning.similar_percent,
                },
                effective: (from, until),
            };
            store::groups::keep_rule(tx, &published).await?;
        }
        Ok(())
    }
}

impl Hears<ComplaintRegistered> for Desk {
    /// Its own word: after registering it is looked whether the complaint is one of many.
    async fn hear(
        &self,
        tx: &Tx,
        told: ComplaintRegistered,
        _heard: &Heard,
    ) -> Result<(), Trouble> {
        let complaint = told
            .complaint
            .and_then(|complaint| complaint.complaint_id.parse().ok())
            .ok_or_else(|| park("ComplaintRegistered without a usable id"))?;
        grouping::look(self, tx, complaint)
            .await
            .map_err(|error| Trouble::Again(error.into()))
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

/// What the archive keeps of a complaint, and until when: it bars erasing (个人信息保护法 art. 47).
macro_rules! keeps {
    ($($message:ident),*) => { $(
        impl Hears<$message> for Desk {
            async fn hear(&self, tx: &Tx, told: $message, _heard: &Heard) -> Result<(), Trouble> {
                let file = told.file.ok_or_else(|| park(concat!(stringify!($message), " without its file")))?;
                kept(tx, &file).await?;
                Ok(())
            }
        }
    )* };
}
keeps!(CaseSealed, AddendumSealed, FileChanged);

impl Hears<FileDestroyed> for Desk {
    /// What was destroyed after its term takes the complainant's key with it.
    async fn hear(&self, tx: &Tx, told: FileDestroyed, _heard: &Heard) -> Result<(), Trouble> {
        let file = told
            .file
            .ok_or_else(|| park("FileDestroyed without its file"))?;
        let complaint = kept(tx, &file).await?;
        erasing::file_destroyed(tx, self, complaint)
            .await
            .map_err(|error| Trouble::Again(error.into()))
    }
}

async fn kept(tx: &Tx, file: &FileView) -> Result<Uuid, Trouble> {
    let id = |text: &str| text.parse::<Uuid>().map_err(|_| park("a file without ids"));
    let complaint = id(&file.complaint_id)?;
    let expires_on = match file.expires_on.as_str() {
        "" => None,
        day => Some(
            day.parse()
                .map_err(|_| park("a term that ends on no day"))?,
        ),
    };
    let kept = Kept {
        expires_on,
        destroyed: file.destroyed_at.is_some(),
    };
    let revision = i64::try_from(file.revision).unwrap_or(i64::MAX);
    store::erasing::keep_file(tx, id(&file.file_id)?, complaint, revision, kept).await?;
    Ok(complaint)
}

/// Legal holds bar erasing while they stand.
macro_rules! holds {
    ($($message:ident => $lifted:literal),*) => { $(
        impl Hears<$message> for Desk {
            async fn hear(&self, tx: &Tx, told: $message, _heard: &Heard) -> Result<(), Trouble> {
                let hold = told.hold.ok_or_else(|| park(concat!(stringify!($message), " without its hold")))?;
                let id = |text: &str| text.parse::<Uuid>().map_err(|_| park("a hold without ids"));
                let (hold_id, complaint) = (id(&hold.hold_id)?, id(&hold.complaint_id)?);
                store::erasing::keep_hold(tx, hold_id, complaint, $lifted).await?;
                Ok(())
            }
        }
    )* };
}
holds!(LegalHoldSet => false, LegalHoldLifted => true);

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
    let state = progress(case).as_str_name();
    store::logs::case_is(tx, id, revision, (state, &case.lead_unit_code), at).await?;
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
