//! Registering a complaint (guideline art. 17; F2.3).

use chassis::{auth::Caller, db::Tx};
use futures::try_join;
use prost::Message as _;
use rand::{RngCore as _, rngs::OsRng};
use uuid::Uuid;

use super::{actor, know_files, relating::keep_kin_out, same_request, seal_evidence};
use crate::{
    desk::{Actor, Desk},
    domain::{
        complaint::{self, Complaint, Draft, Unit},
        contact, day, query_code,
    },
    errors::ActionError,
    publications::Teller,
    store::{
        self,
        complaints::{Arrival, ComplaintRow, Registration, Taken},
    },
    vault::{Content, Vault},
    wire::{self, Given},
};

/// What somebody asks to be registered.
pub struct Ask {
    /// The complaint.
    pub draft: Draft,
    /// What is handed in with it.
    pub given: Vec<Given>,
    /// What claims it.
    pub arrival: Arrival,
}

/// What is ready to be stored, or was stored before.
pub enum Prepared {
    /// Ready.
    New(Box<New>),
    /// The request or the message was taken before.
    Already(Taken),
}

/// A complaint ready to be stored.
pub struct New {
    registration: Registration,
    query_code: String,
    actor: Actor,
}

/// A registered complaint.
pub struct Registered {
    /// How it stands.
    pub row: ComplaintRow,
    /// The complainant's code; empty once it was erased.
    pub query_code: String,
    /// Whether it had been registered before.
    pub already: bool,
}

/// Checks what somebody asks and seals it. A repeat is recognised before anything else: what was right when it came first
/// stays so.
pub async fn prepare(desk: &Desk, caller: &Caller, ask: Ask) -> Result<Prepared, ActionError> {
    let Ask {
        mut draft,
        given,
        arrival,
    } = ask;
    let reader = desk.db.reader();
    if caller.is_service() {
        complaint::open_malformed(&mut draft.matter);
    }
    let codes = vec![
        draft.unit_code.clone(),
        draft.matter.complained_unit_code.clone(),
    ];
    let (taken, units) = try_join!(
        store::complaints::taken(reader, &arrival),
        store::units::find(reader, codes)
    )?;
    if let Some(taken) = taken {
        same_request(&taken, &arrival)?;
        return Ok(Prepared::Already(taken));
    }
    let find = |code: &str| units.iter().find(|unit| unit.code == code);
    let (at, of) = (
        find(&draft.unit_code),
        find(&draft.matter.complained_unit_code),
    );
    if at.is_none() && store::units::none_known(reader).await? {
        return Err(ActionError::UnitsUnknownYet);
    }
    let now = desk.clock.now();
    let mut complaint = complaint::receive(draft, at, of, now)?;
    let unlisted = store::taxonomy::unlisted(reader, &complaint.matter).await?;
    complaint::listed(&mut complaint.matter, &unlisted, caller.is_service())?;
    may_receive(caller, &complaint.unit)?;
    know_files(desk, &given).await?;
    let actor = actor(caller, &complaint.unit.code, &complaint.unit.union_code);
    let id = desk.ids.new_id();
    let (key, wrapped) = desk.vault.new_key(desk.ids.new_id())?;
    let query_code = new_code();
    let registration = Registration {
        year: day::year(now),
        arrival,
        sealed_identity: key.seal(
            Content::Identity,
            &wire::identity(&complaint.complainant, &complaint.representatives).encode_to_vec(),
        )?,
        sealed_narrative: key.seal(
            Content::Narrative,
            &wire::narrative(&complaint.narrative).encode_to_vec(),
        )?,
        sealed_query_code: key.seal(Content::QueryCode, query_code.as_bytes())?,
        query_code_mac: desk.vault.code_mac(id, &query_code),
        blind: blind(&desk.vault, &complaint),
        evidence: seal_evidence(desk, &key, &given)?,
        row: row(id, wrapped.id, complaint, &actor, now),
        key: wrapped,
    };
    Ok(Prepared::New(Box::new(New {
        registration,
        query_code,
        actor,
    })))
}

/// Stores a prepared complaint and tells it; nothing when the request or the message was taken meanwhile.
pub async fn register(tx: &Tx, desk: &Desk, new: &New) -> Result<Option<Registered>, ActionError> {
    let Some(number) = store::complaints::register(tx, &new.registration).await? else {
        return Ok(None);
    };
    let row = ComplaintRow {
        number,
        ..new.registration.row.clone()
    };
    let teller = Teller {
        tx,
        ids: &desk.ids,
        actor: &new.actor,
        now: row.registered_at,
    };
    teller.registered(&row).await?;
    keep_kin_out(desk, tx, &row).await?;
    Ok(Some(Registered {
        row,
        query_code: new.query_code.clone(),
        already: false,
    }))
}

/// Registers what was prepared, in a transaction of its own.
pub async fn register_now(
    desk: &Desk,
    caller: &Caller,
    arrival: &Arrival,
    prepared: Prepared,
) -> Result<Registered, ActionError> {
    if let Prepared::New(new) = &prepared {
        let stored = desk
            .db
            .transaction("register", async |tx| register(tx, desk, new).await)
            .await?;
        if let Some(registered) = stored {
            return Ok(registered);
        }
    }
    let taken = match prepared {
        Prepared::Already(taken) => taken,
        // Another call with the same request or message was quicker; it has committed, or we would still wait for it.
        Prepared::New(_) => {
            let taken = store::complaints::taken(desk.db.reader(), arrival)
                .await?
                .ok_or(ActionError::Stale)?;
            same_request(&taken, arrival)?;
            taken
        }
    };
    already(desk, caller, &taken).await
}

