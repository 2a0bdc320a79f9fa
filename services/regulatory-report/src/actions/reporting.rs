//! Everything that can be asked of a report: lock, ask, save, tell.
//!
//! What needs figures (handing in, signing, a nil report) counts them before the transaction; the report is locked only to move.

use chassis::{auth::Caller, db::Tx, requests};
use chrono::{DateTime, Utc};
use prost::Message;
use suda_proto::regulatory_report::v1::ReportView;
use uuid::Uuid;

use super::{Asked, Counted, count_for, may_see};
use crate::{
    desk::Desk,
    domain::{
        period::{Period, Term},
        report::{Answer, Event, Outcome, Recipient, Report, Section},
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        self,
        reports::{self, DocumentRow, Kept, Step},
    },
};

/// Who writes reports and hands them in.
const WRITERS: [&str; 6] = [
    "reception_clerk",
    "reception_head",
    "office_officer",
    "office_head",
    "compliance_officer",
    "compliance_head",
];
/// Who reviews and returns them.
const REVIEWERS: [&str; 4] = [
    "reception_head",
    "senior_management",
    "office_head",
    "compliance_head",
];
/// Who signs them: a report speaks for the whole of its unit.
const SIGNATORIES: [&str; 3] = ["senior_management", "office_head", "compliance_head"];

/// What is asked of a report.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each is the RPC of the same name, with its fields"
)]
pub enum Command {
    WriteSection {
        section: Section,
        text: String,
    },
    HandIn,
    Return {
        reasons: String,
    },
    Review {
        opinion: String,
    },
    Sign {
        cut_off: Option<DateTime<Utc>>,
    },
    Receipt {
        recipient: Recipient,
        at: Option<DateTime<Utc>>,
        receipt: String,
    },
}

impl Command {
    fn roles(&self) -> &'static [&'static str] {
        match self {
            Self::WriteSection { .. } | Self::HandIn | Self::Receipt { .. } => &WRITERS,
            Self::Return { .. } | Self::Review { .. } => &REVIEWERS,
            Self::Sign { .. } => &SIGNATORIES,
        }
    }

    fn remark(&self) -> String {
        match self {
            Self::WriteSection { section, .. } => section.title().to_owned(),
            Self::Return { reasons } => reasons.trim().to_owned(),
            Self::Review { opinion } => opinion.trim().to_owned(),
            Self::Receipt {
                recipient, receipt, ..
            } => format!("{} {}", recipient.code(), receipt.trim()),
            Self::HandIn | Self::Sign { .. } => String::new(),
        }
    }
}

/// Which request it is, of which report, and what the caller has seen of that.
#[derive(Debug)]
pub struct Head {
    /// The request's id.
    pub request_id: Uuid,
    /// The RPC.
    pub rpc: &'static str,
    /// The digest of the request.
    pub digest: Vec<u8>,
    /// The report.
    pub id: Uuid,
    /// The revision the caller has seen.
    pub seen: u64,
}

/// Who acts: the post, and the person in it.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The post.
    pub post: String,
    /// The person.
    pub person: String,
}

/// The post of the caller that may do this for a unit: it belongs to the unit itself, not to one above it.
fn actor(caller: &Caller, unit: &str, roles: &[&str]) -> Result<Actor, ActionError> {
    let post = caller.posts.iter().find(|post| {
        (post.union == unit || post.unit == unit) && roles.contains(&post.role.as_str())
    });
    let post = post.ok_or_else(|| ActionError::NotTheirs(unit.to_owned()))?;
    Ok(Actor {
        post: post.code.clone(),
        person: caller.person_id.clone(),
    })
}

/// What was answered when this request came before.
async fn before(tx: &Tx, head: &Head) -> Result<Option<ReportView>, ActionError> {
    let answer = requests::once(tx, head.request_id, head.rpc, &head.digest).await?;
    answer
        .map(|bytes| ReportView::decode(bytes.as_slice()))
        .transpose()
        .map_err(|error| ActionError::Inconsistent(error.to_string()))
}

/// Does what is asked of a report, once.
pub async fn perform(
    desk: &Desk,
    caller: &Caller,
    head: &Head,
    command: &Command,
) -> Result<ReportView, ActionError> {
    let known = reports::find(desk.db.reader(), head.id)
        .await?
        .filter(|kept| may_see(caller, &kept.report.unit))
        .ok_or(ActionError::NoReport)?;
    let by = actor(caller, &known.report.unit, command.roles())?;
    // The figures and the documents that are frozen with a signature are made before the report is locked.
    let made = made(desk, caller, &known, command).await?;
    let rpc = head.rpc;
    desk.db
        .transaction(rpc, async |tx| {
            if let Some(answer) = before(tx, head).await? {
                return Ok(answer);
            }
            let mut kept = reports::lock(tx, head.id)
                .await?
                .ok_or(ActionError::NoReport)?;
            if kept.report.revision != head.seen {
                return Err(ActionError::Stale {
                    seen: head.seen,
                    now: kept.report.revision,
                });
            }
            let now = desk.clock.now();
            if let Outcome::Moved(event) = ask(&mut kept.report, &by, command, &made, now)? {
                reports::save(tx, &kept.report, rpc, now).await?;
                keep(tx, &kept.report, &by, command, &made, now).await?;
                tell(desk, tx, &kept, event, &by, &command.remark()).await?;
            }
            let view = publications::view(&kept);
            requests::answered(tx, head.request_id, head.rpc, &head.digest, &view, now).await?;
            Ok(view)
        })
        .await
}

