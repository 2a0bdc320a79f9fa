//! The ledger and its checkpoints.

use chassis::db::{Tx, sql};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::{Number, Scope, big, count};
use crate::domain::chain::{Checkpoint, Entry, Event, Link};

/// The columns of an entry.
const ENTRY: &str = "seq, message_id, source, subject, union_code, key, occurred_at, actor, body, body_digest, \
                     recorded_at, prev_hash, hash";

#[derive(FromQueryResult)]
struct EntryRow {
    seq: i64,
    message_id: Uuid,
    source: String,
    subject: String,
    union_code: String,
    key: String,
    occurred_at: DateTime<Utc>,
    actor: String,
    body: Vec<u8>,
    body_digest: String,
    recorded_at: DateTime<Utc>,
    prev_hash: String,
    hash: String,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: count(row.seq),
            event: Event {
                message_id: row.message_id,
                source: row.source,
                subject: row.subject,
                union: row.union_code,
                key: row.key,
                occurred_at: row.occurred_at,
                actor: row.actor,
                body: row.body,
                recorded_at: row.recorded_at,
            },
            body_digest: row.body_digest,
            prev_hash: row.prev_hash,
            hash: row.hash,
        }
    }
}

#[derive(FromQueryResult)]
struct CheckpointRow {
    seq: i64,
    hash: String,
    signed_at: DateTime<Utc>,
    key_id: String,
    signature: Vec<u8>,
    public_pem: String,
}

impl From<CheckpointRow> for Checkpoint {
    fn from(row: CheckpointRow) -> Self {
        Self {
            seq: count(row.seq),
            hash: row.hash,
            signed_at: row.signed_at,
            key_id: row.key_id,
            signature: row.signature,
            public_pem: row.public_pem,
        }
    }
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last entry; 0 when there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

#[derive(FromQueryResult)]
struct HeadRow {
    seq: i64,
    hash: String,
}

async fn head_of(db: &impl ConnectionTrait, text: &str) -> Result<Head, DbErr> {
    let row = HeadRow::find_by_statement(sql(text, []))
        .one(db)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("ledger_head has no row".to_owned()))?;
    Ok(Head {
        seq: count(row.seq),
        hash: row.hash,
    })
}

/// The end of the chain, locked: until `tx` ends nobody else appends.
pub async fn lock_head(tx: &Tx) -> Result<Head, DbErr> {
    head_of(tx, "SELECT seq, hash FROM ledger_head FOR UPDATE").await
}

/// The end of the chain.
pub async fn head(db: &impl ConnectionTrait) -> Result<Head, DbErr> {
    head_of(db, "SELECT seq, hash FROM ledger_head").await
}

/// A message that the ledger has.
#[derive(Debug, FromQueryResult)]
pub struct Known {
    /// Its id.
    pub message_id: Uuid,
    /// Who told it.
    pub source: String,
    /// SHA-256 of its body.
    pub body_digest: String,
}

/// Which of these messages the ledger has.
pub async fn known(tx: &Tx, ids: Vec<Uuid>) -> Result<Vec<Known>, DbErr> {
    let text = "SELECT message_id, source, body_digest FROM ledger WHERE message_id = ANY($1)";
    Known::find_by_statement(sql(text, [ids.into()]))
        .all(tx)
        .await
}

