//! `suda clock`: when things are due, why, and who is told.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use sla_watchdog::preview;
use suda_proto::{
    operation::v1::{AdvanceClockRequest, operation_service_client::OperationServiceClient},
    routing::v1::routing_service_client::RoutingServiceClient,
    sla_watchdog::v1::{
        ClockView, ExplainRequest, Explanation, ListClocksRequest, SubjectKind,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};

use super::{moving, reference};
use crate::{
    given::{self, Instant, Named},
    output::{self, Form, due, rfc3339},
    session::{Session, answer},
    words,
};

mod foresight;
pub(super) mod law;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Clock {
    /// Computes when a clock would be due, from the files alone.
    Preview {
        /// The clock's code, e.g. G18.1c.
        #[arg(long)]
        clock: String,
        /// From when, e.g. 2026-09-23T10:00:00+08:00.
        #[arg(long)]
        from: DateTime<FixedOffset>,
        /// The union whose own calendar and policy count too.
        #[arg(long, default_value = "")]
        union: String,
        /// The reference folder.
        #[arg(long, default_value = "deploy/reference")]
        reference: PathBuf,
    },
    /// Tells day by day why a clock of a case is due when it is.
    Explain {
        /// The case: its number or its id.
        case: Named,
        /// The clock's code.
        clock: String,
    },
    /// Lists the clocks of a case, or all open ones.
    List {
        /// The case: its number or its id; or the id of an appeal, a task, an item.
        case: Option<Named>,
        /// With the clocks of what belongs to the case.
        #[arg(long)]
        related: bool,
        /// Only of this kind of subject: case, appeal, rectification, escalation, quarantine, unit.
        #[arg(long, default_value = "")]
        kind: String,
    },
    /// Lists who was told about the clocks of a case, and who will be.
    Rungs {
        /// The case: its number or its id.
        case: Named,
    },
    /// Lists what your own posts were told, also about messages put aside and yearly duties.
    Told {
        /// Only about clocks that still run.
        #[arg(long)]
        open: bool,
    },
    /// Gives what the deadline certificate (时限说明书) of a clock shows.
    Certificate {
        /// The case: its number or its id.
        case: Named,
        /// The clock's code.
        clock: String,
    },
    /// Tells who would be told what and when if nothing happened until a given day. Nothing is written or sent.
    Simulate {
        /// Until when: a day, or an instant like "2026-10-20 18:00".
        #[arg(long, value_parser = given::until)]
        until: Instant,
        /// Only this case: its number or its id.
        #[arg(long)]
        case: Option<Named>,
    },
    /// Tells which open clocks a changed calendar or policy moves. Nothing is written.
    Impact {
        /// The reference folder with the changes; without it, what is published and waits to be applied.
        #[arg(long)]
        reference: Option<PathBuf>,
    },
    /// Moves the open clocks to what is published, after showing what that moves.
    Apply {
        /// Why; it goes into the trail of each clock.
        #[arg(long)]
        reason: String,
        /// Yes, move them. Without it they are only shown.
        #[arg(long)]
        confirm: bool,
    },
    /// Moves the simulated clock of all services, e.g. by 9d, 2h or 30m.
    Advance {
        /// By how much.
        by: String,
    },
}

pub(super) async fn run(what: &Clock, session: &Session, form: Form) -> anyhow::Result<()> {
    match what {
        Clock::Preview {
            clock,
            from,
            union,
            reference,
        } => {
            let read = reference::checked(reference)?;
            show(
                &preview::preview(&read.policies, &read.calendars, clock, *from, union)?,
                form,
            )
        }
        Clock::Explain { case, clock } => {
            let mut client = SlaWatchdogServiceClient::new(session.peer("sla-watchdog").await?);
            let request = ExplainRequest {
                case_id: id_of(case, session).await?,
                clock_code: clock.clone(),
            };
            show(
                &answer(client.explain(request).await)?
                    .explanation
                    .unwrap_or_default(),
                form,
            )
        }
        Clock::List {
            case,
            related,
            kind,
        } => {
            let asked = ListClocksRequest {
                case_id: id_or_none(case.as_ref(), session).await?,
                limit: 0,
                subject_kind: subject_kind(kind)?.into(),
                with_related: *related,
            };
            list(asked, session, form).await
        }
        Clock::Rungs { case } => foresight::rungs(id_of(case, session).await?, session, form).await,
        Clock::Told { open } => foresight::told(*open, session, form).await,
        Clock::Certificate { case, clock } => {
            foresight::certificate(id_of(case, session).await?, clock, session, form).await
        }
        Clock::Simulate { until, case } => {
            let case_id = id_or_none(case.as_ref(), session).await?;
            foresight::simulate(&until.0, case_id, session, form).await
        }
        Clock::Impact { reference } => law::impact(reference.as_deref(), session, form).await,
        Clock::Apply { reason, confirm } => law::apply(reason, *confirm, session, form).await,
        Clock::Advance { by } => advance(by, session).await,
    }
}

/// The case's id, which is what clocks go by.
async fn id_of(named: &Named, session: &Session) -> anyhow::Result<String> {
    if let Named::Id(id) = named {
        return Ok(id.clone());
    }
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    Ok(moving::find(&mut routing, named).await?.case_id)
}

async fn id_or_none(named: Option<&Named>, session: &Session) -> anyhow::Result<String> {
    match named {
        Some(named) => id_of(named, session).await,
        None => Ok(String::new()),
    }
}

fn subject_kind(word: &str) -> anyhow::Result<SubjectKind> {
    if word.is_empty() {
        return Ok(SubjectKind::Unspecified);
    }
    SubjectKind::from_str_name(&format!("SUBJECT_KIND_{}", word.to_uppercase())).ok_or_else(|| {
        anyhow::anyhow!(
            "{word:?} 不是时限的对象;请写 case(案件)、appeal(申诉)、rectification(整改)、escalation(升级事项)、quarantine(隔离区)或 unit(单位)"
        )
    })
}

async fn list(asked: ListClocksRequest, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = SlaWatchdogServiceClient::new(session.peer("sla-watchdog").await?);
    let clocks = answer(client.list_clocks(asked).await)?.clocks;
    if form == Form::Json {
        let mut told = Vec::new();
        for clock in &clocks {
            let mut json = output::as_json(clock)?;
            json["clock"] = clock.code.clone().into();
            json["due"] = rfc3339(clock.due_at.as_ref()).into();
            told.push(json);
        }
        return output::json(&told.into());
    }
    output::table(&HEADINGS, clocks.iter().map(row).collect());
    Ok(())
}

/// The headings of a table of clocks.
pub(super) const HEADINGS: [&str; 6] = ["编号", "时限", "事项", "到期", "剩余", "状态"];

/// A clock as people read it; the one that binds is marked.
pub(super) fn row(clock: &ClockView) -> Vec<String> {
    vec![
        // A unit's yearly duty has no number of its own.
        match clock.subject_kind() {
            SubjectKind::Unit => format!("{} {}", clock.unit_code, clock.number),
            _ => clock.number.clone(),
        },
        format!("{}{}", clock.code, if clock.binding { " ●" } else { "" }),
        format!("{} ({}, {})", clock.name, clock.limit, clock.article),
        due(clock.due_at.as_ref()),
        format!("{}个工作日", clock.working_days_left),
        words::said(clock.state().as_str_name()),
    ]
}

fn show(explanation: &Explanation, form: Form) -> anyhow::Result<()> {
    let rule = explanation.rule.clone().unwrap_or_default();
    if form == Form::Json {
        let days: Vec<_> = explanation
            .days
            .iter()
            .map(|day| {
                serde_json::json!({ "date": day.date, "counts": day.counts, "count": day.count, "reason": day.reason })
            })
            .collect();
        return output::json(&serde_json::json!({
            "clock": rule.code,
            "name": rule.name,
            "article": rule.article,
            "source": explanation.source,
            "from": rfc3339(explanation.from.as_ref()),
            "due": rfc3339(explanation.due_at.as_ref()),
            "due_words": explanation.due_words,
            "provisional": explanation.provisional,
            "policy": explanation.policy_code,
            "policy_version": explanation.policy_version,
            "calendar_version": explanation.calendar_version,
            "county_calendar_version": explanation.county_calendar_version,
            "days": days,
        }));
    }
    output::text(&format!(
        "{} {}({} {})",
        rule.code, rule.name, explanation.source, rule.article
    ));
    let rows = explanation.days.iter().map(|day| {
        let count = if day.counts {
            day.count.to_string()
        } else {
            String::new()
        };
        vec![day.date.clone(), count, day.reason.clone()]
    });
    output::table(&["日期", "计数", "说明"], rows.collect());
    output::text(&format!("到期:{}", due(explanation.due_at.as_ref())));
    if let Some(ledger) = &explanation.ledger {
        output::text(&format!(
            "期限:{},已用 {},共 {}",
            ledger.budget, ledger.consumed, ledger.total
        ));
    }
    if explanation.provisional {
        output::text("注意:计算涉及尚未公布官方安排的年份,结果为暂定,日历公布后将重新计算。");
    }
    Ok(())
}

async fn advance(by: &str, session: &Session) -> anyhow::Result<()> {
    let seconds = seconds(by)?;
    let mut client = OperationServiceClient::new(session.peer("directory").await?);
    let now = answer(client.advance_clock(AdvanceClockRequest { seconds }).await)?.now;
    output::text(&format!("现在是 {}", due(now.as_ref())));
    Ok(())
}

fn seconds(by: &str) -> anyhow::Result<u64> {
    let wrong = || anyhow::anyhow!("{by:?} 不是一段时间;请写 9d(天)、2h(小时)或 30m(分钟)");
    let (number, unit) = by
        .split_at_checked(by.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let unit = match unit {
        "d" => 24 * 3600,
        "h" => 3600,
        "m" => 60,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(number * unit)
}
