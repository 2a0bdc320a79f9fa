//! When a clock would be due, and why, from policies and calendars alone: no case, no server.

use chrono::{DateTime, FixedOffset, Utc};
use prost_types::Timestamp;
use suda_proto::{
    directory::v1 as directory,
    sla_watchdog::v1::{DayCounted, Explanation},
};

use crate::{
    domain::{calendar::Calendar, deadline::Due, policy::in_force},
    parse,
};

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// No policy in force on that day has the clock.
    #[error("{on}有效的制度中没有时限 {code};有:{known}")]
    Clock {
        /// The clock asked for.
        code: String,
        /// The day.
        on: String,
        /// The clocks there are.
        known: String,
    },
    /// There is no calendar.
    #[error("没有日历;请先载入 deploy/reference/calendars")]
    NoCalendar,
    /// A policy or calendar cannot be read.
    #[error(transparent)]
    Malformed(#[from] parse::Malformed),
    /// The sum needs a year that no calendar knows.
    #[error(transparent)]
    Beyond(#[from] crate::domain::calendar::BeyondCalendar),
}

/// Computes when the clock `code` is due if it starts at `from`.
///
/// # Errors
/// When no policy in force has the clock, or the calendar does not reach far enough.
pub fn preview(
    policies: &[directory::Policy],
    calendars: &[directory::Calendar],
    code: &str,
    from: DateTime<FixedOffset>,
) -> Result<Explanation, Unknown> {
    let parsed = policies
        .iter()
        .map(parse::policy)
        .collect::<Result<Vec<_>, _>>()?;
    let calendar = province(calendars)?;
    let from = from.with_timezone(&parse::zone());
    let in_force = in_force(&parsed, from.date_naive());
    let rules = || {
        in_force
            .iter()
            .flat_map(|policy| policy.rules.iter().map(move |rule| (*policy, rule)))
    };
    let (policy, rule) =
        rules()
            .find(|(_, rule)| rule.code == code)
            .ok_or_else(|| Unknown::Clock {
                code: code.to_owned(),
                on: from.date_naive().to_string(),
                known: rules()
                    .map(|(_, rule)| rule.code.as_str())
                    .collect::<Vec<_>>()
                    .join("、"),
            })?;
    let due = rule.limit.due(from, policy.close, &calendar)?;
    let told = policies
        .iter()
        .find(|told| told.code == policy.code && told.version == policy.version)
        .and_then(|told| told.clocks.iter().find(|rule| rule.code == code));
    Ok(explanation(
        &due,
        from,
        told,
        &policy.source,
        calendar.version,
    ))
}

/// The province's newest calendar.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn province(calendars: &[directory::Calendar]) -> Result<Calendar, Unknown> {
    let newest = calendars
        .iter()
        .filter(|calendar| calendar.code == "province")
        .max_by_key(|calendar| calendar.version);
    Ok(parse::calendar(newest.ok_or(Unknown::NoCalendar)?)?)
}

/// Why a clock is due when it is.
#[must_use]
pub fn explanation(
    due: &Due,
    from: DateTime<FixedOffset>,
    rule: Option<&directory::ClockRule>,
    source: &str,
    calendar_version: u64,
) -> Explanation {
    Explanation {
        rule: rule.cloned(),
        from: Some(stamp(from)),
        due_at: Some(stamp(due.at)),
        alarm_at: Some(stamp(due.at)),
        days: due
            .days
            .iter()
            .map(|day| DayCounted {
                date: day.date.to_string(),
                counts: day.counts,
                count: day.count,
                reason: day.reason.clone(),
            })
            .collect(),
        provisional: due.provisional,
        source: source.to_owned(),
        calendar_version,
    }
}

fn stamp(at: DateTime<FixedOffset>) -> Timestamp {
    chassis::grpc::timestamp(at.with_timezone(&Utc))
}
