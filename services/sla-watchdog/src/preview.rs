//! When a clock would be due, and why, from policies and calendars alone: no case, no server.

use chrono::{DateTime, FixedOffset, Utc};
use prost_types::Timestamp;
use suda_proto::{
    directory::v1 as directory,
    sla_watchdog::v1::{DayCounted, Explanation},
};

use crate::{
    domain::{
        calendar::Calendar,
        deadline::{self, Count, Due, Limit},
        policy::in_force,
    },
    parse,
};

/// The code of the province's calendar.
pub const PROVINCE: &str = "province";

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
    /// The clock's limit is a date that somebody gives.
    #[error("时限 {0} 的期限由上级在转办时给定,无法预先计算")]
    Given(String),
    /// A policy or calendar cannot be read.
    #[error(transparent)]
    Malformed(#[from] parse::Malformed),
    /// The sum needs a year that no calendar knows.
    #[error(transparent)]
    Beyond(#[from] crate::domain::calendar::BeyondCalendar),
}

/// Computes when the clock `code` is due if it starts at `from`, for a union or, when it is empty, by the province's law alone.
/// Of several policies that have it the strictest is told.
///
/// # Errors
/// When no policy in force has the clock, or the calendar does not reach far enough.
pub fn preview(
    policies: &[directory::Policy],
    calendars: &[directory::Calendar],
    code: &str,
    from: DateTime<FixedOffset>,
    union: &str,
) -> Result<Explanation, Unknown> {
    let parsed = policies
        .iter()
        .map(parse::policy)
        .collect::<Result<Vec<_>, _>>()?;
    let calendar = newest(calendars, union)?;
    let from = from.with_timezone(&parse::zone());
    let in_force = in_force(&parsed, from.date_naive())
        .into_iter()
        .filter(|policy| policy.binds(union));
    let rules: Vec<_> = in_force
        .flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)))
        .collect();
    let mut strictest = None;
    for (policy, rule) in rules.iter().filter(|(_, rule)| rule.code == code) {
        if rule.limit == Limit::Given {
            return Err(Unknown::Given(code.to_owned()));
        }
        let count = Count {
            from,
            close: policy.hours.close,
            calendar: &calendar,
            pauses: &[],
        };
        let due = rule.limit.due(count, None)?;
        if strictest
            .as_ref()
            .is_none_or(|(_, known): &(_, Due)| due.at < known.at)
        {
            strictest = Some((*policy, due));
        }
    }
    let (policy, due) = strictest.ok_or_else(|| {
        let known: Vec<_> = rules.iter().map(|(_, rule)| rule.code.as_str()).collect();
        Unknown::Clock {
            code: code.to_owned(),
            on: from.date_naive().to_string(),
            known: known.join("、"),
        }
    })?;
    let told = policies
        .iter()
        .find(|told| told.code == policy.code && told.version == policy.version)
        .and_then(|told| told.clocks.iter().find(|rule| rule.code == code));
    let versions = (calendar.version, calendar.county_version);
    Ok(Explanation {
        source: policy.source.clone(),
        policy_code: policy.code.clone(),
        policy_version: policy.version,
        ..explanation(&due, from, told, versions)
    })
}

/// The newest calendar of the province, with the union's own days over it.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn newest(calendars: &[directory::Calendar], union: &str) -> Result<Calendar, Unknown> {
    let newest = |is: &dyn Fn(&directory::Calendar) -> bool| {
        calendars
            .iter()
            .filter(|calendar| is(calendar))
            .max_by_key(|calendar| calendar.version)
    };
    let province = newest(&|calendar| calendar.union_code.is_empty() && calendar.code == PROVINCE);
    let province = parse::calendar(province.ok_or(Unknown::NoCalendar)?)?;
    match newest(&|calendar| !union.is_empty() && calendar.union_code == union) {
        Some(county) => Ok(province.with(&parse::calendar(county)?)),
        None => Ok(province),
    }
}

/// Why a clock is due when it is. The policy is named by whoever knows it.
#[must_use]
pub fn explanation(
    due: &Due,
    from: DateTime<FixedOffset>,
    rule: Option<&directory::ClockRule>,
    (calendar_version, county_calendar_version): (u64, u64),
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
                source: day.source.clone(),
            })
            .collect(),
        provisional: due.provisional,
        calendar_version,
        county_calendar_version,
        due_words: deadline::words(due.at),
        ..Explanation::default()
    }
}

fn stamp(at: DateTime<FixedOffset>) -> Timestamp {
    chassis::grpc::timestamp(at.with_timezone(&Utc))
}