/// Appends entries that follow the locked head, and moves it.
pub async fn append(tx: &Tx, entries: &[Entry]) -> Result<(), DbErr> {
    let Some(last) = entries.last() else {
        return Ok(());
    };
    let texts = |of: fn(&Entry) -> &str| -> Vec<String> {
        entries.iter().map(|entry| of(entry).to_owned()).collect()
    };
    let seqs: Vec<i64> = entries.iter().map(|entry| big(entry.seq)).collect();
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.event.message_id).collect();
    let occurred: Vec<DateTime<Utc>> = entries
        .iter()
        .map(|entry| entry.event.occurred_at)
        .collect();
    let recorded: Vec<DateTime<Utc>> = entries
        .iter()
        .map(|entry| entry.event.recorded_at)
        .collect();
    let bodies: Vec<Vec<u8>> = entries
        .iter()
        .map(|entry| entry.event.body.clone())
        .collect();
    let values = [
        seqs.into(),
        ids.into(),
        texts(|entry| &entry.event.source).into(),
        texts(|entry| &entry.event.subject).into(),
        texts(|entry| &entry.event.union).into(),
        texts(|entry| &entry.event.key).into(),
        occurred.into(),
        texts(|entry| &entry.event.actor).into(),
        bodies.into(),
        texts(|entry| &entry.body_digest).into(),
        recorded.into(),
        texts(|entry| &entry.prev_hash).into(),
        texts(|entry| &entry.hash).into(),
    ];
    let text = format!(
        "INSERT INTO ledger ({ENTRY}) SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], \
         $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::bytea[], $10::text[], $11::timestamptz[], \
         $12::text[], $13::text[])"
    );
    tx.execute_raw(sql(&text, values)).await?;
    let text = "UPDATE ledger_head SET seq = $1, hash = $2";
    tx.execute_raw(sql(text, [big(last.seq).into(), last.hash.as_str().into()]))
        .await?;
    Ok(())
}

