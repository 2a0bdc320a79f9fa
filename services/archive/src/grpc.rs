//! Questions in: parse, bound by what the caller may see, note the reading, answer.

use bytes::Bytes;
use chassis::{
    auth::Caller,
    grpc::{caller, timestamp},
};
use chrono::DateTime;
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use suda_proto::{
    archive::v1::{
        CatalogueItem, Checkpoint, ExportLedgerRequest, ExportLedgerResponse, ExportRequest,
        ExportResponse, GetFileRequest, GetFileResponse, Hit, LedgerEntry, LedgerFault,
        ListFilesRequest, ListFilesResponse, ListLedgerRequest, ListLedgerResponse, SearchRequest,
        SearchResponse, VerifyLedgerRequest, VerifyLedgerResponse,
        archive_service_server::ArchiveService,
    },
    common::v1::Page,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    actions::verifying,
    desk::Desk,
    domain::{
        chain,
        package::Line,
        words::{self, LONGEST_QUERY},
    },
    errors::ActionError,
    publications::view,
    store::{
        Scope, access,
        files::{self, Place, Which},
        ledger,
    },
};

mod exporting;
mod papers;
mod reading;
mod retention;
mod transfers;

/// How many rows a part of a list has, when the caller does not say, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 500;
/// How large a part of a stream is.
const PART: usize = 256 * 1024;
/// Who still sees the bytes of a file that is only stored.
const STORED_ONLY: [&str; 3] = ["compliance_head", "compliance_officer", "auditor"];
/// How short a reason may be, in characters.
const SHORTEST_REASON: usize = 4;

fn scope(caller: &Caller) -> Scope {
    Scope {
        unions: caller.unions_or_all(),
        person_id: caller.person_id.clone(),
    }
}

fn page(page: Option<&Page>) -> (u32, String) {
    let (size, token) = page.map_or((0, String::new()), |page| (page.size, page.token.clone()));
    let size = if size == 0 {
        PAGE
    } else {
        size.min(LONGEST_PAGE)
    };
    (size, token)
}

