//! What happens to a case beyond the ordinary course: passed on, handed over, sent back, joined, begun anew, laid to rest.

mod shown;

use suda_proto::routing::v1 as api;

use super::super::moving::Which;
use crate::{
    given::{Instant, Named, Text, until},
    output::Form,
    session::Session,
    words,
};

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Course {
    /// Shows what happened beyond the ordinary course: transfers, bounces, rests, joined cases, groups, call-backs.
    #[command(name = "course")]
    Show {
        /// The case: its number or its id.
        case: Named,
    },
    /// What a superior, a regulator or a third party passed on (指引 art. 17(4)).
    #[command(subcommand)]
    Superior(Superior),
    /// Hands a case to the department it belongs to (移交, 指引 art. 10).
    #[command(subcommand)]
    Transfer(Transfer),
    /// A complaint that skipped the union (越级, 指引 art. 20).
    #[command(subcommand)]
    Level(Level),
    /// A unit asks to be taken off the order (退单); the limit runs on.
    #[command(subcommand)]
    Bounce(Bounce),
    /// Joins it to a lead case of the same union (并案); both histories are kept.
    Join {
        #[command(flatten)]
        at: Which,
        /// The lead case, which goes on: its number or its id.
        #[arg(long)]
        lead: Named,
        /// Why they are one matter.
        #[arg(long)]
        reason: Text,
    },
    /// Begins the legal limit anew because of new facts and reasons (令2020年第3号 art. 18(3)).
    Restart {
        #[command(flatten)]
        at: Which,
        /// When the new material reached us; the limit counts from here.
        #[arg(long)]
        received: Instant,
        /// Which facts are new.
        #[arg(long)]
        reason: Text,
    },
    /// Lays the legal limit to rest (中止), and lets it run again.
    #[command(subcommand)]
    Pause(Pause),
    /// Records a call-back (回访), by somebody who neither handled nor answered it (指引 art. 12(6)).
    FollowUp {
        #[command(flatten)]
        at: Which,
        /// What was heard.
        #[arg(long, value_parser = words::parser("SATISFACTION_", api::Satisfaction::from_str_name))]
        satisfaction: api::Satisfaction,
        /// In the complainant's words.
        #[arg(long, default_value = "")]
        remark: Text,
        /// When it was; now when it is not given.
        #[arg(long)]
        when: Option<Instant>,
    },
    /// Forms a special investigation group (专项调查组); the leading unit of the order leads it.
    Group {
        #[command(flatten)]
        at: Which,
        /// A unit that joins those on the order; may be given several times.
        #[arg(long)]
        unit: Vec<String>,
        /// A post that investigates; may be given several times.
        #[arg(long, required = true)]
        member: Vec<String>,
        /// What is to be found out.
        #[arg(long)]
        task: Text,
    },
    /// Records that a member of staff is related to the complainant, and so is out of the case (令2020年第3号 art. 17).
    Relation {
        #[command(flatten)]
        at: Which,
        /// Who: the id of the person.
        #[arg(long)]
        person: String,
        /// How: kin or business.
        #[arg(long)]
        relation: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Superior {
    /// Records who passed it on, under which number, and the limit that was set.
    Record {
        #[command(flatten)]
        at: Which,
        /// Who passed it on.
        #[arg(long, value_parser = words::parser("SUPERIOR_KIND_", api::SuperiorKind::from_str_name))]
        kind: api::SuperiorKind,
        /// The number of the letter (来文号).
        #[arg(long)]
        number: String,
        /// The limit that was set: an instant, or a day, which is until its end; none when it is not given.
        #[arg(long, value_parser = until)]
        due: Option<Instant>,
        /// When the letter reached us; now when it is not given.
        #[arg(long)]
        received: Option<Instant>,
    },
    /// Records the written report of the result to senior management and to the superior (指引 art. 18(2)).
    Report {
        #[command(flatten)]
        at: Which,
        /// The report.
        #[arg(long)]
        report: Text,
        /// The number of our letter, or what proves that it went.
        #[arg(long)]
        letter: String,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Transfer {
    /// Hands it over; the complainant is told.
    Out {
        #[command(flatten)]
        at: Which,
        /// Why: criminal-case or personnel; a skipped level goes by `level refer`.
        #[arg(long, value_parser = words::parser("TRANSFER_MATTER_", api::TransferMatter::from_str_name))]
        matter: api::TransferMatter,
        /// The department it goes to.
        #[arg(long)]
        to: String,
        /// What makes it that.
        #[arg(long)]
        reason: Text,
    },
    /// Gives the receipt of the unit it was handed to; that ends the case here.
    Receipt {
        #[command(flatten)]
        at: Which,
        /// The number of the receipt; for a skipped level the number of the union's own complaint.
        #[arg(long)]
        number: String,
        /// A remark for the file.
        #[arg(long, default_value = "")]
        remark: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Level {
    /// Shows whether it skipped a level, and where it belongs.
    Show {
        /// The case: its number or its id.
        case: Named,
    },
    /// Takes it, because the union's case is overdue or the circumstances are special.
    Admit {
        #[command(flatten)]
        at: Which,
        /// The number of the union's overdue case.
        #[arg(long, default_value = "", required_unless_present = "circumstances")]
        overdue: String,
        /// What is special: retaliation, a grave breach, a complaint about the reception itself.
        #[arg(long, default_value = "")]
        circumstances: Text,
    },
    /// Passes it down to the union; the complainant is told where to go.
    Refer {
        #[command(flatten)]
        at: Which,
        /// A remark for the file.
        #[arg(long, default_value = "")]
        reason: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Bounce {
    /// Asks to be taken off the order, once for each unit and case.
    Request {
        #[command(flatten)]
        at: Which,
        /// Why it is not the unit's to handle: the rule or the division of duties.
        #[arg(long)]
        basis: Text,
        /// The unit that asks; the caller's own when it is not given.
        #[arg(long, default_value = "")]
        unit: String,
    },
    /// Upholds it: the order goes to another unit, with the old limit.
    Uphold {
        #[command(flatten)]
        at: Which,
        /// Why.
        #[arg(long)]
        reason: Text,
        /// The unit that takes its place; it may be missing for a helping unit only.
        #[arg(long, default_value = "")]
        unit: String,
    },
    /// Refuses it: the unit goes on.
    Refuse {
        #[command(flatten)]
        at: Which,
        /// Why.
        #[arg(long)]
        reason: Text,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(in super::super) enum Pause {
    /// Lays the limit to rest; the complainant is told (令2020年第3号 art. 18(2), 23).
    Begin {
        #[command(flatten)]
        at: Which,
        /// On which ground.
        #[arg(long, value_parser = words::parser("PAUSE_GROUND_", api::PauseGround::from_str_name))]
        ground: api::PauseGround,
        /// Who appraises or mediates what; for mediation also how the complainant consented.
        #[arg(long)]
        basis: Text,
    },
    /// Lets it run again; the complainant is told.
    End {
        #[command(flatten)]
        at: Which,
        /// What came of the appraisal or the mediation.
        #[arg(long)]
        remark: Text,
    },
}

pub(super) async fn run(what: Course, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Course::Show { case } => shown::course(&case, session, form).await,
        Course::Superior(what) => superior(what, session, form).await,
        Course::Transfer(what) => transfer(what, session, form).await,
        Course::Level(what) => level(what, session, form).await,
        Course::Bounce(what) => bounce(what, session, form).await,
        Course::Pause(what) => pause(what, session, form).await,
        Course::Join { at, lead, reason } => {
            let (lead_case_id, lead_number) = lead.id_and_number();
            at.turns(session, form, async |routing, asked| {
                let asked = api::JoinCaseRequest {
                    lead_case_id,
                    lead_number,
                    reason: reason.0,
                    ..asked
                };
                routing.join_case(asked).await
            })
            .await
        }
        Course::Restart {
            at,
            received,
            reason,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::RestartPeriodRequest {
                    received_at: Some(received.stamp()),
                    reason: reason.0,
                    ..asked
                };
                routing.restart_period(asked).await
            })
            .await
        }
        Course::FollowUp {
            at,
            satisfaction,
            remark,
            when,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::FollowUpRequest {
                    satisfaction: satisfaction.into(),
                    remark: remark.0,
                    called_at: when.map(Instant::stamp),
                    ..asked
                };
                routing.follow_up(asked).await
            })
            .await
        }
        Course::Group {
            at,
            unit,
            member,
            task,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::FormGroupRequest {
                    unit_codes: unit,
                    member_posts: member,
                    task: task.0,
                    ..asked
                };
                routing.form_group(asked).await
            })
            .await
        }
        Course::Relation {
            at,
            person,
            relation,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::NoteRelationRequest {
                    person_id: person,
                    relation: relation.0,
                    ..asked
                };
                routing.note_relation(asked).await
            })
            .await
        }
    }
}

async fn superior(what: Superior, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Superior::Record {
            at,
            kind,
            number,
            due,
            received,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::RecordSuperiorRequest {
                    number,
                    due_at: due.map(Instant::stamp),
                    kind: kind.into(),
                    received_at: received.map(Instant::stamp),
                    ..asked
                };
                routing.record_superior(asked).await
            })
            .await
        }
        Superior::Report { at, report, letter } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::ReportToSuperiorRequest {
                    report: report.0,
                    letter_number: letter,
                    ..asked
                };
                routing.report_to_superior(asked).await
            })
            .await
        }
    }
}

