//! Year-end transfers: parse, bound by what the caller may see, note the reading, act, answer.

use chassis::grpc::caller;
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use suda_proto::archive::v1::{
    CheckTransferRequest, CheckTransferResponse, ExportTransferRequest, ExportTransferResponse,
    GetTransferRequest, GetTransferResponse, ListTransfersRequest, ListTransfersResponse,
    PrepareTransferRequest, PrepareTransferResponse, ReceiveTransferRequest,
    ReceiveTransferResponse, TransferLine, transfer_service_server::TransferService,
};
use tonic::{Request, Response, Status};

use super::{PART, bad_token, id, named_union, next, page, reason, scope, some};
use crate::{
    actions::{
        Asked, own,
        transferring::{self, Verdict},
    },
    desk::Desk,
    domain::checks,
    errors::ActionError,
    lists,
    publications::{transfer, view},
    store::transfers::{self, LineRow, TransferRow},
};

/// Who hands over: the reception of the union, or of the office or the province for its own.
const RECEPTION: [&str; 6] = [
    "reception_clerk",
    "reception_head",
    "office_officer",
    "office_head",
    "compliance_officer",
    "compliance_head",
];

/// The years that a transfer may be of.
pub(super) fn year(asked: u32) -> Result<i32, ActionError> {
    i32::try_from(asked)
        .ok()
        .filter(|year| (2000..=9999).contains(year))
        .ok_or_else(|| ActionError::Invalid("year", "请填写四位年度".to_owned()))
}

impl Desk {
    pub(super) async fn transfer_of(
        &self,
        caller: &chassis::auth::Caller,
        asked: &str,
    ) -> Result<TransferRow, ActionError> {
        let seen = self.db.seen_by(caller).await?;
        transfers::find(&seen, id("transfer_id", asked)?)
            .await?
            .filter(|row| caller.sees(&row.union_code))
            .ok_or(ActionError::None("批移交"))
    }

    /// The whole list of a transfer. What it makes is one thing: whoever must keep out of one of its cases does not get it.
    pub(super) async fn whole_list(
        &self,
        caller: &chassis::auth::Caller,
        row: &TransferRow,
        what: &str,
    ) -> Result<Vec<LineRow>, ActionError> {
        // The service's own reading: a reading of the caller's would not see what bars him.
        let db = self.db.reader();
        let barred = crate::store::access::barred_from(db, &caller.person_id).await?;
        let lines = transfers::lines(db, row.transfer_id).await?;
        if lines.iter().any(|line| barred.contains(&line.file.case_id)) {
            let sentence = format!("本批含有您应当回避的案卷,不能导出{what}");
            return Err(ActionError::NotYours(sentence));
        }
        Ok(lines)
    }

    async fn answer_transfers(
        &self,
        caller: &chassis::auth::Caller,
        asked: ListTransfersRequest,
    ) -> Result<ListTransfersResponse, ActionError> {
        let (size, token) = page(asked.page.as_ref());
        let place = |token: &str| -> Option<(String, i32, i32)> {
            let mut parts = token.splitn(3, '.');
            let (year, batch) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some((parts.next()?.to_owned(), year, batch))
        };
        let after = match some(token) {
            None => None,
            Some(token) => Some(place(&token).ok_or_else(bad_token)?),
        };
        let only = match asked.year {
            0 => None,
            asked => Some(year(asked)?),
        };
        let union = named_union(caller, asked.union_code)?;
        let seen = self.db.seen_by(caller).await?;
        let rows = transfers::list(&seen, &scope(caller), union, only, after, size).await?;
        let next_token = next(&rows, size, |row| {
            format!("{}.{}.{}", row.year, row.batch, row.union_code)
        });
        Ok(ListTransfersResponse {
            transfers: rows.iter().map(transfer).collect(),
            next_token,
        })
    }

    async fn answer_transfer(
        &self,
        caller: &chassis::auth::Caller,
        asked: &GetTransferRequest,
    ) -> Result<GetTransferResponse, ActionError> {
        let row = self.transfer_of(caller, &asked.transfer_id).await?;
        let what = row.transfer_id.to_string();
        self.note(caller, "GetTransfer", &what, "", &row.union_code)
            .await?;
        let db = &self.db.seen_by(caller).await?;
        let barred = crate::store::access::barred_from(db, &caller.person_id).await?;
        let lines = transfers::lines(db, row.transfer_id).await?;
        let lines = lines
            .into_iter()
            .filter(|line| !barred.contains(&line.file.case_id))
            .map(|line| TransferLine {
                position: u32::try_from(line.position).unwrap_or(0),
                title: lists::title(&line.file),
                file: Some(view(&line.file)),
                path: line.path,
            });
        Ok(GetTransferResponse {
            transfer: Some(transfer(&row)),
            lines: lines.collect(),
            findings: row.findings,
        })
    }