fn bad_token() -> ActionError {
    ActionError::Invalid(
        "page.token",
        "续页标记无效;请用上一页返回的标记,或从首页开始".to_owned(),
    )
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A union that the caller names must be one of the caller's.
fn named_union(caller: &Caller, union: String) -> Result<Option<String>, ActionError> {
    match some(union) {
        Some(union) if !caller.sees(&union) => Err(ActionError::NotYours(format!(
            "您无权查阅机构 {union} 的档案"
        ))),
        union => Ok(union),
    }
}

/// The union a reading is of: the one that is named, or the only one that the caller sees.
fn one_union(caller: &Caller, named: Option<&str>) -> String {
    match (named, caller.unions.as_slice()) {
        (Some(named), _) => named.to_owned(),
        (None, [only]) if only != "*" => only.clone(),
        (None, _) => String::new(),
    }
}

fn reason(text: &str) -> Result<&str, ActionError> {
    let text = text.trim();
    if text.chars().count() < SHORTEST_REASON {
        return Err(ActionError::Invalid(
            "reason",
            format!("请写明调阅或导出的事由,不少于 {SHORTEST_REASON} 个字"),
        ));
    }
    Ok(text)
}

fn id(field: &'static str, text: &str) -> Result<Uuid, ActionError> {
    text.parse()
        .map_err(|_| ActionError::Invalid(field, "不是有效的标识号(UUID)".to_owned()))
}

impl Desk {
    async fn note(
        &self,
        caller: &Caller,
        rpc: &str,
        what: &str,
        reason: &str,
        union_code: &str,
    ) -> Result<(), ActionError> {
        let post = caller.posts.first().map_or("", |post| post.code.as_str());
        let reading = access::Reading {
            id: self.ids.new_id(),
            at: self.clock.now(),
            person_id: &caller.person_id,
            post,
            rpc,
            what,
            reason,
            union_code,
        };
        Ok(access::note(self.db.reader(), &reading).await?)
    }

    async fn found(&self, caller: &Caller, which: &Which) -> Result<files::FileRow, ActionError> {
        let seen = self.db.seen_by(caller).await?;
        files::find(&seen, &scope(caller), which)
            .await?
            .ok_or(ActionError::NoFile)
    }

    async fn answer_search(
        &self,
        caller: &Caller,
        asked: SearchRequest,
    ) -> Result<SearchResponse, ActionError> {
        let wanted = words::words(&asked.query);
        let longest = asked.query.chars().count();
        if wanted.is_empty() || longest > LONGEST_QUERY {
            return Err(ActionError::Invalid(
                "query",
                format!("请输入检索词,多个词用空格分开,总长不超过 {LONGEST_QUERY} 个字"),
            ));
        }
        let (size, token) = page(asked.page.as_ref());
        let after = match some(token) {
            None => None,
            Some(token) => Some(search_place(&token).ok_or_else(bad_token)?),
        };
        let union = named_union(caller, asked.union_code)?;
        let of = one_union(caller, union.as_deref());
        self.note(caller, "Search", &wanted.join(" "), "", &of)
            .await?;
        let grams = wanted.iter().flat_map(|word| words::grams(word)).collect();
        let seen = self.db.seen_by(caller).await?;
        let hits = files::search(
            &seen,
            &scope(caller),
            union,
            wanted.clone(),
            grams,
            after,
            size,
        )
        .await?;
        let next_token = next(&hits, size, |hit| {
            let at = hit.file.sealed_at.map_or(0, |at| at.timestamp_micros());
            format!("{at}.{}", hit.file.file_id)
        });
        let hits = hits.iter().map(|hit| Hit {
            file: Some(view(&hit.file)),
            excerpts: wanted
                .iter()
                .filter_map(|word| words::excerpt(&hit.text, word))
                .collect(),
        });
        Ok(SearchResponse {
            hits: hits.collect(),
            next_token,
        })
    }

    async fn answer_list(
        &self,
        caller: &Caller,
        asked: ListFilesRequest,
    ) -> Result<ListFilesResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let after = match some(token) {
            None => None,
            Some(token) => Some(list_place(&token).ok_or_else(bad_token)?),
        };
        let year = match asked.year {
            0 => None,
            year => Some(i32::try_from(year).unwrap_or(i32::MAX)),
        };
        let union = named_union(caller, asked.union_code)?;
        let what = format!("{} {}", union.as_deref().unwrap_or("*"), asked.year);
        let of = one_union(caller, union.as_deref());
        self.note(caller, "ListFiles", &what, "", &of).await?;
        let complaints = asked
            .complaint_ids
            .iter()
            .map(|complaint| id("complaint_ids", complaint))
            .collect::<Result<Vec<_>, _>>()?;
        if complaints.len() > usize::try_from(LONGEST_PAGE).unwrap_or(usize::MAX) {
            let sentence = format!("一次最多查 {LONGEST_PAGE} 件投诉");
            return Err(ActionError::Invalid("complaint_ids", sentence));
        }
        let wanted = files::Wanted {
            union,
            year,
            complaints: (!complaints.is_empty()).then_some(complaints),
            after,
            limit: size,
        };
        let seen = self.db.seen_by(caller).await?;
        let rows = files::list(&seen, &scope(caller), wanted).await?;
        let next_token = next(&rows, size, |row| {
            format!(
                "{}.{}.{}.{}",
                row.year, row.term, row.item_number, row.union_code
            )
        });
        Ok(ListFilesResponse {
            files: rows.iter().map(view).collect(),
            next_token,
        })
    }

    async fn answer_get(
        &self,
        caller: &Caller,
        asked: GetFileRequest,
    ) -> Result<GetFileResponse, ActionError> {
        let which = match (
            asked.file_id.as_str(),
            asked.number.as_str(),
            asked.case_id.as_str(),
        ) {
            (file, "", "") if !file.is_empty() => Which::File(id("file_id", file)?),
            ("", number, "") if !number.is_empty() => Which::Number(number.to_owned()),
            ("", "", case) if !case.is_empty() => Which::Case(id("case_id", case)?),
            _ => {
                return Err(ActionError::Invalid(
                    "number",
                    "请在案卷标识、投诉编号、案件标识三者中填写一项".to_owned(),
                ));
            }
        };
        let row = self.found(caller, &which).await?;
        self.note(caller, "GetFile", &row.number, "", &row.union_code)
            .await?;
        let seen = self.db.seen_by(caller).await?;
        let lines = files::items(&seen, row.file_id).await?;
        let addenda = files::addenda(&seen, row.file_id).await?;
        Ok(GetFileResponse {
            file: Some(view(&row)),
            items: lines.into_iter().map(item).collect(),
            addenda: addenda.iter().map(view).collect(),
        })
    }

    /// Gives a file's row and bytes, after noting who takes them and why.
    async fn answer_export(
        &self,
        caller: &Caller,
        asked: &ExportRequest,
    ) -> Result<(files::FileRow, Bytes), ActionError> {
        let reason = reason(&asked.reason)?;
        let which = match (asked.file_id.as_str(), asked.number.as_str()) {
            ("", "") => {
                return Err(ActionError::Invalid(
                    "number",
                    "请填写投诉编号或案卷标识".to_owned(),
                ));
            }
            ("", number) => Which::Number(number.to_owned()),
            (file, _) => Which::File(id("file_id", file)?),
        };
        let row = self.found(caller, &which).await?;
        if row.destroyed_at.is_some() {
            let sentence = format!("案卷 {} 已到期鉴定销毁,只保留登记和留痕", row.archival_code);
            return Err(ActionError::NotNow("archive.destroyed", sentence));
        }
        // What is only stored is shown to those who must be able to prove it, and to nobody else (个人信息保护法 art. 47).
        if row.stored_only && caller.post_with(&STORED_ONLY).is_none() {
            let sentence = "投诉人资料已依法删除,本卷只作保存,仅限合规部和审计调阅".to_owned();
            return Err(ActionError::NotYours(sentence));
        }
        self.note(
            caller,
            "Export",
            &row.archival_code,
            reason,
            &row.union_code,
        )
        .await?;
        let digest = row.file_digest.as_deref().unwrap_or_default();
        match self.blobs.get(digest).await {
            Ok(Some(bytes)) => Ok((row, bytes)),
            Ok(None) => Err(ActionError::Damaged(row.archival_code)),
            Err(error) if error.to_string().contains("were changed") => {
                Err(ActionError::Damaged(row.archival_code))
            }
            Err(error) => Err(ActionError::Blobs(error)),
        }
    }

    async fn answer_ledger(
        &self,
        caller: &Caller,
        asked: ListLedgerRequest,
    ) -> Result<ListLedgerResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let from = match some(token) {
            None => asked.from_seq,
            Some(token) => token.parse().map_err(|_| bad_token())?,
        };
        let wanted = ledger::Wanted {
            union: named_union(caller, asked.union_code)?,
            key: some(asked.key),
            subject_prefix: asked.subject_prefix,
            from,
            limit: size,
        };
        let what = format!("{wanted:?}");
        let of = one_union(caller, wanted.union.as_deref());
        self.note(caller, "ListLedger", &what, "", &of).await?;
        let db = &self.db.seen_by(caller).await?;
        let entries = ledger::list(db, &scope(caller), &wanted).await?;
        let next_token = next(&entries, size, |entry| (entry.seq + 1).to_string());
        Ok(ListLedgerResponse {
            entries: entries.into_iter().map(entry).collect(),
            next_token,
            head_seq: ledger::head(db).await?.seq,
            checkpoint: ledger::last_checkpoint(db).await?.map(checkpoint),
        })
    }

    async fn answer_verify(
        &self,
        caller: &Caller,
        asked: VerifyLedgerRequest,
    ) -> Result<VerifyLedgerResponse, ActionError> {
        let what = format!("{}..{}", asked.from_seq, asked.until_seq);
        self.note(caller, "VerifyLedger", &what, "", "").await?;
        let found = verifying::verify(self, asked.from_seq, asked.until_seq).await?;
        let faults = found.faults.into_iter();
        Ok(VerifyLedgerResponse {
            intact: faults.len() == 0,
            entries: found.entries,
            checkpoints: found.checkpoints,
            until_seq: found.until,
            faults: faults
                .map(|(seq, sentence)| LedgerFault { seq, sentence })
                .collect(),
        })
    }
}