async fn transfer(what: Transfer, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Transfer::Out {
            at,
            matter,
            to,
            reason,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::TransferOutRequest {
                    matter: matter.into(),
                    to_unit_code: to,
                    reason: reason.0,
                    ..asked
                };
                routing.transfer_out(asked).await
            })
            .await
        }
        Transfer::Receipt { at, number, remark } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::ReceiptTransferRequest {
                    receipt_number: number,
                    remark: remark.0,
                    ..asked
                };
                routing.receipt_transfer(asked).await
            })
            .await
        }
    }
}

async fn level(what: Level, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Level::Show { case } => shown::proper_place(&case, session, form).await,
        Level::Admit {
            at,
            overdue,
            circumstances,
        } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::AdmitSkipLevelRequest {
                    overdue_number: overdue,
                    circumstances: circumstances.0,
                    ..asked
                };
                routing.admit_skip_level(asked).await
            })
            .await
        }
        Level::Refer { at, reason } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::ReferSkipLevelRequest {
                    reason: reason.0,
                    ..asked
                };
                routing.refer_skip_level(asked).await
            })
            .await
        }
    }
}

async fn bounce(what: Bounce, session: &Session, form: Form) -> anyhow::Result<()> {
    let (at, uphold, reason, unit) = match what {
        Bounce::Request { at, basis, unit } => {
            return at
                .turns(session, form, async |routing, asked| {
                    let asked = api::RequestBounceRequest {
                        unit_code: unit,
                        basis: basis.0,
                        ..asked
                    };
                    routing.request_bounce(asked).await
                })
                .await;
        }
        Bounce::Uphold { at, reason, unit } => (at, true, reason, unit),
        Bounce::Refuse { at, reason } => (at, false, reason, String::new()),
    };
    at.turns(session, form, async |routing, asked| {
        let asked = api::RuleBounceRequest {
            uphold,
            reason: reason.0,
            new_unit_code: unit,
            ..asked
        };
        routing.rule_bounce(asked).await
    })
    .await
}

async fn pause(what: Pause, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Pause::Begin { at, ground, basis } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::BeginPauseRequest {
                    ground: ground.into(),
                    basis: basis.0,
                    ..asked
                };
                routing.begin_pause(asked).await
            })
            .await
        }
        Pause::End { at, remark } => {
            at.turns(session, form, async |routing, asked| {
                let asked = api::EndPauseRequest {
                    remark: remark.0,
                    ..asked
                };
                routing.end_pause(asked).await
            })
            .await
        }
    }
}
