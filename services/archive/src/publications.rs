//! What archive tells: files that were sealed.

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use suda_proto::archive::v1::{CaseSealed, FileView};

use crate::{
    desk::Desk,
    store::{count, files::FileRow},
};

/// A file as everybody may see it.
#[must_use]
pub fn view(row: &FileRow) -> FileView {
    FileView {
        file_id: row.file_id.to_string(),
        case_id: row.case_id.to_string(),
        complaint_id: row.complaint_id.to_string(),
        number: row.number.clone(),
        union_code: row.union_code.clone(),
        unit_code: row.unit_code.clone(),
        year: u32::try_from(row.year).unwrap_or(0),
        item_number: u32::try_from(row.item_number).unwrap_or(0),
        archival_code: row.archival_code.clone(),
        file_digest: row.file_digest.clone().unwrap_or_default(),
        size_bytes: row.size_bytes.map_or(0, count),
        closed_at: Some(timestamp(row.closed_at)),
        sealed_at: row.sealed_at.map(timestamp),
        last_seq: row.last_seq.map_or(0, count),
        checkpoint_seq: row.checkpoint_seq.map_or(0, count),
        ..FileView::default()
    }
}

/// Tells that a file was sealed.
pub async fn sealed(tx: &Tx, desk: &Desk, row: &FileRow, at: DateTime<Utc>) -> Result<(), DbErr> {
    let fact = CaseSealed {
        file: Some(view(row)),
        occurred_at: Some(timestamp(at)),
    };
    let key = row.case_id.to_string();
    let told = Told {
        id: desk.ids.new_id(),
        union: &row.union_code,
        key: &key,
        occurred_at: at,
        actor: "archive",
    };
    outbox::tell(tx, &told, &fact).await
}