    async fn answer_check(
        &self,
        caller: &chassis::auth::Caller,
        asked: &CheckTransferRequest,
    ) -> Result<CheckTransferResponse, ActionError> {
        let row = self.transfer_of(caller, &asked.transfer_id).await?;
        let what = row.transfer_id.to_string();
        self.note(caller, "CheckTransfer", &what, "", &row.union_code)
            .await?;
        // What was decided shows the checks it was decided on.
        let checks = if row.decided_at.is_some() {
            transfers::checks(self.db.reader(), row.transfer_id).await?
        } else {
            transferring::check(self, &row).await?
        };
        Ok(CheckTransferResponse {
            transfer: Some(transfer(&row)),
            acceptable: checks::failed(&checks).is_empty(),
            items: checks.iter().map(transferring::item).collect(),
        })
    }

    async fn answer_receive(
        &self,
        caller: &chassis::auth::Caller,
        asked: &ReceiveTransferRequest,
    ) -> Result<ReceiveTransferResponse, ActionError> {
        let row = self.transfer_of(caller, &asked.transfer_id).await?;
        let sentence = "只有本机构档案室的档案员可以接收移交";
        let actor = own(caller, &["archivist"], &row.union_code, sentence)?;
        let request = Asked::of("ReceiveTransfer", &asked.request_id, asked)?;
        let verdict = Verdict {
            seen: asked.expected_revision,
            accept: asked.accept,
            findings: asked.findings.trim(),
        };
        transferring::receive(self, &actor, &request, &row, &verdict).await
    }
}

#[tonic::async_trait]
impl TransferService for Desk {
    async fn prepare_transfer(
        &self,
        request: Request<PrepareTransferRequest>,
    ) -> Result<Response<PrepareTransferResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let union = asked.union_code.trim();
        if union.is_empty() {
            let sentence = "请填写移交机构的代码".to_owned();
            return Err(ActionError::Invalid("union_code", sentence).into());
        }
        let sentence = "只能由本机构受理部门移交本机构的案卷";
        let actor = own(&caller, &RECEPTION, union, sentence)?;
        let request = Asked::of("PrepareTransfer", &asked.request_id, &asked)?;
        let year = year(asked.year)?;
        Ok(Response::new(
            transferring::prepare(self, &actor, &request, union, year).await?,
        ))
    }

    async fn list_transfers(
        &self,
        request: Request<ListTransfersRequest>,
    ) -> Result<Response<ListTransfersResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_transfers(&caller, request.into_inner()).await?,
        ))
    }

    async fn get_transfer(
        &self,
        request: Request<GetTransferRequest>,
    ) -> Result<Response<GetTransferResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_transfer(&caller, request.get_ref()).await?,
        ))
    }

    type ExportTransferStream = BoxStream<'static, Result<ExportTransferResponse, Status>>;

    async fn export_transfer(
        &self,
        request: Request<ExportTransferRequest>,
    ) -> Result<Response<Self::ExportTransferStream>, Status> {
        let caller = caller(&request)?;
        let asked = request.get_ref();
        let reason = reason(&asked.reason)?;
        let row = self.transfer_of(&caller, &asked.transfer_id).await?;
        self.whole_list(&caller, &row, "移交包").await?;
        let what = row.transfer_id.to_string();
        self.note(&caller, "ExportTransfer", &what, reason, &row.union_code)
            .await?;
        let bytes = bytes::Bytes::from(transferring::bytes(self, &row).await?);
        let first = ExportTransferResponse {
            transfer: Some(transfer(&row)),
            data: Vec::new(),
        };
        let starts = (0..bytes.len()).step_by(PART);
        let parts = starts.map(move |start| ExportTransferResponse {
            transfer: None,
            data: bytes.slice(start..(start + PART).min(bytes.len())).to_vec(),
        });
        Ok(Response::new(
            stream::iter([first].into_iter().chain(parts).map(Ok)).boxed(),
        ))
    }

    async fn check_transfer(
        &self,
        request: Request<CheckTransferRequest>,
    ) -> Result<Response<CheckTransferResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_check(&caller, request.get_ref()).await?,
        ))
    }

    async fn receive_transfer(
        &self,
        request: Request<ReceiveTransferRequest>,
    ) -> Result<Response<ReceiveTransferResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.answer_receive(&caller, request.get_ref()).await?,
        ))
    }
}
