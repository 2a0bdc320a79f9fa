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
    policy::{Place, Policy, Rule, Rung},
    recipient,
};

/// What is wrong with something that was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

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
    let close = NaiveTime::parse_from_str(&told.close_of_business, "%H:%M").map_err(|_| {
        Malformed(format!(
            "close of business {:?} is no HH:MM",
            told.close_of_business
        ))
    })?;
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
        close,
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
    let from_receipt = match told.starts_at.as_str() {
        "received_at" => true,
        "occurred_at" => false,
        other => return Err(Malformed(format!("starts_at {other:?} is unknown"))),
    };
    Ok(Rule {
        code: told.code.clone(),
        name: told.name.clone(),
        article: told.article.clone(),
        starts_on: told.starts_on.clone(),
        from_receipt,
        stops_on: told.stops_on.clone(),
        cancelled_on: told.cancelled_on.clone(),
        resumed_on: told.resumed_on.clone(),
        limit: limit(told.limit.as_ref())?,
        extensions: told
            .extensions
            .iter()
            .map(|told| limit(Some(told)))
            .collect::<Result<_, _>>()?,
        natures: told.natures.clone(),
        place,
        rungs: told.rungs.iter().map(rung).collect::<Result<_, _>>()?,
    })
}

fn rung(told: &wire::RungRule) -> Result<Rung, Malformed> {
    let days = match told
        .offset
        .as_ref()
        .map(|offset| (offset.unit(), offset.count))
    {
        None => 0,
        Some((LimitUnit::WorkingDays, count)) => i32::try_from(count).unwrap_or(i32::MAX),
        Some((LimitUnit::SameDay, _)) => 0,
        Some(_) => {
            return Err(Malformed(format!(
                "rung {}: an offset is in working days",
                told.code
            )));
        }
    };
    let working_days = if told.before { -days } else { days };
    Ok(Rung {
        code: told.code.clone(),
        working_days,
        recipients: told.recipients.clone(),
    })
}

fn limit(told: Option<&wire::Limit>) -> Result<Limit, Malformed> {
    let told = told.ok_or_else(|| Malformed("there is no limit".to_owned()))?;
    match told.unit() {
        LimitUnit::SameDay => Ok(Limit::SameDay),
        LimitUnit::WorkingDays => Ok(Limit::WorkingDays(told.count)),
        LimitUnit::NaturalDays => Ok(Limit::NaturalDays(told.count)),
        LimitUnit::Months => Ok(Limit::Months(told.count)),
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