/// What to go on with after a full part.
fn next<T>(rows: &[T], size: u32, token: impl Fn(&T) -> String) -> String {
    let full = rows.len() >= usize::try_from(size).unwrap_or(usize::MAX);
    rows.last().filter(|_| full).map(token).unwrap_or_default()
}

fn search_place(token: &str) -> Option<(DateTime<chrono::Utc>, Uuid)> {
    let (at, id) = token.split_once('.')?;
    Some((
        DateTime::from_timestamp_micros(at.parse().ok()?)?,
        id.parse().ok()?,
    ))
}

fn list_place(token: &str) -> Option<Place> {
    let mut parts = token.splitn(4, '.');
    Some(Place {
        year: parts.next()?.parse().ok()?,
        term: parts.next()?.to_owned(),
        item: parts.next()?.parse().ok()?,
        union: parts.next()?.to_owned(),
    })
}

fn item(line: Line) -> CatalogueItem {
    CatalogueItem {
        position: line.position,
        path: line.path,
        title: line.title,
        author: line.author,
        made_at: line.made_at.map(timestamp),
        media_type: line.media_type,
        size_bytes: line.size_bytes,
        digest: line.digest,
        first_page: line.first_page,
        pages: line.pages,
    }
}

fn entry(entry: chain::Entry) -> LedgerEntry {
    let event = entry.event;
    LedgerEntry {
        seq: entry.seq,
        message_id: event.message_id.to_string(),
        source: event.source,
        subject: event.subject,
        union_code: event.union,
        key: event.key,
        occurred_at: Some(timestamp(event.occurred_at)),
        actor: event.actor,
        body: event.body,
        body_digest: entry.body_digest,
        prev_hash: entry.prev_hash,
        hash: entry.hash,
        recorded_at: Some(timestamp(event.recorded_at)),
    }
}

