//! When a limit runs out.
//!
//! The day something happens on is not counted (民法典 art. 201). A limit in working days ends at close of business of its
//! last day; one in natural days or months at 24:00. Natural days are counted without regard to holidays (令2020年第3号
//! art. 43); the day to which 民法典 art. 203 would roll a limit that ends on a holiday is kept beside it, but the alarm
//! goes by the earlier one, because nobody has said that a bank may rely on the later. Hours run by the clock, day and
//! night. Of a pause whole days are left out: a day on which something could be done counts.
//!
//! There is one way of counting for all of it (P5): a limit walks from day to day, and says of each whether it counts.

use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};

use super::calendar::{BeyondCalendar, Calendar, Status};

/// A limit, as a policy sets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Limit {
    /// 当天: close of business of the same day, or its 24:00 when it began later than that or on a day off.
    #[default]
    SameDay,
    /// 小时.
    Hours(u32),
    /// 工作日.
    WorkingDays(u32),
    /// 自然日.
    NaturalDays(u32),
    /// 月.
    Months(u32),
    /// The date that the starting fact gives.
    Given,
}

/// A time that may be left out of a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// On which ground.
    pub ground: String,
    /// From when.
    pub from: DateTime<FixedOffset>,
    /// Until when; one that lasts leaves nothing out yet.
    pub until: Option<DateTime<FixedOffset>>,
}

/// What a limit is counted from and by.
#[derive(Debug, Clone, Copy)]
pub struct Count<'a> {
    /// When it starts.
    pub from: DateTime<FixedOffset>,
    /// When a working day ends.
    pub close: NaiveTime,
    /// Which days are worked.
    pub calendar: &'a Calendar,
    /// What is left out.
    pub pauses: &'a [Pause],
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
    /// The document behind a day that is not as its weekday says.
    pub source: String,
}

impl Due {
    /// How much of the limit is spent at an instant: the count of the last day that began before it.
    #[must_use]
    pub fn consumed(&self, at: DateTime<FixedOffset>) -> u32 {
        let begun = self.days.iter().filter(|day| day.date <= at.date_naive());
        begun.map(|day| day.count).max().unwrap_or(0)
    }
}

impl Limit {
    /// It in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::SameDay => "当天".to_owned(),
            Self::Hours(count) => format!("{count}小时"),
            Self::WorkingDays(count) => format!("{count}个工作日"),
            Self::NaturalDays(count) => format!("{count}日"),
            Self::Months(count) => format!("{count}个月"),
            Self::Given => "规定的日期".to_owned(),
        }
    }

    /// When it runs out; `given` is the date that the starting fact gives.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn due(
        &self,
        count: Count<'_>,
        given: Option<DateTime<FixedOffset>>,
    ) -> Result<Due, BeyondCalendar> {
        match self {
            Self::SameDay => same_day(count),
            Self::Hours(hours) => Ok(by_the_clock(count, *hours)),
            Self::WorkingDays(days) => working_days(count, *days),
            Self::NaturalDays(days) => natural(count, *days),
            Self::Months(months) => {
                let last = count.from.date_naive() + Months::new(*months);
                let days = (last - count.from.date_naive()).num_days();
                natural(count, u32::try_from(days).unwrap_or(0))
            }
            Self::Given => Ok(until(count, given.unwrap_or(count.from), "规定的日期之内")),
        }
    }
}

/// A limit that ends at an instant somebody set.
#[must_use]
pub fn until(count: Count<'_>, at: DateTime<FixedOffset>, reason: &str) -> Due {
    let last = last_day(at);
    let mut days = vec![not_counted(count.from)];
    let passing = count.from.date_naive().iter_days().skip(1);
    for (date, number) in passing.take_while(|date| *date <= last).zip(1..) {
        days.push(counted(date, number, reason));
    }
    Due {
        at,
        rolled: None,
        days,
        provisional: false,
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
#[must_use]
pub fn midnight(date: NaiveDate, zone: FixedOffset) -> DateTime<FixedOffset> {
    instant(date + Days::new(1), NaiveTime::MIN, zone)
}

/// The day an instant ends: 24:00 is written as the next day's 00:00, but belongs to the day that is over.
#[must_use]
pub fn last_day(at: DateTime<FixedOffset>) -> NaiveDate {
    (at - TimeDelta::nanoseconds(1)).date_naive()
}

/// An instant as people write it: the end of a day is its 24:00, never the next day's beginning.
#[must_use]
pub fn words(at: DateTime<FixedOffset>) -> String {
    if at.time() == NaiveTime::MIN {
        format!("{} 24:00", last_day(at))
    } else {
        at.format("%Y-%m-%d %H:%M").to_string()
    }
}

/// The pause that leaves out a whole day.
fn left_out<'a>(date: NaiveDate, count: &Count<'a>) -> Option<&'a Pause> {
    let zone = *count.from.offset();
    let (begins, ends) = (instant(date, NaiveTime::MIN, zone), midnight(date, zone));
    count
        .pauses
        .iter()
        .find(|pause| pause.from <= begins && pause.until.is_some_and(|until| ends <= until))
}

