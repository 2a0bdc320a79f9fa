//! Contracts to domain: calendars, policies, units and posts as directory tells them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use prost_types::Timestamp;
use suda_proto::{
    common::v1::Role,
    directory::v1::{self as wire, LimitUnit},
};

use crate::domain::{
    calendar::{Calendar, Exception, Status},
    deadline::Limit,
    policy::{Hours, Offset, Pauses, Place, Policy, Rule, Rung, StartsAt, Term, Yearly},
    recipient,
    subject::Kind,
};

/// When a working day begins where a policy does not say.
const OPENS: &str = "08:30";

/// What is wrong with something that was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) String);

/// Guangdong's offset; it has not changed since 1991.
#[must_use]
pub fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// A local instant.
#[must_use]
pub fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&zone())
}

/// An instant that must be there.
///
/// # Errors
/// When it is absent or none.
pub fn instant(at: Option<&Timestamp>, what: &str) -> Result<DateTime<Utc>, Malformed> {
    at.and_then(chassis::grpc::instant)
        .ok_or_else(|| Malformed(format!("{what} is missing")))
}

/// A calendar.
///
/// # Errors
/// When a day is no date.
pub fn calendar(told: &wire::Calendar) -> Result<Calendar, Malformed> {
    let mut years = Vec::new();
    let mut days = Vec::new();
    for year in &told.years {
        let number =
            i32::try_from(year.year).map_err(|_| Malformed(format!("{} is no year", year.year)))?;
        years.push((
            number,
            if year.official {
                Status::Official
            } else {
                Status::Provisional
            },
        ));
        for (list, worked) in [(&year.holidays, false), (&year.workdays, true)] {
            for day in list {
                days.push((
                    date(&day.date)?,
                    Exception {
                        worked,
                        reason: day.reason.clone(),
                        source: year.notice.clone(),
                    },
                ));
            }
        }
    }
    Ok(Calendar::new(told.version, years, days))
}

/// A policy.
///
/// # Errors
/// Names the clock and what is wrong with it.
pub fn policy(told: &wire::Policy) -> Result<Policy, Malformed> {
    let opens = match told.open_of_business.as_str() {
        "" => OPENS,
        said => said,
    };
    let hours = Hours {
        open: time(opens)?,
        close: time(&told.close_of_business)?,
    };
    let until = match told.effective_until.as_str() {
        "" => None,
        day => Some(date(day)?),
    };
    let rules = told
        .clocks
        .iter()
        .map(|rule| {
            self::rule(rule).map_err(|wrong| Malformed(format!("clock {}: {wrong}", rule.code)))
        })
        .collect::<Result<_, _>>()?;
    Ok(Policy {
        code: told.code.clone(),
        version: told.version,
        source: told.source.clone(),
        from: date(&told.effective_from)?,
        until,
        hours,
        union: told.union_code.clone(),
        rules,
    })
}

fn rule(told: &wire::ClockRule) -> Result<Rule, Malformed> {
    let place = match told.registered_at.as_str() {
        "" => Place::Anywhere,
        "outlet_or_department" => Place::OutletOrDepartment,
        "reception" => Place::Reception,
        other => return Err(Malformed(format!("registered_at {other:?} is unknown"))),
    };
    let starts_at = match told.starts_at.as_str() {
        "received_at" => StartsAt::Received,
        "occurred_at" | "" => StartsAt::Occurred,
        other => StartsAt::Named(other.to_owned()),
    };
    let kind = Kind::parse(&told.subject)
        .ok_or_else(|| Malformed(format!("subject {:?} is unknown", told.subject)))?;
    let mut starts_on = vec![told.starts_on.clone()];
    starts_on.extend(told.also_starts_on.iter().cloned());
    Ok(Rule {
        code: told.code.clone(),
        name: told.name.clone(),
        article: told.article.clone(),
        kind,
        starts_on,
        starts_at,
        requires: told.requires.clone(),
        stops_on: told.stops_on.clone(),
        stops_at: told.stops_at.clone(),
        stops_need: told.stops_need.clone(),
        cancelled_on: told.cancelled_on.clone(),
        resumed_on: told.resumed_on.clone(),
        restarts_on: told.restarts_on.clone(),
        restarts_at: told.restarts_at.clone(),
        limit: limit(told.limit.as_ref())?,
        given: told.given.clone(),
        extensions: told
            .extensions
            .iter()
            .map(|told| limit(Some(told)))
            .collect::<Result<_, _>>()?,
        extension_cap: told
            .extension_cap
            .as_ref()
            .map(|told| limit(Some(told)))
            .transpose()?,
        pauses: Pauses {
            begin: told.pauses_on.clone(),
            end: told.unpauses_on.clone(),
            grounds: told.pause_grounds.clone(),
        },
        natures: told.natures.clone(),
        place,
        needs_contact: told.needs_contact,
        outlives_case: told.outlives_case,
        window: told.window,
        yearly: yearly(told)?,
        rungs: told.rungs.iter().map(rung).collect::<Result<_, _>>()?,
    })
}

