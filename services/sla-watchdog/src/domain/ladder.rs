//! Who is told when, before and after a clock runs out.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::{
    calendar::{BeyondCalendar, Calendar},
    deadline::{instant, last_day},
    policy::{Hours, Offset, Rung},
};

/// A message of the ladder, planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The rung's name.
    pub code: String,
    /// Whom it goes to, in a word of the ladder.
    pub recipient: String,
    /// When the ladder says it is to be told.
    pub at: DateTime<FixedOffset>,
    /// When it is to be told by that and by working time.
    pub deliver_at: DateTime<FixedOffset>,
    /// Whether it is about a limit that is past.
    pub escalation: bool,
}

/// The clock whose messages are planned.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    /// From when it runs.
    pub started_at: DateTime<FixedOffset>,
    /// When it is due.
    pub due: DateTime<FixedOffset>,
    /// Whether it concerns something grave (重大), which never waits for working time (guideline art. 24(4)).
    pub urgent: bool,
}

/// The messages of a clock, in order.
///
/// A rung that falls before the clock's start is left out: nobody could have been told then.
///
/// # Errors
/// When a sum needs a year that the calendar does not know.
pub fn plan(
    rungs: &[Rung],
    clock: Running,
    hours: Hours,
    calendar: &Calendar,
) -> Result<Vec<Planned>, BeyondCalendar> {
    let mut planned = Vec::new();
    for rung in rungs {
        let at = moment(rung.offset, clock.due, hours, calendar)?;
        if at < clock.started_at {
            continue;
        }
        let deliver_at = if rung.in_working_time && !clock.urgent {
            in_working_time(at, clock, hours, calendar)?
        } else {
            at
        };
        for recipient in &rung.recipients {
            planned.push(Planned {
                code: rung.code.clone(),
                recipient: recipient.clone(),
                at,
                deliver_at,
                escalation: at >= clock.due,
            });
        }
    }
    planned.sort_by_key(|rung| rung.at);
    Ok(planned)
}

/// A rung at the due instant is told then; one some working days off at close of business of that day.
fn moment(
    offset: Offset,
    due: DateTime<FixedOffset>,
    hours: Hours,
    calendar: &Calendar,
) -> Result<DateTime<FixedOffset>, BeyondCalendar> {
    let days = match offset {
        Offset::Hours(count) => return Ok(due + TimeDelta::hours(i64::from(count))),
        Offset::WorkingDays(0) => return Ok(due),
        Offset::WorkingDays(days) => days,
    };
    let (last, distance) = (last_day(due), days.unsigned_abs());
    let day = if days > 0 {
        calendar.add(last, distance)?.0
    } else {
        calendar.subtract(last, distance)?
    };
    Ok(instant(day, hours.close, *due.offset()))
}

/// The instant itself when people work then; else the next opening, so that nobody is woken at night or on a holiday (P18).
/// A warning that would so come after the limit is told at the last close before it instead, if the clock ran by then.
fn in_working_time(
    at: DateTime<FixedOffset>,
    clock: Running,
    hours: Hours,
    calendar: &Calendar,
) -> Result<DateTime<FixedOffset>, BeyondCalendar> {
    let (date, zone) = (at.date_naive(), *at.offset());
    let worked = calendar.day(date)?.worked;
    if worked && (hours.open..=hours.close).contains(&at.time()) {
        return Ok(at);
    }
    let opens = if worked && at.time() < hours.open {
        date
    } else {
        calendar.add(date, 1)?.0
    };
    let next = instant(opens, hours.open, zone);
    if at >= clock.due || next < clock.due {
        return Ok(next);
    }
    let closed = if worked && at.time() > hours.close {
        date
    } else {
        calendar.subtract(date, 1)?
    };
    let before = instant(closed, hours.close, zone);
    Ok(if before >= clock.started_at {
        before
    } else {
        at
    })
}

#[cfg(test)]
mod tests;
