//! Who is told when, before and after a clock runs out.

use chrono::{DateTime, FixedOffset, NaiveTime};

use super::{
    calendar::{BeyondCalendar, Calendar},
    deadline::instant,
    policy::Rung,
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
    /// Whether it is about a limit that is past.
    pub escalation: bool,
}

/// The messages of a clock that is due at `due`, in order.
///
/// A rung that falls before the clock's start is left out: nobody could have been told then.
///
/// # Errors
/// When a sum needs a year that the calendar does not know.
pub fn plan(
    rungs: &[Rung],
    started_at: DateTime<FixedOffset>,
    due: DateTime<FixedOffset>,
    close: NaiveTime,
    calendar: &Calendar,
) -> Result<Vec<Planned>, BeyondCalendar> {
    let mut planned = Vec::new();
    for rung in rungs {
        let at = moment(rung.working_days, due, close, calendar)?;
        if at < started_at {
            continue;
        }
        for recipient in &rung.recipients {
            planned.push(Planned {
                code: rung.code.clone(),
                recipient: recipient.clone(),
                at,
                escalation: rung.working_days >= 0,
            });
        }
    }
    planned.sort_by_key(|rung| rung.at);
    Ok(planned)
}

/// A rung at the due instant is told then; one some working days off at close of business of that day, so that nobody is
/// woken at night or on a holiday.
fn moment(
    working_days: i32,
    due: DateTime<FixedOffset>,
    close: NaiveTime,
    calendar: &Calendar,
) -> Result<DateTime<FixedOffset>, BeyondCalendar> {
    // 24:00 of a day is written as the next day's 00:00, but belongs to the day that ends.
    let last = (due - chrono::TimeDelta::nanoseconds(1)).date_naive();
    let distance = working_days.unsigned_abs();
    let day = match working_days {
        0 => return Ok(due),
        1.. => calendar.add(last, distance)?.0,
        _ => calendar.subtract(last, distance)?,
    };
    Ok(instant(day, close, *due.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::tests::guangdong;

    fn rung(code: &str, working_days: i32) -> Rung {
        Rung {
            code: code.to_owned(),
            working_days,
            recipients: vec!["reception_head".to_owned()],
        }
    }

    #[test]
    fn p13_the_ladder_of_an_order_over_national_day_falls_on_working_days() {
        let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
        let rungs = [
            rung("compliance", 3),
            rung("breach", 0),
            rung("warning", -2),
            rung("office", 2),
        ];
        let started = "2026-09-23T10:00:00+08:00".parse().unwrap();
        let due = "2026-10-10T17:30:00+08:00".parse().unwrap();
        let days: Vec<(String, String)> = plan(&rungs, started, due, close, &guangdong())
            .unwrap()
            .into_iter()
            .map(|rung| (rung.code, rung.at.format("%m-%d %H:%M").to_string()))
            .collect();
        let expected = [
            ("warning", "10-08 17:30"),
            ("breach", "10-10 17:30"),
            ("office", "10-13 17:30"),
            ("compliance", "10-14 17:30"),
        ];
        assert_eq!(
            days,
            expected.map(|(code, at)| (code.to_owned(), at.to_owned()))
        );
    }

    #[test]
    fn a_warning_before_the_start_is_left_out() {
        let close = NaiveTime::from_hms_opt(17, 30, 0).unwrap();
        let started = "2026-09-23T10:00:00+08:00".parse().unwrap();
        let due = "2026-09-23T17:30:00+08:00".parse().unwrap();
        assert!(
            plan(&[rung("warning", -1)], started, due, close, &guangdong())
                .unwrap()
                .is_empty()
        );
    }
}
