//! Complaints and their numbers.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{
    Place, Scope,
    parts::{EvidenceColumns, NewEvidence},
};
use crate::{domain::standing::Standing, vault::WrappedKey};

/// A complaint as it stands in the clear.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ComplaintRow {
    /// Permanent id.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Whose.
    pub union_code: String,
    /// Registered where.
    pub unit_code: String,
    /// Whether that is the reception.
    pub registered_at_reception: bool,
    /// How.
    pub channel: String,
    /// What kind.
    pub nature: String,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was entered.
    pub registered_at: DateTime<Utc>,
    /// By whom.
    pub received_by_post: String,
    /// Why late.
    pub late_reason: String,
    /// As everybody may see it.
    pub masked_name: String,
    /// Whether on purpose.
    pub anonymous: bool,
    /// Of which unit.
    pub complained_unit_code: String,
    /// Of whom.
    pub complained_person_id: String,
    /// Axis B.
    pub business_code: String,
    /// Axis C.
    pub cause_code: String,
    /// Axis A.
    pub handled_via_code: String,
    /// How much.
    pub amount_fen: i64,
    /// Of what.
    pub currency: String,
    /// How many together.
    pub persons: i32,
    /// Whether 重大.
    pub major: bool,
    /// Whether settled at once.
    pub settled_on_the_spot: bool,
    /// 来文号.
    pub referral_number: String,
    /// The limit set.
    pub referral_due_at: Option<DateTime<Utc>>,
    /// How to be answered.
    pub reply_channel: Option<String>,
    /// Whether at all.
    pub has_contact: bool,
    /// The original message.
    pub raw_digest: String,
    /// Raised by every change.
    pub revision: i64,
    /// When the withdrawal arrived.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The key of what is sealed.
    pub key_id: Uuid,
    /// Which papers are still owed: a kind of evidence.
    pub missing_papers: Option<String>,
}

const COLUMNS: &str = "c.id, c.number, c.union_code, c.unit_code, c.registered_at_reception, c.channel, c.nature, \
    c.received_at, c.registered_at, c.received_by_post, c.late_reason, c.masked_name, c.anonymous, \
    c.complained_unit_code, c.complained_person_id, c.business_code, c.cause_code, c.handled_via_code, c.amount_fen, \
    c.currency, c.persons, c.major, c.settled_on_the_spot, c.referral_number, c.referral_due_at, c.reply_channel, \
    c.has_contact, c.raw_digest, c.revision, c.withdrawn_at, c.key_id, c.missing_papers";

/// What of a complaint is sealed, with its key; no key once it was destroyed.
#[derive(Clone, FromQueryResult)]
pub struct SealedRow {
    key_id: Uuid,
    /// Which key of the vault file wraps its key.
    pub kek_id: String,
    wrapped: Option<Vec<u8>>,
    /// Complainant and representatives.
    pub sealed_identity: Vec<u8>,
    /// What was said.
    pub sealed_narrative: Vec<u8>,
    /// The query code.
    pub sealed_query_code: Vec<u8>,
}

impl SealedRow {
    /// The key, unless it was destroyed.
    #[must_use]
    pub fn key(&self) -> Option<WrappedKey> {
        let bytes = self.wrapped.clone()?;
        Some(WrappedKey {
            id: self.key_id,
            kek_id: self.kek_id.clone(),
            bytes,
        })
    }
}

/// Everything that is stored when a complaint is registered.
pub struct Registration {
    /// The complaint; its number is still open.
    pub row: ComplaintRow,
    /// The year of the number.
    pub year: i32,
    /// What claims it.
    pub arrival: Arrival,
    /// The key.
    pub key: WrappedKey,
    /// Complainant and representatives.
    pub sealed_identity: Vec<u8>,
    /// What was said.
    pub sealed_narrative: Vec<u8>,
    /// The query code, sealed.
    pub sealed_query_code: Vec<u8>,
    /// The query code, digested.
    pub query_code_mac: Vec<u8>,
    /// Kinds and tokens of the blind index.
    pub blind: Vec<(String, Vec<u8>)>,
    /// What was handed in with it.
    pub evidence: Vec<NewEvidence>,
}

/// A request, or a message of an account, that is taken once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The request.
    pub request_id: Uuid,
    /// What it asks.
    pub rpc: &'static str,
    /// SHA-256 of its content.
    pub digest: Vec<u8>,
    /// The account and the message in it.
    pub message: Option<(String, String)>,
}

/// An arrival that was taken before.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Taken {
    /// The request that was taken.
    pub request_id: Uuid,
    /// What it asked.
    pub rpc: String,
    /// SHA-256 of its content.
    pub digest: Vec<u8>,
    /// The complaint it became or belongs to.
    pub complaint_id: Option<Uuid>,
    /// The material or quarantined message it became.
    pub part_id: Option<Uuid>,
}

