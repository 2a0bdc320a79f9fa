//! The ledger as lines of JSON, page by page.

use std::collections::HashSet;

use chassis::{auth::Caller, db::Db};
use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use sea_orm::DbErr;
use serde::Serialize;
use suda_proto::archive::v1::{ExportLedgerRequest, ExportLedgerResponse};
use tonic::Status;

use super::reason;
use crate::{
    desk::Desk,
    domain::chain::{Entry, NOTHING},
    errors::ActionError,
    record::{LEDGER_FORMAT, LedgerLine},
    store::{access, ledger},
};

/// How many entries are read at a time.
const PAGE: u32 = 200;

/// What of the ledger a caller sees in full.
struct Sight {
    unions: Option<Vec<String>>,
    barred: HashSet<String>,
}

impl Sight {
    fn shows(&self, entry: &Entry) -> bool {
        let union = &entry.event.union;
        self.unions
            .as_ref()
            .is_none_or(|unions| unions.contains(union))
            && !self.barred.contains(&entry.event.key)
    }
}

/// The lines from one place to another, after noting who takes them and why.
pub(super) async fn ledger(
    desk: &Desk,
    caller: &Caller,
    asked: &ExportLedgerRequest,
) -> Result<BoxStream<'static, Result<ExportLedgerResponse, Status>>, ActionError> {
    let reason = reason(&asked.reason)?;
    let db = desk.db.reader();
    let head = ledger::head(db).await?;
    let from = asked.from_seq.max(1);
    let until = match asked.until_seq {
        0 => head.seq,
        until => until.min(head.seq),
    };
    if from > until {
        return Err(ActionError::Invalid(
            "from_seq",
            format!("起止号之间没有记录;总账末条为第 {} 条", head.seq),
        ));
    }
    let what = format!("{from}..{until}");
    let of = super::one_union(caller, None);
    desk.note(caller, "ExportLedger", &what, reason, &of)
        .await?;
    let prev_hash = match from {
        1 => NOTHING.to_owned(),
        _ => ledger::hash_at(db, from - 1).await?.unwrap_or_default(),
    };
    let first = LedgerLine::Ledger {
        format: LEDGER_FORMAT.to_owned(),
        from_seq: from,
        until_seq: until,
        prev_hash,
        last_hash: ledger::hash_at(db, until).await?.unwrap_or_default(),
    };
    let barred = access::barred_from(db, &caller.person_id).await?;
    let sight = Sight {
        unions: caller.unions_or_all(),
        barred: barred.iter().map(ToString::to_string).collect(),
    };
    let first = line(&first).map(|data| ExportLedgerResponse { data });
    let pages = stream::try_unfold(
        (desk.db.clone(), sight, from),
        move |(db, sight, next)| async move {
            if next > until {
                return Ok(None);
            }
            let (data, after) = page(&db, &sight, next, until).await?;
            Ok::<_, ActionError>(Some((ExportLedgerResponse { data }, (db, sight, after))))
        },
    );
    Ok(stream::iter([first])
        .chain(pages)
        .map_err(Status::from)
        .boxed())
}

async fn page(
    db: &Db,
    sight: &Sight,
    next: u64,
    until: u64,
) -> Result<(Vec<u8>, u64), ActionError> {
    // The service's own reading: the chain is whole, and what is not the caller's is closed line by line.
    let entries = ledger::range(db.reader(), next, until, PAGE).await?;
    let Some(last) = entries.last().map(|entry| entry.seq) else {
        return Ok((Vec::new(), until + 1));
    };
    let points = ledger::checkpoints(db.reader(), next, last).await?;
    let mut points = points.iter().peekable();
    let mut data = Vec::new();
    for entry in &entries {
        let shown = if sight.shows(entry) {
            LedgerLine::Entry(Box::new(entry.into()))
        } else {
            let link = entry.link();
            LedgerLine::Closed {
                seq: link.seq,
                content: link.content,
            }
        };
        data.extend(line(&shown)?);
        while let Some(point) = points.next_if(|point| point.seq <= entry.seq) {
            data.extend(line(&LedgerLine::Checkpoint(point.into()))?);
        }
    }
    Ok((data, last + 1))
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, ActionError> {
    let mut text = serde_json::to_vec(value).map_err(|error| DbErr::Custom(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}
