//! Makes official papers and keeps who had which one made. What a caller may not see, he may not print.

use chassis::{auth::Caller, grpc::LARGEST_MESSAGE};
use documents::{Format, Moment, Rendered, certificate::Certificate};
use sha2::{Digest as _, Sha256};
use suda_proto::{
    intake::v1::{GetRequest, GetResponse, intake_service_client::IntakeServiceClient},
    routing::v1 as api,
    sla_watchdog::v1::{
        CertifyRequest, ListClocksRequest, foresight_service_client::ForesightServiceClient,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};
use uuid::Uuid;

use super::parse;
use crate::{
    actions::sees,
    desk::Desk,
    domain::{
        case::Case,
        paper::{self, Paper},
    },
    errors::ActionError,
    papers::{self, AnyPaper, File, appeals::AppealFile},
    publications::stamp,
    store::{
        self,
        prints::{self, Print},
    },
};

/// The clock of a supervision order (guideline art. 18(1)).
const ORDER_CLOCK: &str = "G18.1c";

/// Makes a paper.
pub(super) async fn render(
    desk: &Desk,
    caller: &Caller,
    asked: api::RenderDocumentRequest,
) -> Result<api::RenderDocumentResponse, ActionError> {
    let reason = paper::reason(&asked.reason)?;
    let paper = paper_of(asked.kind)?;
    let (format, number) = format_of(asked.format)?;
    let case = find(desk, caller, &asked.case_id, &asked.number).await?;
    let case_id = case.id;
    let file = File::read(&desk.db, case).await?;
    let document = fill(desk, &file, paper, &asked).await?;
    let Rendered {
        bytes,
        media_type,
        file_name,
    } = desk.press.set(document, format).await?;
    let digest = hex::encode(Sha256::digest(&bytes));
    // Kept before it is given out: no paper without a trace.
    let print = Print {
        printed_at: desk.clock.now(),
        kind: paper as i32,
        format: number,
        person_id: caller.person_id.clone(),
        post: caller
            .posts
            .first()
            .map(|post| post.code.clone())
            .unwrap_or_default(),
        reason,
        digest: digest.clone(),
    };
    prints::put(desk.db.reader(), (desk.ids.new_id(), case_id), &print).await?;
    Ok(api::RenderDocumentResponse {
        content: bytes,
        media_type: media_type.to_owned(),
        file_name,
        digest,
    })
}

/// Which papers of a case were made.
pub(super) async fn list(
    desk: &Desk,
    caller: &Caller,
    asked: api::ListPrintsRequest,
) -> Result<api::ListPrintsResponse, ActionError> {
    let case = find(desk, caller, &asked.case_id, &asked.number).await?;
    let db = &desk.db.seen_by(caller).await?;
    let rows = prints::of_case(db, case.id).await?;
    let print = |row: Print| api::Print {
        printed_at: Some(stamp(row.printed_at)),
        kind: row.kind,
        format: row.format,
        person_id: row.person_id,
        post: row.post,
        reason: row.reason,
        digest: row.digest,
    };
    Ok(api::ListPrintsResponse {
        prints: rows.into_iter().map(print).collect(),
    })
}

async fn find(
    desk: &Desk,
    caller: &Caller,
    case_id: &str,
    number: &str,
) -> Result<Case, ActionError> {
    let db = &desk.db.seen_by(caller).await?;
    let found = if case_id.is_empty() {
        store::find_number(db, number).await?
    } else {
        store::find(db, parse::id_of(case_id, "case_id")?).await?
    };
    found
        .filter(|case| sees(caller, case))
        .ok_or(ActionError::NoCase)
}

fn paper_of(kind: i32) -> Result<Paper, ActionError> {
    use api::DocumentKind as Kind;
    match Kind::try_from(kind) {
        Ok(Kind::HandlingForm) => Ok(Paper::HandlingForm),
        Ok(Kind::SupervisionOrder) => Ok(Paper::SupervisionOrder),
        Ok(Kind::Acceptance) => Ok(Paper::Acceptance),
        Ok(Kind::Refusal) => Ok(Paper::Refusal),
        Ok(Kind::Answer) => Ok(Paper::Answer),
        Ok(Kind::Extension) => Ok(Paper::Extension),
        Ok(Kind::Certificate) => Ok(Paper::Certificate),
        Ok(Kind::AppealAcceptance) => Ok(Paper::AppealAcceptance),
        Ok(Kind::AppealDecision) => Ok(Paper::AppealDecision),
        Ok(Kind::SuperiorReport) => Ok(Paper::SuperiorReport),
        Ok(Kind::Unspecified) | Err(_) => Err(ActionError::invalid("kind", "请说明出具哪种文书")),
    }
}

/// The format, and its number as it is kept.
fn format_of(format: i32) -> Result<(Format, i32), ActionError> {
    use api::DocumentFormat as Wanted;
    match Wanted::try_from(format) {
        Ok(Wanted::Unspecified | Wanted::Pdf) => Ok((Format::Pdf, Wanted::Pdf.into())),
        Ok(Wanted::Docx) => Ok((Format::Docx, Wanted::Docx.into())),
        Err(_) => Err(ActionError::invalid("format", "只能出具PDF或DOCX")),
    }
}

/// Fills the boxes of a paper; only the two annexes need what others know.
async fn fill(
    desk: &Desk,
    file: &File,
    paper: Paper,
    asked: &api::RenderDocumentRequest,
) -> Result<AnyPaper, ActionError> {
    Ok(match paper {
        Paper::HandlingForm => Box::new(file.form1(&complaint(desk, file.case.id).await?)),
        Paper::SupervisionOrder if file.order.is_none() => {
            return Err(ActionError::NoPaper(paper.missing()));
        }
        Paper::SupervisionOrder => {
            let complaint = complaint(desk, file.case.id).await?;
            Box::new(file.form2(&complaint, due(desk, file.case.id).await?)?)
        }
        Paper::Acceptance => Box::new(file.acceptance()?),
        Paper::Refusal => Box::new(file.refusal()?),
        Paper::Answer => Box::new(file.answered()?),
        Paper::Extension => Box::new(file.extended()?),
        Paper::Certificate => Box::new(certified(desk, file, &asked.clock_code).await?),
        Paper::AppealAcceptance => {
            let appeal = AppealFile::read(&desk.db, file, asked.appeal_number.trim(), paper);
            Box::new(appeal.await?.acceptance(file)?)
        }
        Paper::AppealDecision => {
            let appeal = AppealFile::read(&desk.db, file, asked.appeal_number.trim(), paper);
            Box::new(appeal.await?.decided(file)?)
        }
        Paper::SuperiorReport => Box::new(file.superior_report()?),
    })
}

/// What the complainant said, from intake, with the identity masked.
async fn complaint(desk: &Desk, case_id: Uuid) -> Result<GetResponse, ActionError> {
    let mut intake = IntakeServiceClient::new(desk.peers.channel("intake"))
        .max_decoding_message_size(LARGEST_MESSAGE);
    let asked = GetRequest {
        complaint_id: case_id.to_string(),
        number: String::new(),
    };
    Ok(intake.get(asked).await?.into_inner())
}

/// When the order is due, from the watchdog; none when it has no such clock.
async fn due(desk: &Desk, case_id: Uuid) -> Result<Option<Moment>, ActionError> {
    let mut watchdog = SlaWatchdogServiceClient::new(desk.peers.channel("sla-watchdog"));
    let asked = ListClocksRequest {
        case_id: case_id.to_string(),
        ..Default::default()
    };
    let clocks = watchdog.list_clocks(asked).await?.into_inner().clocks;
    let clock = clocks.into_iter().find(|clock| clock.code == ORDER_CLOCK);
    let due = clock.and_then(|clock| parse::instant(clock.due_at.as_ref(), "due_at").transpose());
    Ok(due.transpose()?.map(Moment::end_of_day))
}

/// Why a clock of the case is due when it is, from the watchdog.
async fn certified(desk: &Desk, file: &File, clock: &str) -> Result<Certificate, ActionError> {
    if clock.trim().is_empty() {
        let sentence = "请说明哪一项时限,例如 G18.1c";
        return Err(ActionError::invalid("clock_code", sentence));
    }
    let mut watchdog = ForesightServiceClient::new(desk.peers.channel("sla-watchdog"));
    let asked = CertifyRequest {
        case_id: file.case.id.to_string(),
        clock_code: clock.trim().to_owned(),
    };
    let told = watchdog.certify(asked).await?.into_inner();
    let union = file.name(&file.case.registration.union);
    let issued_by = format!("{union}{}", file.reception);
    papers::certificate::certificate(told, union, issued_by)
}