/// Stores a complaint with everything that makes it one, gives it its number and answers with that. Nothing when the
/// request or the message was taken before.
///
/// It is one statement, and only one transaction at a time holds a union's counter: it is locked after everything that
/// can wait, and stays so until the transaction ends. That is what makes numbers follow each other without gaps.
pub async fn register(tx: &Tx, new: &Registration) -> Result<Option<String>, DbErr> {
    let row = &new.row;
    let (kinds, tokens): (Vec<String>, Vec<Vec<u8>>) = new.blind.iter().cloned().unzip();
    let (account, message_id) = new.arrival.message.clone().unzip();
    let evidence = EvidenceColumns::of(&new.evidence);
    let statement = sql(
        "WITH claimed AS (
            INSERT INTO arrivals (request_id, rpc, digest, account, message_id, complaint_id, arrived_at)
            VALUES ($1, $2, $3, $4, $5, $6, $13) ON CONFLICT DO NOTHING RETURNING complaint_id
         ), locked AS (
            INSERT INTO vault_keys (id, kek_id, wrapped) SELECT $35, $36, $37 FROM claimed
         ), found AS (
            INSERT INTO blind_index (complaint_id, kind, token)
            SELECT DISTINCT c.complaint_id, b.kind, b.token FROM claimed c, unnest($42::text[], $43::bytea[]) AS b (kind, token)
         ), seen AS (
            INSERT INTO complaint_units (complaint_id, unit_code) SELECT complaint_id, $8 FROM claimed
         ), handed AS (
            INSERT INTO evidence (id, complaint_id, request_id, position, digest, kind, sealed_about, added_at, added_by_post)
            SELECT e.id, c.complaint_id, $1, e.position, e.digest, e.kind, e.about, $13, $14
            FROM claimed c, unnest($45::uuid[], $46::text[], $47::text[], $48::bytea[])
                WITH ORDINALITY AS e (id, digest, kind, about, position)
         ), counted AS (
            INSERT INTO numbers AS n (union_code, year, last) SELECT $7, $44, 1 FROM claimed
            ON CONFLICT (union_code, year) DO UPDATE SET last = n.last + 1 RETURNING n.last
         )
         INSERT INTO complaints (id, number, union_code, unit_code, registered_at_reception, channel, nature, received_at,
            registered_at, received_by_post, late_reason, masked_name, anonymous, complained_unit_code,
            complained_person_id, business_code, cause_code, handled_via_code, amount_fen, currency, persons, major,
            settled_on_the_spot, referral_number, referral_due_at, reply_channel, has_contact, raw_digest, revision,
            withdrawn_at, key_id, sealed_identity, sealed_narrative, sealed_query_code, query_code_mac,
            missing_papers)
         SELECT $6, $7 || '-' || $44::text || '-' || lpad(last::text, greatest(6, length(last::text)), '0'), $7, $8, $9,
            $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,
            $32, $33, $34, $35, $38, $39, $40, $41, $49
         FROM counted RETURNING number",
        [
            new.arrival.request_id.into(),
            new.arrival.rpc.into(),
            new.arrival.digest.clone().into(),
            account.into(),
            message_id.into(),
            row.id.into(),
            row.union_code.clone().into(),
            row.unit_code.clone().into(),
            row.registered_at_reception.into(),
            row.channel.clone().into(),
            row.nature.clone().into(),
            row.received_at.into(),
            row.registered_at.into(),
            row.received_by_post.clone().into(),
            row.late_reason.clone().into(),
            row.masked_name.clone().into(),
            row.anonymous.into(),
            row.complained_unit_code.clone().into(),
            row.complained_person_id.clone().into(),
            row.business_code.clone().into(),
            row.cause_code.clone().into(),
            row.handled_via_code.clone().into(),
            row.amount_fen.into(),
            row.currency.clone().into(),
            row.persons.into(),
            row.major.into(),
            row.settled_on_the_spot.into(),
            row.referral_number.clone().into(),
            row.referral_due_at.into(),
            row.reply_channel.clone().into(),
            row.has_contact.into(),
            row.raw_digest.clone().into(),
            row.revision.into(),
            row.withdrawn_at.into(),
            new.key.id.into(),
            new.key.kek_id.clone().into(),
            new.key.bytes.clone().into(),
            new.sealed_identity.clone().into(),
            new.sealed_narrative.clone().into(),
            new.sealed_query_code.clone().into(),
            new.query_code_mac.clone().into(),
            kinds.into(),
            tokens.into(),
            new.year.into(),
            evidence.ids.into(),
            evidence.digests.into(),
            evidence.kinds.into(),
            evidence.about.into(),
            row.missing_papers.clone().into(),
        ],
    );
    match tx.query_one_raw(statement).await? {
        Some(row) => Ok(Some(row.try_get("", "number")?)),
        None => Ok(None),
    }
}