/// What was counted and written before a report was locked.
#[derive(Default)]
struct Made {
    wrong: Vec<String>,
    cut_off: Option<DateTime<Utc>>,
    documents: Vec<DocumentRow>,
}

async fn made(
    desk: &Desk,
    caller: &Caller,
    kept: &Kept,
    command: &Command,
) -> Result<Made, ActionError> {
    match command {
        Command::HandIn => {
            let rehearsed = super::rehearsing::rehearse(desk, caller, kept, None).await?;
            let wrong = rehearsed.findings.into_iter();
            let wrong = wrong
                .filter(|finding| finding.blocking && finding.code != "text")
                .map(|finding| finding.sentence);
            Ok(Made {
                wrong: wrong.collect(),
                ..Made::default()
            })
        }
        Command::Sign { cut_off } => {
            let asked = Asked {
                unit: kept.report.unit.clone(),
                year: kept.period.year,
                term: kept.period.term,
                cut_off: *cut_off,
            };
            let counted = count_for(desk, &asked).await?;
            let busy = counted.busy();
            if kept.report.nil && busy > 0 {
                return Err(crate::domain::report::Refusal::NotNil(busy).into());
            }
            Ok(Made {
                cut_off: Some(counted.cut_off),
                documents: super::documents::freeze(desk, kept, &counted).await?,
                ..Made::default()
            })
        }
        Command::WriteSection { .. }
        | Command::Return { .. }
        | Command::Review { .. }
        | Command::Receipt { .. } => Ok(Made::default()),
    }
}

fn ask(
    report: &mut Report,
    by: &Actor,
    command: &Command,
    made: &Made,
    now: DateTime<Utc>,
) -> Answer {
    match command {
        Command::WriteSection { section, text } => report.write(&by.person, *section, text.trim()),
        Command::HandIn => report.hand_in(&made.wrong),
        Command::Return { reasons } => report.send_back(reasons),
        Command::Review { .. } => report.review(&by.person),
        Command::Sign { .. } => {
            let frozen = made
                .documents
                .iter()
                .find(|document| document.format == "json");
            let digest = frozen.map_or("", |document| document.digest.as_str());
            report.sign(&by.person, made.cut_off.unwrap_or(now), digest, now)
        }
        Command::Receipt {
            recipient,
            at,
            receipt,
        } => report.receipt(*recipient, receipt, at.unwrap_or(now), now),
    }
}

async fn keep(
    tx: &Tx,
    report: &Report,
    by: &Actor,
    command: &Command,
    made: &Made,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    match command {
        Command::WriteSection { section, text } => {
            reports::put_section(tx, report.id, *section, text.trim(), &by.post, now).await?;
        }
        Command::Sign { .. } => {
            for document in &made.documents {
                reports::put_document(tx, report.id, document).await?;
            }
        }
        Command::Receipt {
            recipient,
            at,
            receipt,
        } => {
            let at = at.unwrap_or(now);
            reports::put_receipt(tx, report.id, *recipient, receipt.trim(), &by.post, at).await?;
        }
        Command::HandIn | Command::Return { .. } | Command::Review { .. } => {}
    }
    Ok(())
}

async fn tell(
    desk: &Desk,
    tx: &Tx,
    kept: &Kept,
    event: Event,
    by: &Actor,
    remark: &str,
) -> Result<(), ActionError> {
    let now = desk.clock.now();
    let step = Step {
        revision: kept.report.revision,
        event: publications::name(event),
        at: now,
        post: &by.post,
        person: &by.person,
        remark,
    };
    reports::put_step(tx, kept.report.id, &step).await?;
    let telling = Telling {
        post: &by.post,
        occurred_at: now,
    };
    Ok(publications::report(tx, desk, kept, event, &telling).await?)
}

/// Which report is to be begun.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The unit.
    pub unit: String,
    /// The year.
    pub year: u32,
    /// Which part of it.
    pub term: Term,
    /// Why a submitted one is to be corrected; empty for the report itself.
    pub reason: String,
    /// Whether it shall say that there was nothing.
    pub nil: bool,
}