fn paused(pause: &Pause) -> String {
    let ground = match pause.ground.as_str() {
        "appraisal" => "鉴定、检测、评估",
        "mediation" => "调解",
        other => other,
    };
    format!("暂停({ground}),不计入")
}

fn same_day(count: Count<'_>) -> Result<Due, BeyondCalendar> {
    let Count {
        from,
        close,
        calendar,
        ..
    } = count;
    let day = calendar.day(from.date_naive())?;
    let at = if day.worked && from.time() <= close {
        instant(day.date, close, *from.offset())
    } else {
        midnight(day.date, *from.offset())
    };
    Ok(Due {
        at,
        rolled: None,
        days: vec![counted(day.date, 1, "当天")],
        provisional: day.status == Status::Provisional,
    })
}

fn by_the_clock(count: Count<'_>, hours: u32) -> Due {
    let from = count.from;
    let mut at = from + TimeDelta::hours(i64::from(hours));
    let mut lost = TimeDelta::zero();
    for pause in count.pauses {
        if let Some(until) = pause.until.filter(|_| pause.from < at) {
            let left_out = (until - pause.from.max(from)).max(TimeDelta::zero());
            at += left_out;
            lost += left_out;
        }
    }
    let zone = *from.offset();
    let days = from
        .date_naive()
        .iter_days()
        .take_while(|date| *date <= last_day(at))
        .map(|date| {
            let spent = midnight(date, zone).min(at) - from - lost;
            let spent = u32::try_from(spent.num_hours()).unwrap_or(0);
            counted(date, spent.min(hours), "按小时连续计算")
        })
        .collect();
    Due {
        at,
        rolled: None,
        days,
        provisional: false,
    }
}

fn working_days(count: Count<'_>, total: u32) -> Result<Due, BeyondCalendar> {
    let mut days = vec![not_counted(count.from)];
    let (mut date, mut number, mut provisional) = (count.from.date_naive(), 0, false);
    while number < total {
        date = date + Days::new(1);
        let day = count.calendar.day(date)?;
        provisional |= day.status == Status::Provisional;
        let pause = left_out(date, &count).filter(|_| day.worked);
        let counts = day.worked && pause.is_none();
        number += u32::from(counts);
        days.push(Counted {
            date,
            counts,
            count: number,
            reason: pause.map_or(day.reason, paused),
            source: day.source,
        });
    }
    Ok(Due {
        at: instant(date, count.close, *count.from.offset()),
        rolled: None,
        days,
        provisional,
    })
}

fn natural(count: Count<'_>, total: u32) -> Result<Due, BeyondCalendar> {
    let zone = *count.from.offset();
    let mut days = vec![not_counted(count.from)];
    let (mut date, mut number) = (count.from.date_naive(), 0);
    while number < total {
        date = date + Days::new(1);
        let pause = left_out(date, &count);
        number += u32::from(pause.is_none());
        days.push(Counted {
            counts: pause.is_none(),
            reason: pause.map_or_else(|| "自然日".to_owned(), paused),
            ..counted(date, number, "")
        });
    }
    let rolled_to = count.calendar.roll(date)?;
    let provisional = count.calendar.day(rolled_to)?.status == Status::Provisional;
    let rolled = (rolled_to != date).then(|| midnight(rolled_to, zone));
    Ok(Due {
        at: midnight(date, zone),
        rolled,
        days,
        provisional,
    })
}

fn counted(date: NaiveDate, count: u32, reason: &str) -> Counted {
    Counted {
        date,
        counts: true,
        count,
        reason: reason.to_owned(),
        source: String::new(),
    }
}

fn not_counted(from: DateTime<FixedOffset>) -> Counted {
    Counted {
        counts: false,
        ..counted(from.date_naive(), 0, "开始的当日不计入")
    }
}

#[cfg(test)]
mod tests;