/// Takes a request that adds to something; false when it, or its message, was taken before.
pub async fn take(
    tx: &Tx,
    arrival: &Arrival,
    complaint: Option<Uuid>,
    part: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let (account, message_id) = arrival.message.clone().unzip();
    let statement = sql(
        "INSERT INTO arrivals (request_id, rpc, digest, account, message_id, complaint_id, part_id, arrived_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        [
            arrival.request_id.into(),
            arrival.rpc.into(),
            arrival.digest.clone().into(),
            account.into(),
            message_id.into(),
            complaint.into(),
            part.into(),
            now.into(),
        ],
    );
    Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
}

/// What this request, or its message, was taken as before. The request itself comes first.
pub async fn taken(db: &impl ConnectionTrait, arrival: &Arrival) -> Result<Option<Taken>, DbErr> {
    let (account, message_id) = arrival.message.clone().unzip();
    let statement = sql(
        "SELECT request_id, rpc, digest, complaint_id, part_id FROM arrivals
         WHERE request_id = $1 OR (account = $2 AND message_id = $3) ORDER BY request_id = $1 DESC LIMIT 1",
        [arrival.request_id.into(), account.into(), message_id.into()],
    );
    Taken::find_by_statement(statement).one(db).await
}

/// A complaint.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<ComplaintRow>, DbErr> {
    ComplaintRow::find_by_statement(sql(
        &format!("SELECT {COLUMNS} FROM complaints c WHERE c.id = $1"),
        [id.into()],
    ))
    .one(db)
    .await
}

/// A complaint, by its number.
pub async fn find_number(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<ComplaintRow>, DbErr> {
    let statement = sql(
        &format!("SELECT {COLUMNS} FROM complaints c WHERE c.number = $1"),
        [number.into()],
    );
    ComplaintRow::find_by_statement(statement).one(db).await
}

/// A complaint that nobody else changes until `tx` ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<ComplaintRow>, DbErr> {
    let statement = sql(
        &format!("SELECT {COLUMNS} FROM complaints c WHERE c.id = $1 FOR UPDATE"),
        [id.into()],
    );
    ComplaintRow::find_by_statement(statement).one(tx).await
}

/// What of a complaint is sealed.
pub async fn sealed(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<SealedRow>, DbErr> {
    let statement = sql(
        "SELECT c.key_id, k.kek_id, k.wrapped, c.sealed_identity, c.sealed_narrative, c.sealed_query_code
         FROM complaints c JOIN vault_keys k ON k.id = c.key_id WHERE c.id = $1",
        [id.into()],
    );
    SealedRow::find_by_statement(statement).one(db).await
}

/// Stores how a locked complaint stands after a change; false when somebody else was quicker.
pub async fn save(
    tx: &Tx,
    id: Uuid,
    before: i64,
    after: &Standing,
    withdrawal: Option<Vec<u8>>,
) -> Result<bool, DbErr> {
    let statement = sql(
        "UPDATE complaints SET revision = $3, withdrawn_at = $4, sealed_withdrawal = coalesce($5, sealed_withdrawal)
         WHERE id = $1 AND revision = $2",
        [id.into(), before.into(), after.revision.into(), after.withdrawn_at.into(), withdrawal.into()],
    );
    Ok(tx.execute_raw(statement).await?.rows_affected() == 1)
}

/// Notes that no papers are owed any more.
pub async fn papers_complete(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let text = "UPDATE complaints SET missing_papers = NULL WHERE id = $1";
    tx.execute_raw(sql(text, [id.into()])).await?;
    Ok(())
}

/// Whether a handling unit has to do with a complaint.
pub async fn concerns(
    db: &impl ConnectionTrait,
    id: Uuid,
    units: &[String],
) -> Result<bool, DbErr> {
    let statement = sql(
        "SELECT 1 AS one FROM complaint_units WHERE complaint_id = $1 AND unit_code = ANY($2) LIMIT 1",
        [id.into(), units.to_vec().into()],
    );
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Keeps somebody out of a complaint.
pub async fn recuse(tx: &Tx, id: Uuid, person_id: &str) -> Result<(), DbErr> {
    let text =
        "INSERT INTO recusals (complaint_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [id.into(), person_id.into()]))
        .await?;
    Ok(())
}

/// Whether somebody is to be kept out of a complaint.
pub async fn is_recused(
    db: &impl ConnectionTrait,
    id: Uuid,
    person_id: &str,
) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS one FROM recusals WHERE complaint_id = $1 AND person_id = $2";
    Ok(db
        .query_one_raw(sql(text, [id.into(), person_id.into()]))
        .await?
        .is_some())
}

/// Lets handling units see a complaint.
pub async fn let_see(tx: &Tx, id: Uuid, units: Vec<String>) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO complaint_units (complaint_id, unit_code) SELECT c.id, u FROM complaints c, unnest($2::text[]) AS u
         WHERE c.id = $1 ON CONFLICT DO NOTHING",
        [id.into(), units.into()],
    );
    tx.execute_raw(statement).await?;
    Ok(())
}