fn yearly(told: &wire::ClockRule) -> Result<Yearly, Malformed> {
    let terms = told.terms.iter().map(|term| {
        Ok(Term {
            code: term.code.clone(),
            opens_on: month_and_day(&term.opens_on)?,
            due_on: month_and_day(&term.due_on)?,
            before: term.before,
        })
    });
    Ok(Yearly {
        terms: terms.collect::<Result<_, _>>()?,
        unit_kinds: told.unit_kinds.clone(),
        unit_codes: told.unit_codes.clone(),
    })
}

fn month_and_day(text: &str) -> Result<(u32, u32), Malformed> {
    let wrong = || Malformed(format!("{text:?} is no day of a year (MM-DD)"));
    let (month, day) = text.split_once('-').ok_or_else(wrong)?;
    let day = (
        month.parse().map_err(|_| wrong())?,
        day.parse().map_err(|_| wrong())?,
    );
    // A day that only leap years have would leave the others without a limit.
    NaiveDate::from_ymd_opt(2027, day.0, day.1)
        .map(|_| day)
        .ok_or_else(wrong)
}

fn rung(told: &wire::RungRule) -> Result<Rung, Malformed> {
    let sign = if told.before { -1 } else { 1 };
    let count = |count: u32| sign * i32::try_from(count).unwrap_or(i32::MAX);
    let offset = match told
        .offset
        .as_ref()
        .map(|offset| (offset.unit(), offset.count))
    {
        None | Some((LimitUnit::SameDay, _)) => Offset::WorkingDays(0),
        Some((LimitUnit::WorkingDays, days)) => Offset::WorkingDays(count(days)),
        Some((LimitUnit::Hours, hours)) => Offset::Hours(count(hours)),
        Some(_) => {
            return Err(Malformed(format!(
                "rung {}: an offset is in working days or hours",
                told.code
            )));
        }
    };
    Ok(Rung {
        code: told.code.clone(),
        offset,
        recipients: told.recipients.clone(),
        in_working_time: told.in_working_time,
    })
}

fn limit(told: Option<&wire::Limit>) -> Result<Limit, Malformed> {
    let told = told.ok_or_else(|| Malformed("there is no limit".to_owned()))?;
    match told.unit() {
        LimitUnit::SameDay => Ok(Limit::SameDay),
        LimitUnit::Hours => Ok(Limit::Hours(told.count)),
        LimitUnit::WorkingDays => Ok(Limit::WorkingDays(told.count)),
        LimitUnit::NaturalDays => Ok(Limit::NaturalDays(told.count)),
        LimitUnit::Months => Ok(Limit::Months(told.count)),
        LimitUnit::Given => Ok(Limit::Given),
        LimitUnit::Unspecified => Err(Malformed("the limit has no unit".to_owned())),
    }
}

/// A unit as it is now.
#[must_use]
pub fn unit(told: &wire::Unit) -> recipient::Unit {
    recipient::Unit {
        code: told.code.clone(),
        parent: told
            .periods
            .last()
            .map(|period| period.parent_code.clone())
            .unwrap_or_default(),
        union: told.union_code.clone(),
        reception: told.reception,
        kind: told.kind,
        retired: !told.retired_on.is_empty(),
    }
}

/// A post as it is now.
#[must_use]
pub fn post(told: &wire::Post) -> recipient::Post {
    let role = Role::try_from(told.role).unwrap_or_default().as_str_name();
    recipient::Post {
        code: told.code.clone(),
        unit: told.unit_code.clone(),
        role: role.trim_start_matches("ROLE_").to_lowercase(),
        held: !told.holder_person_id.is_empty(),
        deputised: !told.deputy_person_id.is_empty(),
        duty: told.duty,
    }
}

fn date(text: &str) -> Result<NaiveDate, Malformed> {
    text.parse()
        .map_err(|_| Malformed(format!("{text:?} is no date (YYYY-MM-DD)")))
}

fn time(text: &str) -> Result<NaiveTime, Malformed> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .map_err(|_| Malformed(format!("time of day {text:?} is no HH:MM")))
}
