//! Everything intake can be asked to do.
//!
//! What changes something runs inside the transaction of the door it came through; what needs other hands first (files,
//! keys) is prepared before that transaction begins.

pub mod adding;
pub mod erasing;
pub mod grouping;
pub mod looking;
pub mod quarantining;
pub mod registering;
pub mod relating;

use chassis::auth::Caller;
use sea_orm::ConnectionTrait;

use crate::{
    desk::{Actor, Desk},
    domain::media::{self, Media},
    errors::ActionError,
    store::{
        self, Scope,
        complaints::{Arrival, ComplaintRow, Taken},
        parts::{FileRow, NewEvidence},
    },
    vault::{Content, DataKey},
    wire::Given,
};

/// What bounds what a caller sees.
#[must_use]
pub fn scope(caller: &Caller) -> Scope {
    Scope {
        unions: caller.unions_or_all(),
        units: caller.outlet_only(),
        own_units: caller.posts.iter().map(|post| post.unit.clone()).collect(),
        person_id: caller.person_id.clone(),
    }
}

/// In which post a caller acts for a unit of a union.
#[must_use]
pub fn actor(caller: &Caller, unit: &str, union: &str) -> Actor {
    let posts = &caller.posts;
    let post = posts
        .iter()
        .find(|post| post.unit == unit)
        .or_else(|| posts.iter().find(|post| post.union == union))
        .or_else(|| posts.first());
    Actor {
        person_id: caller.person_id.clone(),
        post: post.map_or_else(|| caller.person_id.clone(), |post| post.code.clone()),
    }
}

/// Whether a caller may see a complaint: its union, for handling units only what they have to do with, and never what one
/// is complained of in (guideline art. 5, 19).
pub async fn may_see(
    db: &impl ConnectionTrait,
    scope: &Scope,
    row: &ComplaintRow,
) -> Result<(), ActionError> {
    // What an office sent down is seen by the unit it was sent to, though the complaint is the office's (guideline art. 20).
    let outside = scope
        .unions
        .as_ref()
        .is_some_and(|unions| !unions.contains(&row.union_code));
    if outside && !store::complaints::concerns(db, row.id, &scope.own_units).await? {
        return Err(ActionError::NoComplaint);
    }
    if let Some(units) = &scope.units
        && !store::complaints::concerns(db, row.id, units).await?
    {
        return Err(ActionError::NoComplaint);
    }
    let complained =
        !row.complained_person_id.is_empty() && row.complained_person_id == scope.person_id;
    if complained || store::complaints::is_recused(db, row.id, &scope.person_id).await? {
        return Err(ActionError::Recused);
    }
    Ok(())
}

/// Refuses a request id that was used for something else.
fn same_request(taken: &Taken, arrival: &Arrival) -> Result<(), ActionError> {
    let reused = taken.request_id == arrival.request_id
        && (taken.rpc != arrival.rpc || taken.digest != arrival.digest);
    if reused {
        Err(ActionError::RequestReused)
    } else {
        Ok(())
    }
}

/// Makes sure that what is handed in is there, and known for what it is.
async fn know_files(desk: &Desk, given: &[Given]) -> Result<(), ActionError> {
    if given.is_empty() {
        return Ok(());
    }
    let digests: Vec<String> = given.iter().map(|one| one.digest.clone()).collect();
    let known = store::parts::files(desk.db.reader(), digests).await?;
    for one in given
        .iter()
        .filter(|one| known.iter().all(|file| file.digest != one.digest))
    {
        // An adapter may have put it there without asking us.
        let bytes = desk
            .blobs
            .get(&one.digest)
            .await
            .map_err(ActionError::Blobs)?;
        let bytes = bytes.ok_or_else(|| {
            ActionError::Invalid(
                "evidence",
                format!("附件 {} 不存在,请先上传", short(&one.digest)),
            )
        })?;
        let media_type = match media::sniff(&bytes) {
            Media::Is(kind) => kind,
            Media::Runs => return Err(runs()),
        };
        let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let file = FileRow {
            digest: one.digest.clone(),
            size_bytes,
            media_type: media_type.to_owned(),
        };
        store::parts::keep_file(desk.db.reader(), &file, desk.clock.now()).await?;
    }
    Ok(())
}

/// What is handed in, sealed.
fn seal_evidence(
    desk: &Desk,
    key: &DataKey,
    given: &[Given],
) -> Result<Vec<NewEvidence>, ActionError> {
    given
        .iter()
        .map(|one| {
            let about = prost::Message::encode_to_vec(&one.about);
            Ok(NewEvidence {
                id: desk.ids.new_id(),
                digest: one.digest.clone(),
                kind: one.kind.code().to_owned(),
                sealed_about: key.seal(Content::Evidence, &about)?,
            })
        })
        .collect()
}

fn runs() -> ActionError {
    ActionError::Invalid(
        "evidence",
        "附件是可执行程序或网页,不能作为证据材料;请改为图片、PDF 或压缩包".to_owned(),
    )
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