fn checkpoint(point: chain::Checkpoint) -> Checkpoint {
    Checkpoint {
        seq: point.seq,
        hash: point.hash,
        signed_at: Some(timestamp(point.signed_at)),
        key_id: point.key_id,
        signature: point.signature,
        public_pem: point.public_pem,
    }
}

#[tonic::async_trait]
impl ArchiveService for Desk {
    async fn search(
        &self,
        request: Request<SearchRequest>,
    ) -> Result<Response<SearchResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_search(&caller, request.into_inner()).await?,
        ))
    }

    async fn list_files(
        &self,
        request: Request<ListFilesRequest>,
    ) -> Result<Response<ListFilesResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_list(&caller, request.into_inner()).await?,
        ))
    }

    async fn get_file(
        &self,
        request: Request<GetFileRequest>,
    ) -> Result<Response<GetFileResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_get(&caller, request.into_inner()).await?,
        ))
    }

    type ExportStream = BoxStream<'static, Result<ExportResponse, Status>>;

    async fn export(
        &self,
        request: Request<ExportRequest>,
    ) -> Result<Response<Self::ExportStream>, Status> {
        let caller = caller(&request)?;
        let (row, bytes) = self.answer_export(&caller, request.get_ref()).await?;
        let first = ExportResponse {
            file: Some(view(&row)),
            data: Vec::new(),
        };
        let starts = (0..bytes.len()).step_by(PART);
        let parts = starts.map(move |start| ExportResponse {
            file: None,
            data: bytes.slice(start..(start + PART).min(bytes.len())).to_vec(),
        });
        Ok(Response::new(
            stream::iter([first].into_iter().chain(parts).map(Ok)).boxed(),
        ))
    }

    async fn list_ledger(
        &self,
        request: Request<ListLedgerRequest>,
    ) -> Result<Response<ListLedgerResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_ledger(&caller, request.into_inner()).await?,
        ))
    }

    async fn verify_ledger(
        &self,
        request: Request<VerifyLedgerRequest>,
    ) -> Result<Response<VerifyLedgerResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_verify(&caller, request.into_inner()).await?,
        ))
    }

    type ExportLedgerStream = BoxStream<'static, Result<ExportLedgerResponse, Status>>;

    async fn export_ledger(
        &self,
        request: Request<ExportLedgerRequest>,
    ) -> Result<Response<Self::ExportLedgerStream>, Status> {
        let caller = caller(&request)?;
        let lines = exporting::ledger(self, &caller, request.get_ref()).await?;
        Ok(Response::new(lines))
    }
}
