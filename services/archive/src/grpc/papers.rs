//! Papers of the archive: parse, bound by what the caller may see, note who has them made and why, make them.

use std::collections::BTreeMap;

use chassis::{auth::Caller, grpc::caller};
use chrono::{DateTime, Utc};
use documents::{Format, Rendered};
use sha2::{Digest as _, Sha256};
use suda_proto::archive::v1::{
    PaperFormat, PaperKind, RenderPaperRequest, RenderPaperResponse,
    paper_service_server::PaperService,
};
use tonic::{Request, Response, Status};

use super::{id, named_union, reason, scope, transfers::year};
use crate::{
    actions::transferring,
    desk::Desk,
    domain::checks::Check,
    errors::ActionError,
    papers::{self, AnyPaper, Handed, Names, Registering, Table},
    store::{
        cases,
        files::{self, FileRow, Place, Which},
        transfers::{self, TransferRow},
    },
};

/// How many files are read at a time.
const STEP: u32 = 500;
/// How many files a register has on paper at most; setting more takes longer than anybody waits for.
const ON_PAPER: usize = 5000;

/// A paper, before it is bytes.
enum Made {
    Paper(AnyPaper),
    Table(Table, String),
}

/// Whether the lists are wanted as a table.
fn wants_table(asked: &RenderPaperRequest) -> Result<bool, ActionError> {
    match PaperFormat::try_from(asked.format) {
        Ok(PaperFormat::Unspecified | PaperFormat::Pdf) => Ok(false),
        Ok(PaperFormat::Csv) => Ok(true),
        Err(_) => Err(ActionError::Invalid(
            "format",
            "只能出具 PDF 或 CSV".to_owned(),
        )),
    }
}

/// What is signed and sealed is not edited.
fn paper_only(asked: &RenderPaperRequest, title: &str) -> Result<(), ActionError> {
    if wants_table(asked)? {
        let sentence = format!("《{title}》须签字盖章存档,只能出具 PDF");
        return Err(ActionError::Invalid("format", sentence));
    }
    Ok(())
}

impl Desk {
    async fn answer_paper(
        &self,
        caller: &Caller,
        asked: &RenderPaperRequest,
    ) -> Result<RenderPaperResponse, ActionError> {
        let why = reason(&asked.reason)?;
        let made = match PaperKind::try_from(asked.kind) {
            Ok(PaperKind::Catalogue) => self.catalogue(caller, asked, why).await?,
            Ok(PaperKind::Register) => self.register(caller, asked, why).await?,
            Ok(PaperKind::TransferList | PaperKind::HandoverForm | PaperKind::CheckReport) => {
                self.of_transfer(caller, asked, why).await?
            }
            Ok(PaperKind::Unspecified) | Err(_) => {
                let sentence = "请说明出具哪种材料".to_owned();
                return Err(ActionError::Invalid("kind", sentence));
            }
        };
        let (bytes, media_type, file_name) = match made {
            Made::Paper(paper) => {
                let Rendered {
                    bytes,
                    media_type,
                    file_name,
                } = self.press.set(paper, Format::Pdf).await?;
                (bytes, media_type, file_name)
            }
            Made::Table(table, name) => {
                let broken =
                    |error| ActionError::Broken(format!("a list cannot be written: {error:#}"));
                (
                    table.csv().map_err(broken)?,
                    "text/csv",
                    format!("{name}.csv"),
                )
            }
        };
        Ok(RenderPaperResponse {
            digest: hex::encode(Sha256::digest(&bytes)),
            content: bytes,
            media_type: media_type.to_owned(),
            file_name,
        })
    }

    async fn catalogue(
        &self,
        caller: &Caller,
        asked: &RenderPaperRequest,
        why: &str,
    ) -> Result<Made, ActionError> {
        let table = wants_table(asked)?;
        let which = match (asked.file_id.as_str(), asked.number.as_str()) {
            ("", "") => {
                let sentence = "请填写投诉编号或案卷标识".to_owned();
                return Err(ActionError::Invalid("number", sentence));
            }
            ("", number) => Which::Number(number.to_owned()),
            (file, _) => Which::File(id("file_id", file)?),
        };
        let row = self.found(caller, &which).await?;
        let what = format!("卷内目录 {}", row.archival_code);
        self.note(caller, "RenderPaper", &what, why, &row.union_code)
            .await?;
        let seen = self.db.seen_by(caller).await?;
        let lines = files::items(&seen, row.file_id).await?;
        drop(seen);
        let mut codes = vec![row.union_code.clone()];
        codes.extend(lines.iter().map(|line| line.author.clone()));
        let names = self.names(codes).await?;
        Ok(if table {
            let name = format!("卷内目录_{}", row.archival_code);
            Made::Table(papers::catalogue_table(&row, &lines, &names), name)
        } else {
            Made::Paper(Box::new(papers::catalogue(&row, &lines, &names)))
        })
    }