/// Entries from a place on, in order.
pub async fn range(
    db: &impl ConnectionTrait,
    from: u64,
    until: u64,
    limit: u32,
) -> Result<Vec<Entry>, DbErr> {
    let text =
        format!("SELECT {ENTRY} FROM ledger WHERE seq BETWEEN $1 AND $2 ORDER BY seq LIMIT $3");
    let values = [big(from).into(), big(until).into(), i64::from(limit).into()];
    let rows = EntryRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The links of a stretch of the chain, from the entries' fields.
pub async fn links(db: &impl ConnectionTrait, from: u64, until: u64) -> Result<Vec<Link>, DbErr> {
    let entries = range(db, from, until, u32::MAX).await?;
    Ok(entries.iter().map(Entry::link).collect())
}

/// The hash of the entry at a place; `None` when it is not there.
pub async fn hash_at(db: &impl ConnectionTrait, seq: u64) -> Result<Option<String>, DbErr> {
    let text = "SELECT seq, hash FROM ledger WHERE seq = $1";
    let row = HeadRow::find_by_statement(sql(text, [big(seq).into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| row.hash))
}

/// Every entry about these things, in order.
pub async fn about(db: &impl ConnectionTrait, keys: Vec<String>) -> Result<Vec<Entry>, DbErr> {
    let text = format!("SELECT {ENTRY} FROM ledger WHERE key = ANY($1) ORDER BY seq");
    let rows = EntryRow::find_by_statement(sql(&text, [keys.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Every entry about a case, in order: those under these keys, and those told under another key that name the case.
pub async fn concerning(
    db: &impl ConnectionTrait,
    case_id: Uuid,
    keys: Vec<String>,
) -> Result<Vec<Entry>, DbErr> {
    let text = format!(
        "SELECT {ENTRY} FROM ledger WHERE seq IN (SELECT seq FROM ledger WHERE key = ANY($1) \
           UNION SELECT seq FROM ledger_concerns WHERE case_id = $2) ORDER BY seq"
    );
    let rows = EntryRow::find_by_statement(sql(&text, [keys.into(), case_id.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Notes which entries name a case that is not their key.
pub async fn concern(tx: &Tx, named: &[(Uuid, i64)]) -> Result<(), DbErr> {
    let (ids, seqs): (Vec<Uuid>, Vec<i64>) = named.iter().copied().unzip();
    let text = "INSERT INTO ledger_concerns (case_id, seq) SELECT * FROM unnest($1::uuid[], $2::bigint[]) \
                ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(text, [ids.into(), seqs.into()])).await?;
    Ok(())
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only this union's.
    pub union: Option<String>,
    /// Only those about this.
    pub key: Option<String>,
    /// Only those whose subject begins so.
    pub subject_prefix: String,
    /// From this place on.
    pub from: u64,
    /// How many at most.
    pub limit: u32,
}

/// Entries within a scope, in order.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
) -> Result<Vec<Entry>, DbErr> {
    let text = format!(
        "SELECT {ENTRY} FROM ledger l \
         WHERE seq >= $1 AND ($2::text[] IS NULL OR union_code = ANY($2)) AND ($3::text IS NULL OR union_code = $3) \
           AND ($4::text IS NULL OR key = $4) AND starts_with(subject, $5) \
           AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.person_id = $6 AND r.case_id::text = l.key) \
           AND NOT EXISTS (SELECT 1 FROM recusals r JOIN ledger_concerns c ON c.case_id = r.case_id \
                           WHERE r.person_id = $6 AND c.seq = l.seq) \
         ORDER BY seq LIMIT $7"
    );
    let values = [
        big(wanted.from).into(),
        scope.unions.clone().into(),
        wanted.union.clone().into(),
        wanted.key.clone().into(),
        wanted.subject_prefix.as_str().into(),
        scope.person_id.as_str().into(),
        i64::from(wanted.limit).into(),
    ];
    let rows = EntryRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

const POINT: &str = "seq, hash, signed_at, key_id, signature, public_pem";

/// The newest checkpoint.
pub async fn last_checkpoint(db: &impl ConnectionTrait) -> Result<Option<Checkpoint>, DbErr> {
    let text = format!("SELECT {POINT} FROM checkpoints ORDER BY seq DESC LIMIT 1");
    let row = CheckpointRow::find_by_statement(sql(&text, []))
        .one(db)
        .await?;
    Ok(row.map(Into::into))
}

/// The first checkpoint that covers a place.
pub async fn checkpoint_after(
    db: &impl ConnectionTrait,
    seq: u64,
) -> Result<Option<Checkpoint>, DbErr> {
    let text = format!("SELECT {POINT} FROM checkpoints WHERE seq >= $1 ORDER BY seq LIMIT 1");
    let row = CheckpointRow::find_by_statement(sql(&text, [big(seq).into()]))
        .one(db)
        .await?;
    Ok(row.map(Into::into))
}

/// The checkpoints of a stretch, in order.
pub async fn checkpoints(
    db: &impl ConnectionTrait,
    from: u64,
    until: u64,
) -> Result<Vec<Checkpoint>, DbErr> {
    let text = format!("SELECT {POINT} FROM checkpoints WHERE seq BETWEEN $1 AND $2 ORDER BY seq");
    let values = [big(from).into(), big(until).into()];
    let rows = CheckpointRow::find_by_statement(sql(&text, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Keeps a checkpoint; one that another replica was quicker with is kept as it is.
pub async fn keep_checkpoint(db: &impl ConnectionTrait, point: &Checkpoint) -> Result<bool, DbErr> {
    let text = format!(
        "INSERT INTO checkpoints ({POINT}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
    );
    let values = [
        big(point.seq).into(),
        point.hash.as_str().into(),
        point.signed_at.into(),
        point.key_id.as_str().into(),
        point.signature.clone().into(),
        point.public_pem.as_str().into(),
    ];
    Ok(db.execute_raw(sql(&text, values)).await?.rows_affected() == 1)
}

/// How many entries there are, how many of them tell of a registration, and how many checkpoints.
pub async fn counts(db: &impl ConnectionTrait) -> Result<(u64, u64, u64), DbErr> {
    let one = async |text: &str| {
        let row = Number::find_by_statement(sql(text, [])).one(db).await?;
        Ok::<_, DbErr>(row.map_or(0, |row| count(row.number)))
    };
    Ok((
        one("SELECT seq AS number FROM ledger_head").await?,
        one("SELECT count(*) AS number FROM ledger WHERE subject LIKE 'suda.intake.v1.ComplaintRegistered.%'")
            .await?,
        one("SELECT count(*) AS number FROM checkpoints").await?,
    ))
}