/// Begins a report, an addendum or a nil report, once.
pub async fn begin(
    desk: &Desk,
    caller: &Caller,
    head: &Head,
    begin: &Begin,
) -> Result<ReportView, ActionError> {
    if begin.unit.is_empty() {
        return Err(ActionError::Invalid(
            "unit_code",
            "请填写机构代码".to_owned(),
        ));
    }
    let by = actor(caller, &begin.unit, &WRITERS)?;
    if matches!(begin.term, Term::Span(..)) {
        return Err(ActionError::Invalid(
            "term",
            "报告只能按上半年、下半年或全年编制".to_owned(),
        ));
    }
    let period = Period::of(begin.year, begin.term)?;
    let asked = Asked {
        unit: begin.unit.clone(),
        year: begin.year,
        term: begin.term,
        cut_off: None,
    };
    // Also refuses a term that has not begun, and a unit that does not report.
    let busy = count_for(desk, &asked).await?.busy();
    desk.db
        .transaction(head.rpc, async |tx| {
            if let Some(answer) = before(tx, head).await? {
                return Ok(answer);
            }
            let now = desk.clock.now();
            let mut kept = opened(desk, tx, begin, period, now).await?;
            let outcome = if begin.nil {
                kept.report.say_nil(&by.person, busy)?
            } else {
                kept.report.draft(&by.person)?
            };
            if let Outcome::Moved(event) = outcome {
                reports::save(tx, &kept.report, head.rpc, now).await?;
                if begin.nil {
                    reports::clear_sections(tx, kept.report.id).await?;
                }
                let remark = if begin.nil {
                    "零报告"
                } else {
                    begin.reason.as_str()
                };
                tell(desk, tx, &kept, event, &by, remark).await?;
            }
            let view = publications::view(&kept);
            requests::answered(tx, head.request_id, head.rpc, &head.digest, &view, now).await?;
            Ok(view)
        })
        .await
}

/// The report to be begun: the one that is expected, or a new one.
async fn opened(
    desk: &Desk,
    tx: &Tx,
    begin: &Begin,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Kept, ActionError> {
    let latest = reports::lock_latest(tx, &begin.unit, &period).await?;
    let addendum = match (&latest, begin.reason.is_empty()) {
        (None, true) => 0,
        (None, false) => return Err(ActionError::NothingToCorrect),
        (Some(known), true) if known.report.addendum == 0 => return Ok(known.clone()),
        (Some(_), true) => return Err(ActionError::Corrected),
        (Some(known), false) => match known.report.submitted_at() {
            None => return Err(ActionError::NothingToCorrect),
            Some(_) => known.report.addendum + 1,
        },
    };
    let kept = Kept {
        report: Report::expect(desk.ids.new_id(), &begin.unit, addendum),
        period,
        reason: begin.reason.trim().to_owned(),
    };
    if !reports::insert(tx, &kept, "begin_report", now).await? {
        return Err(ActionError::Busy);
    }
    Ok(kept)
}

/// Expects the reports of every term that has begun, of every unit that must report (guideline art. 23): the first half by
/// 15 June, the whole year by 15 December. Says what it did.
pub async fn expect(desk: &Desk) -> anyhow::Result<String> {
    let now = desk.clock.now();
    let today = crate::domain::period::day(now);
    let year = today.format("%Y").to_string().parse::<u32>()?;
    let units = store::tree(desk.db.reader()).await?.reporting(today);
    let known = reports::expected(desk.db.reader(), year).await?;
    let mut made = 0;
    for term in [Term::FirstHalf, Term::Year] {
        let period = Period::of(year, term)?;
        if now < period.starts_at || now >= period.due_at() {
            continue;
        }
        for unit in &units {
            let key = (unit.clone(), reports::term_code(term).to_owned());
            if known.contains(&key) {
                continue;
            }
            let kept = Kept {
                report: Report::expect(desk.ids.new_id(), unit, 0),
                period,
                reason: String::new(),
            };
            made += expect_one(desk, &kept).await?;
        }
    }
    Ok(format!("{made} reports are expected anew"))
}

async fn expect_one(desk: &Desk, kept: &Kept) -> Result<u32, ActionError> {
    desk.db
        .transaction("expect_report", async |tx| {
            let now = desk.clock.now();
            // Another replica may have been quicker, or somebody has begun it already.
            if !reports::insert(tx, kept, "expect_report", now).await? {
                return Ok(0);
            }
            let system = Actor {
                post: String::new(),
                person: String::new(),
            };
            tell(desk, tx, kept, Event::Expected, &system, "").await?;
            Ok(1)
        })
        .await
}

impl Counted {
    /// How many complaints were received or open: a nil report needs none.
    #[must_use]
    pub fn busy(&self) -> usize {
        let count = |code| {
            self.figures
                .find("summary", code)
                .map_or(0, |figure| figure.cases.len())
        };
        count("received") + count("brought_forward")
    }
}
