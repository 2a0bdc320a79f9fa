//! Members of staff who are related to complainants (回避, guideline art. 19; 令2020年第3号 art. 17).
//!
//! Whoever declares a relation is told nothing of what it met: whether the other person ever complained is not his to know.

use chassis::{auth::Caller, db::Tx};
use uuid::Uuid;

use super::same_request;
use crate::{
    desk::{Actor, Desk},
    domain::{complaint, contact, masking, words::IdType},
    errors::ActionError,
    publications::Teller,
    store::{
        self,
        complaints::{Arrival, ComplaintRow},
        relations::{self, RelationRow},
    },
};

/// A relation, as somebody declares it.
pub struct Declared {
    /// What claims it.
    pub arrival: Arrival,
    /// How they are related.
    pub relation: String,
    /// The other person's telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// WeChat openid.
    pub openid: String,
    /// Kind of document.
    pub id_type: Option<IdType>,
    /// Its number.
    pub id_number: String,
}

/// Declares a relation of the caller's own; every complaint of the other person, now and later, is then kept from him.
pub async fn declare(
    desk: &Desk,
    caller: &Caller,
    declared: Declared,
) -> Result<Uuid, ActionError> {
    let tokens = tokens(desk, &declared)?;
    let relation = masking::text(&complaint::line(
        "relation",
        &declared.relation,
        complaint::LINE_LIMIT,
    )?);
    if relation.is_empty() {
        return Err(ActionError::Invalid(
            "relation",
            "请填写与对方的关系(亲属或业务往来)".to_owned(),
        ));
    }
    let (now, person) = (desk.clock.now(), caller.person_id.as_str());
    let row = RelationRow {
        id: desk.ids.new_id(),
        relation,
        declared_at: now,
        ended_at: None,
    };
    let arrival = &declared.arrival;
    let kept = desk
        .db
        .transaction("declare_relation", async |tx| {
            if !store::complaints::take(tx, arrival, None, Some(row.id), now).await? {
                return Ok(None);
            }
            relations::put(tx, &row, person, tokens).await?;
            for complaint in relations::complaints_of(tx, row.id, person).await? {
                keep_out(desk, tx, &complaint, person).await?;
            }
            Ok::<_, ActionError>(Some(row.id))
        })
        .await?;
    match kept {
        Some(id) => Ok(id),
        None => taken_before(desk, arrival).await,
    }
}

/// Takes a declaration of the caller's own back.
pub async fn end(
    desk: &Desk,
    caller: &Caller,
    arrival: &Arrival,
    id: Uuid,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let first = desk
        .db
        .transaction("end_relation", async |tx| {
            if !store::complaints::take(tx, arrival, None, Some(id), now).await? {
                return Ok(false);
            }
            if !relations::end(tx, id, &caller.person_id, now).await? {
                return Err(ActionError::Invalid(
                    "relation_id",
                    "您没有这项关系申报".to_owned(),
                ));
            }
            Ok::<_, ActionError>(true)
        })
        .await?;
    if !first {
        taken_before(desk, arrival).await?;
    }
    Ok(())
}

/// The caller's own declarations.
pub async fn own(desk: &Desk, caller: &Caller) -> Result<Vec<RelationRow>, ActionError> {
    Ok(relations::of_person(desk.db.reader(), &caller.person_id).await?)
}

/// Keeps whoever is related to the complainant out of a complaint that was just registered.
pub(super) async fn keep_kin_out(
    desk: &Desk,
    tx: &Tx,
    row: &ComplaintRow,
) -> Result<(), ActionError> {
    for person in relations::related_to(tx, row.id).await? {
        keep_out(desk, tx, row, &person).await?;
    }
    Ok(())
}

async fn keep_out(
    desk: &Desk,
    tx: &Tx,
    row: &ComplaintRow,
    person: &str,
) -> Result<(), ActionError> {
    store::complaints::recuse(tx, row.id, person).await?;
    // Nobody at a desk did it: it follows from what was declared.
    let actor = Actor {
        person_id: String::new(),
        post: "intake".to_owned(),
    };
    let teller = Teller {
        tx,
        ids: &desk.ids,
        actor: &actor,
        now: desk.clock.now(),
    };
    Ok(teller.relation_found(row, person).await?)
}

async fn taken_before(desk: &Desk, arrival: &Arrival) -> Result<Uuid, ActionError> {
    let taken = store::complaints::taken(desk.db.reader(), arrival)
        .await?
        .ok_or(ActionError::Stale)?;
    same_request(&taken, arrival)?;
    Ok(taken.part_id.unwrap_or_default())
}

/// The blind tokens of whom a declaration refers to.
fn tokens(desk: &Desk, declared: &Declared) -> Result<Vec<Vec<u8>>, ActionError> {
    let malformed = |field| complaint::Refusal::Malformed { field };
    let mut tokens = Vec::new();
    for (kind, field, value, read) in [
        (
            "phone",
            "phone",
            &declared.phone,
            contact::phone as fn(&str) -> Option<String>,
        ),
        ("email", "email", &declared.email, contact::email),
        ("openid", "openid", &declared.openid, contact::openid),
    ] {
        if !value.trim().is_empty() {
            let normal = read(value).ok_or(malformed(field))?;
            tokens.push(desk.vault.blind(kind, &normal));
        }
    }
    if !declared.id_number.trim().is_empty() {
        let kind = declared.id_type.ok_or(complaint::Refusal::IdTypeMissing)?;
        let number = contact::id_number(kind, &declared.id_number).ok_or(malformed("id_number"))?;
        tokens.push(desk.vault.blind("id", &number));
    }
    if tokens.is_empty() {
        return Err(ActionError::Invalid(
            "phone",
            "请至少填写对方的电话、邮箱、微信或证件号码之一".to_owned(),
        ));
    }
    Ok(tokens)
}