/// A page of complaints, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    registered: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    after: Option<Place>,
    size: u64,
) -> Result<Vec<ComplaintRow>, DbErr> {
    let statement = sql(
        &format!(
            "SELECT {COLUMNS} FROM complaints c
             WHERE ($1::text[] IS NULL OR c.union_code = ANY($1))
               AND ($2::text[] IS NULL OR EXISTS (
                    SELECT 1 FROM complaint_units u WHERE u.complaint_id = c.id AND u.unit_code = ANY($2)))
               AND (c.complained_person_id = '' OR c.complained_person_id <> $3)
               AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.complaint_id = c.id AND r.person_id = $3)
               AND ($4::timestamptz IS NULL OR c.registered_at >= $4)
               AND ($5::timestamptz IS NULL OR c.registered_at < $5)
               AND ($6::timestamptz IS NULL OR (c.registered_at, c.id) < ($6, $7))
             ORDER BY c.registered_at DESC, c.id DESC LIMIT $8"
        ),
        [
            scope.unions.clone().into(),
            scope.units.clone().into(),
            scope.person_id.clone().into(),
            registered.0.into(),
            registered.1.into(),
            after.map(|place| place.at).into(),
            after.map(|place| place.id).into(),
            i64::try_from(size).unwrap_or(i64::MAX).into(),
        ],
    );
    ComplaintRow::find_by_statement(statement).all(db).await
}

/// Earlier complaints of the same person in the same union, newest first.
pub async fn of_same_person(
    db: &impl ConnectionTrait,
    row: &ComplaintRow,
    since: DateTime<Utc>,
) -> Result<Vec<ComplaintRow>, DbErr> {
    let statement = sql(
        &format!(
            "SELECT {COLUMNS} FROM complaints c
             WHERE c.union_code = $2 AND c.id <> $1 AND c.registered_at >= $3 AND (c.registered_at, c.id) < ($4, $1)
               AND c.id IN (SELECT o.complaint_id FROM blind_index m JOIN blind_index o ON o.token = m.token
                            WHERE m.complaint_id = $1 AND m.kind <> 'name')
             ORDER BY c.registered_at DESC, c.id DESC LIMIT 20"
        ),
        [row.id.into(), row.union_code.clone().into(), since.into(), row.registered_at.into()],
    );
    ComplaintRow::find_by_statement(statement).all(db).await
}

/// A person's complaints within a scope, by a token of the blind index, newest first.
pub async fn of_token(
    db: &impl ConnectionTrait,
    scope: &Scope,
    token: Vec<u8>,
    limit: i64,
) -> Result<Vec<ComplaintRow>, DbErr> {
    let statement = sql(
        &format!(
            "SELECT {COLUMNS} FROM complaints c
             WHERE c.id IN (SELECT complaint_id FROM blind_index WHERE token = $4)
               AND ($1::text[] IS NULL OR c.union_code = ANY($1))
               AND ($2::text[] IS NULL OR EXISTS (
                    SELECT 1 FROM complaint_units u WHERE u.complaint_id = c.id AND u.unit_code = ANY($2)))
               AND (c.complained_person_id = '' OR c.complained_person_id <> $3)
               AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.complaint_id = c.id AND r.person_id = $3)
             ORDER BY c.registered_at DESC, c.id DESC LIMIT $5"
        ),
        [
            scope.unions.clone().into(),
            scope.units.clone().into(),
            scope.person_id.clone().into(),
            token.into(),
            limit.into(),
        ],
    );
    ComplaintRow::find_by_statement(statement).all(db).await
}

/// Whether one of these tokens is the complainant's.
pub async fn is_of(
    db: &impl ConnectionTrait,
    id: Uuid,
    tokens: Vec<Vec<u8>>,
) -> Result<bool, DbErr> {
    let statement = sql(
        "SELECT 1 AS one FROM blind_index WHERE complaint_id = $1 AND token = ANY($2::bytea[]) LIMIT 1",
        [id.into(), tokens.into()],
    );
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// How a complaint stands.
#[must_use]
pub fn standing(row: &ComplaintRow) -> Standing {
    Standing {
        revision: row.revision,
        received_at: row.received_at,
        withdrawn_at: row.withdrawn_at,
    }
}
