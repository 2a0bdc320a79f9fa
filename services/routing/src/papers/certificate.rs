//! 时限说明书: what the watchdog says of a clock, put into the boxes of the paper.

use chrono::{DateTime, NaiveDate, Utc};
use documents::{
    Date, Moment,
    certificate::{Certificate, CountedDay},
};
use prost_types::Timestamp;
use suda_proto::sla_watchdog::v1::{CertifyResponse, ClockState, DayCounted, Pause};

use crate::errors::ActionError;

/// Fills it; the union's reception issues it.
///
/// # Errors
/// When the watchdog left out what a certificate cannot do without.
pub fn certificate(
    told: CertifyResponse,
    union: String,
    issued_by: String,
) -> Result<Certificate, ActionError> {
    let clock = told.clock.ok_or(missing("clock"))?;
    let sum = told.explanation.ok_or(missing("explanation"))?;
    let ledger = sum.ledger.unwrap_or_default();
    let state = clock.state();
    let mut remarks: Vec<String> = ledger.pauses.iter().map(pause).collect();
    if clock.extensions > 0 {
        remarks.push(format!("经批准延期{}次。", clock.extensions));
    }
    let county = match sum.county_calendar_version {
        0 => String::new(),
        version => format!(",本机构日历第{version}版"),
    };
    Ok(Certificate {
        union,
        number: clock.number,
        clock_name: clock.name,
        clock_code: clock.code,
        limit: clock.limit,
        article: clock.article,
        started_at: moment(clock.started_at.as_ref(), "started_at")?.into(),
        due_at: Moment::end_of_day(moment(clock.due_at.as_ref(), "due_at")?),
        rolled_to: instant(clock.rolled_at.as_ref()).map(Moment::end_of_day),
        state: state_words(state).to_owned(),
        stopped_at: instant(clock.stopped_at.as_ref()).map(Moment::from),
        result: result_words(state).to_owned(),
        policy: format!("{}第{}版", sum.policy_code, sum.policy_version),
        calendar: format!("全省日历第{}版{county}", sum.calendar_version),
        source: sum.source,
        remarks,
        provisional: sum.provisional,
        days: sum.days.iter().map(day).collect::<Result<_, _>>()?,
        issued_by,
        issued_at: moment(told.issued_at.as_ref(), "issued_at")?.into(),
    })
}

fn missing(field: &'static str) -> ActionError {
    ActionError::Malformed {
        subject: "CertifyResponse",
        field,
    }
}

fn instant(at: Option<&Timestamp>) -> Option<DateTime<Utc>> {
    at.and_then(chassis::grpc::instant)
}

fn moment(at: Option<&Timestamp>, field: &'static str) -> Result<DateTime<Utc>, ActionError> {
    instant(at).ok_or(missing(field))
}

fn day(day: &DayCounted) -> Result<CountedDay, ActionError> {
    let date: NaiveDate = day.date.parse().map_err(|_| missing("days.date"))?;
    Ok(CountedDay {
        date: Date::from(date),
        counts: day.counts,
        count: day.count,
        reason: day.reason.clone(),
    })
}

fn pause(pause: &Pause) -> String {
    let written = |at: Option<&Timestamp>| {
        instant(at).map_or_else(|| "至今".to_owned(), |at| Moment::from(at).to_string())
    };
    format!(
        "{}起暂停计算,{}恢复。",
        written(pause.from.as_ref()),
        written(pause.until.as_ref())
    )
}

fn state_words(state: ClockState) -> &'static str {
    match state {
        ClockState::Unspecified => "",
        ClockState::Running => "计算中",
        ClockState::Overdue => "已逾期,仍在计算",
        ClockState::Paused => "暂停计算",
        ClockState::Met | ClockState::Breached | ClockState::Cancelled | ClockState::Lapsed => {
            "已终止"
        }
    }
}

fn result_words(state: ClockState) -> &'static str {
    match state {
        ClockState::Met => "按期完成",
        ClockState::Breached => "逾期完成",
        ClockState::Cancelled => "因案件终结而终止",
        ClockState::Lapsed => "期满",
        ClockState::Unspecified
        | ClockState::Running
        | ClockState::Overdue
        | ClockState::Paused => "",
    }
}