    async fn register(
        &self,
        caller: &Caller,
        asked: &RenderPaperRequest,
        why: &str,
    ) -> Result<Made, ActionError> {
        let table = wants_table(asked)?;
        let union = named_union(caller, asked.union_code.trim().to_owned())?.ok_or_else(|| {
            ActionError::Invalid("union_code", "请填写案卷登记册的机构代码".to_owned())
        })?;
        let year = year(asked.year)?;
        let what = format!("案卷登记册 {union} {year}");
        self.note(caller, "RenderPaper", &what, why, &union).await?;
        let rows = self.registered(caller, &union, year).await?;
        if !table && rows.len() > ON_PAPER {
            let sentence = format!(
                "该年度共 {} 卷,超过一册的 {ON_PAPER} 卷;请出具 CSV",
                rows.len()
            );
            return Err(ActionError::Invalid("format", sentence));
        }
        let mut codes: Vec<String> = rows.iter().map(|row| row.unit_code.clone()).collect();
        codes.extend([union.clone(), unit_of(caller)]);
        let names = self.names(codes).await?;
        if table {
            let name = format!("案卷登记册_{union}_{year}");
            return Ok(Made::Table(papers::register_table(&rows, &names), name));
        }
        let unit = unit_of(caller);
        let of = Registering {
            union: &union,
            year,
            made_by: names.of(&unit),
            at: self.clock.now(),
        };
        Ok(Made::Paper(Box::new(papers::register(&of, &rows, &names))))
    }

    /// Every file of a union and year that the caller may see.
    async fn registered(
        &self,
        caller: &Caller,
        union: &str,
        year: i32,
    ) -> Result<Vec<FileRow>, ActionError> {
        let seen = self.db.seen_by(caller).await?;
        let mut rows: Vec<FileRow> = Vec::new();
        loop {
            let after = rows.last().map(|row| Place {
                union: row.union_code.clone(),
                year: row.year,
                term: row.term.clone(),
                item: row.item_number,
            });
            let wanted = files::Wanted {
                union: Some(union.to_owned()),
                year: Some(year),
                after,
                limit: STEP,
                ..files::Wanted::default()
            };
            let part = files::list(&seen, &scope(caller), wanted).await?;
            let last = part.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
            rows.extend(part);
            if last {
                return Ok(rows);
            }
        }
    }

    async fn of_transfer(
        &self,
        caller: &Caller,
        asked: &RenderPaperRequest,
        why: &str,
    ) -> Result<Made, ActionError> {
        let kind = asked.kind();
        let title = match kind {
            PaperKind::TransferList => "归档移交清册",
            PaperKind::HandoverForm => "电子档案移交与接收登记表",
            _ => "电子档案四性检测报告",
        };
        if kind != PaperKind::TransferList {
            paper_only(asked, title)?;
        }
        let table = wants_table(asked)?;
        let row = self.transfer_of(caller, &asked.transfer_id).await?;
        let lines = self.whole_list(caller, &row, title).await?;
        if kind == PaperKind::CheckReport
            && row.decided_at.is_none()
            && caller.post_with(&["archivist"]).is_none()
        {
            let sentence =
                "本批尚未接收或退回,四性检测由档案室执行;请待档案室检测后再出具报告".to_owned();
            return Err(ActionError::NotYours(sentence));
        }
        let what = format!("{title} {}", row.transfer_id);
        self.note(caller, "RenderPaper", &what, why, &row.union_code)
            .await?;
        let db = self.db.reader();
        let mut codes = vec![row.union_code.clone(), unit_of(caller)];
        codes.extend(lines.iter().map(|line| line.file.unit_code.clone()));
        let names = self.names(codes).await?;
        let mut paged = Vec::with_capacity(lines.len());
        let seen = self.db.seen_by(caller).await?;
        for line in lines {
            let pages = transfers::pages(&seen, line.file.file_id).await?;
            paged.push((line, pages));
        }
        drop(seen);
        let handed = Handed {
            row: &row,
            lines: &paged,
            names: &names,
        };
        Ok(match kind {
            PaperKind::TransferList if table => {
                let name = format!("归档移交清册_{}_{}_{}", row.union_code, row.year, row.batch);
                Made::Table(handed.list_table(), name)
            }
            PaperKind::TransferList => Made::Paper(Box::new(handed.list())),
            PaperKind::HandoverForm => {
                let checks = transfers::checks(db, row.transfer_id).await?;
                Made::Paper(Box::new(handed.form(&checks)))
            }
            _ => {
                let (checks, by, at) = self.checked(&row, names.of(&unit_of(caller))).await?;
                Made::Paper(Box::new(handed.report(&checks, &by, at)))
            }
        })
    }

    /// The checks a transfer was decided on, else those of now; who had them executed, and when.
    async fn checked(
        &self,
        row: &TransferRow,
        here: &str,
    ) -> Result<(Vec<Check>, String, DateTime<Utc>), ActionError> {
        match row.decided_at {
            Some(at) => {
                let checks = transfers::checks(self.db.reader(), row.transfer_id).await?;
                Ok((checks, format!("档案室（{}）", row.decided_by_post), at))
            }
            None => {
                let checks = transferring::check(self, row).await?;
                Ok((checks, here.to_owned(), self.clock.now()))
            }
        }
    }

    async fn names(&self, codes: Vec<String>) -> Result<Names, ActionError> {
        let named: BTreeMap<_, _> = cases::named(self.db.reader(), codes).await?;
        Ok(Names(named))
    }
}

/// The unit of the caller's first post; empty for who has none.
fn unit_of(caller: &Caller) -> String {
    caller
        .posts
        .first()
        .map(|post| post.unit.clone())
        .unwrap_or_default()
}

#[tonic::async_trait]
impl PaperService for Desk {
    async fn render_paper(
        &self,
        request: Request<RenderPaperRequest>,
    ) -> Result<Response<RenderPaperResponse>, Status> {
        let caller = caller(&request)?;
        let answer = self.answer_paper(&caller, request.get_ref()).await?;
        Ok(Response::new(answer))
    }
}