/// The complaint that a repeated request or message had become.
pub async fn already(
    desk: &Desk,
    caller: &Caller,
    taken: &Taken,
) -> Result<Registered, ActionError> {
    let id = taken.complaint_id.ok_or(ActionError::RequestReused)?;
    let reader = desk.db.reader();
    let row = store::complaints::find(reader, id)
        .await?
        .ok_or(ActionError::Inconsistent("arrival of complaint", id))?;
    if !caller.sees(&row.union_code) {
        return Err(ActionError::RequestReused);
    }
    let sealed = store::complaints::sealed(reader, id)
        .await?
        .ok_or(ActionError::Inconsistent("key of complaint", id))?;
    let query_code = match sealed.key() {
        Some(wrapped) => {
            let code = desk
                .vault
                .open_key(&wrapped)?
                .open(Content::QueryCode, &sealed.sealed_query_code)?;
            String::from_utf8_lossy(&code).into_owned()
        }
        None => String::new(),
    };
    Ok(Registered {
        row,
        query_code,
        already: true,
    })
}

/// A unit's complaints are registered by those who see its union; those in an outlet or a department do so for their own.
pub fn may_receive(caller: &Caller, unit: &Unit) -> Result<(), ActionError> {
    let outside = !caller.sees(&unit.union_code);
    let elsewhere = caller
        .outlet_only()
        .is_some_and(|units| !units.contains(&unit.code));
    if outside || elsewhere {
        return Err(ActionError::NotYours(format!(
            "您的岗位不在机构“{}”的受理范围内,请由该机构登记",
            unit.code
        )));
    }
    Ok(())
}

fn row(
    id: Uuid,
    key_id: Uuid,
    complaint: Complaint,
    actor: &Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> ComplaintRow {
    let masked_name = complaint.complainant.masked_name();
    let (referral_number, referral_due_at) = complaint
        .referral
        .map_or((String::new(), None), |referral| {
            (referral.number, referral.due_at)
        });
    ComplaintRow {
        id,
        number: String::new(),
        union_code: complaint.unit.union_code,
        unit_code: complaint.unit.code,
        registered_at_reception: complaint.unit.reception,
        channel: complaint.channel.code().to_owned(),
        nature: complaint.nature.code().to_owned(),
        received_at: complaint.received_at,
        registered_at: now,
        received_by_post: actor.post.clone(),
        late_reason: complaint.late_reason,
        masked_name,
        anonymous: complaint.complainant.anonymous,
        complained_unit_code: complaint.matter.complained_unit_code,
        complained_person_id: complaint.matter.complained_person_id,
        business_code: complaint.matter.business_code,
        cause_code: complaint.matter.cause_code,
        handled_via_code: complaint.matter.handled_via_code,
        amount_fen: complaint.matter.amount_fen,
        currency: complaint.matter.currency,
        persons: i32::try_from(complaint.persons).unwrap_or(i32::MAX),
        major: complaint.major,
        settled_on_the_spot: !complaint.narrative.settlement.is_empty(),
        referral_number,
        referral_due_at,
        has_contact: complaint.reply_channel.is_some(),
        reply_channel: complaint
            .reply_channel
            .map(|channel| channel.code().to_owned()),
        raw_digest: complaint
            .source
            .map(|source| source.raw_digest)
            .unwrap_or_default(),
        revision: 1,
        withdrawn_at: None,
        key_id,
        missing_papers: complaint.missing_papers.map(|kind| kind.code().to_owned()),
    }
}

/// The tokens by which the same person is found again.
fn blind(vault: &Vault, complaint: &Complaint) -> Vec<(String, Vec<u8>)> {
    let who = &complaint.complainant;
    let own = [
        ("phone", &who.phone),
        ("email", &who.email),
        ("openid", &who.openid),
        ("id", &who.id_number),
    ];
    let theirs = complaint
        .representatives
        .iter()
        .map(|one| ("phone", &one.phone));
    // A name finds complaints and tells nobody apart: it is no repeat's sign and no sender's proof.
    let names = std::iter::once(&who.name)
        .chain([&who.principal_name])
        .chain(complaint.representatives.iter().map(|one| &one.name))
        .filter_map(|name| contact::name(name))
        .map(|name| ("name".to_owned(), vault.blind("name", &name)));
    own.into_iter()
        .chain(theirs)
        .filter(|(_, value)| !value.is_empty())
        .map(|(kind, value)| (kind.to_owned(), vault.blind(kind, value)))
        .chain(names)
        .collect()
}

/// The tokens of a sender, whatever kind of address it is.
#[must_use]
pub fn sender_tokens(vault: &Vault, sender: &str) -> Vec<Vec<u8>> {
    let read: [(&str, Option<String>); 3] = [
        ("phone", contact::phone(sender)),
        ("email", contact::email(sender)),
        ("openid", contact::openid(sender)),
    ];
    read.into_iter()
        .filter_map(|(kind, value)| Some(vault.blind(kind, &value?)))
        .collect()
}

fn new_code() -> String {
    let mut random = [0; query_code::LENGTH];
    OsRng.fill_bytes(&mut random);
    query_code::from_random(random)
}
