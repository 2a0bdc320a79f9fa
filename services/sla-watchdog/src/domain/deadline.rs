//! When a limit runs out.
//!
//! The day something happens on is not counted (民法典 art. 201). A limit in working days ends at close of business of its
//! last day; one in natural days or months at 24:00. Natural days are counted without regard to holidays (令2020年第3号
//! art. 43); the day to which 民法典 art. 203 would roll a limit that ends on a holiday is kept beside it, but the alarm
//! goes by the earlier one, because nobody has said that a bank may rely on the later.

use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeZone as _};

use super::calendar::{BeyondCalendar, Calendar, Day, Status};

/// A limit, as a policy sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// 当天: close of business of the same day, or its 24:00 when it began later than that or on a day off.
    SameDay,
    /// 工作日.
    WorkingDays(u32),
    /// 自然日.
    NaturalDays(u32),
    /// 月.
    Months(u32),
}

/// When a limit runs out, and why then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last instant that is in time; the alarm goes by it.
    pub at: DateTime<FixedOffset>,
    /// Where a natural limit that ends on a day off would roll to.
    pub rolled: Option<DateTime<FixedOffset>>,
    /// The days, in order.
    pub days: Vec<Counted>,
    /// Whether the sum touches a year without an official calendar.
    pub provisional: bool,
}

/// A day in the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Which.
    pub date: NaiveDate,
    /// Whether it counts.
    pub counts: bool,
    /// How many are counted up to and including it.
    pub count: u32,
    /// Why it counts or not.
    pub reason: String,
}

impl Limit {
    /// It in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::SameDay => "当天".to_owned(),
            Self::WorkingDays(count) => format!("{count}个工作日"),
            Self::NaturalDays(count) => format!("{count}日"),
            Self::Months(count) => format!("{count}个月"),
        }
    }

    /// When it runs out if it starts at `from`.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn due(
        &self,
        from: DateTime<FixedOffset>,
        close: NaiveTime,
        calendar: &Calendar,
    ) -> Result<Due, BeyondCalendar> {
        match self {
            Self::SameDay => same_day(from, close, calendar),
            Self::WorkingDays(count) => working_days(from, *count, close, calendar),
            Self::NaturalDays(count) => {
                let last = from.date_naive() + Days::new(u64::from(*count));
                natural(from, last, calendar)
            }
            Self::Months(count) => {
                let last = from.date_naive() + Months::new(*count);
                natural(from, last, calendar)
            }
        }
    }
}

/// The instant of a local day and time.
#[must_use]
pub fn instant(date: NaiveDate, time: NaiveTime, zone: FixedOffset) -> DateTime<FixedOffset> {
    match zone.from_local_datetime(&date.and_time(time)) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at,
        // A fixed offset has no gaps.
        chrono::LocalResult::None => DateTime::<FixedOffset>::MIN_UTC.with_timezone(&zone),
    }
}

/// 24:00 of a day: the first instant of the next one.
fn midnight(date: NaiveDate, zone: FixedOffset) -> DateTime<FixedOffset> {
    instant(date + Days::new(1), NaiveTime::MIN, zone)
}

fn same_day(
    from: DateTime<FixedOffset>,
    close: NaiveTime,
    calendar: &Calendar,
) -> Result<Due, BeyondCalendar> {
    let day = calendar.day(from.date_naive())?;
    let at = if day.worked && from.time() <= close {
        instant(day.date, close, *from.offset())
    } else {
        midnight(day.date, *from.offset())
    };
    let provisional = day.status == Status::Provisional;
    let days = vec![Counted {
        date: day.date,
        counts: true,
        count: 1,
        reason: "当天".to_owned(),
    }];
    Ok(Due {
        at,
        rolled: None,
        days,
        provisional,
    })
}

fn working_days(
    from: DateTime<FixedOffset>,
    count: u32,
    close: NaiveTime,
    calendar: &Calendar,
) -> Result<Due, BeyondCalendar> {
    let (last, seen) = calendar.add(from.date_naive(), count)?;
    let provisional = seen.iter().any(|day| day.status == Status::Provisional);
    let mut days = vec![not_counted(from)];
    let mut counted = 0;
    for Day {
        date,
        worked,
        reason,
        status: _,
    } in seen
    {
        counted += u32::from(worked);
        days.push(Counted {
            date,
            counts: worked,
            count: counted,
            reason,
        });
    }
    Ok(Due {
        at: instant(last, close, *from.offset()),
        rolled: None,
        days,
        provisional,
    })
}

fn natural(
    from: DateTime<FixedOffset>,
    last: NaiveDate,
    calendar: &Calendar,
) -> Result<Due, BeyondCalendar> {
    let zone = *from.offset();
    let mut days = vec![not_counted(from)];
    let passing = from
        .date_naive()
        .iter_days()
        .skip(1)
        .take_while(|date| *date <= last);
    for (date, count) in passing.zip(1..) {
        days.push(Counted {
            date,
            counts: true,
            count,
            reason: "自然日".to_owned(),
        });
    }
    let rolled_to = calendar.roll(last)?;
    let provisional = calendar.day(rolled_to)?.status == Status::Provisional;
    let rolled = (rolled_to != last).then(|| midnight(rolled_to, zone));
    Ok(Due {
        at: midnight(last, zone),
        rolled,
        days,
        provisional,
    })
}

fn not_counted(from: DateTime<FixedOffset>) -> Counted {
    Counted {
        date: from.date_naive(),
        counts: false,
        count: 0,
        reason: "开始的当日不计入".to_owned(),
    }
}

#[cfg(test)]
mod tests;
