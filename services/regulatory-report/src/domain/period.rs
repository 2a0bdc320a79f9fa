//! The terms of reports (guideline art. 23): calendar half-years of Asia/Shanghai, each from its first instant up to, and
//! without, the first instant of the next.
//!
//! Art. 23 wants the reports before 15 June and 15 December, that is before the half-year ends. `deploy/decisions/0002-half-year.md`
//! says how that goes together: a report counts up to its cut-off; what comes after it is in the figures of the whole term.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// Asia/Shanghai is eight hours ahead, the year round.
const AHEAD: i64 = 8;
/// Years that are plausible.
const YEARS: std::ops::RangeInclusive<u32> = 2000..=2999;

/// Which part of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// 上半年.
    FirstHalf,
    /// 下半年.
    SecondHalf,
    /// 全年.
    Year,
}

/// A term of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The year.
    pub year: u32,
    /// Which part of it.
    pub term: Term,
    /// The first instant.
    pub starts_at: DateTime<Utc>,
    /// The first instant after it.
    pub ends_at: DateTime<Utc>,
    /// The report is to be submitted before this day ends.
    pub due_on: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
}

/// Why there is no such period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The year is none.
    #[error("年度 {0} 无效;请填写四位年份")]
    Year(u32),
    /// It has not begun.
    #[error("本期尚未开始,没有可统计的数据")]
    NotBegun,
    /// What is not to be counted begins before the term does.
    #[error("统计截止时间早于本期开始;请填写本期之内的时间")]
    CutOffBefore,
}

impl Period {
    /// The term of a year.
    ///
    /// # Errors
    /// When the year is none.
    pub fn of(year: u32, term: Term) -> Result<Self, Refusal> {
        if !YEARS.contains(&year) {
            return Err(Refusal::Year(year));
        }
        let day = |year: u32, month, day| {
            i32::try_from(year)
                .ok()
                .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
                .ok_or(Refusal::Year(year))
        };
        let (first, next, due_on) = match term {
            Term::FirstHalf => (day(year, 1, 1)?, day(year, 7, 1)?, day(year, 6, 15)?),
            Term::SecondHalf => (day(year, 7, 1)?, day(year + 1, 1, 1)?, day(year, 12, 15)?),
            Term::Year => (day(year, 1, 1)?, day(year + 1, 1, 1)?, day(year, 12, 15)?),
        };
        Ok(Self {
            year,
            term,
            starts_at: midnight(first),
            ends_at: midnight(next),
            due_on,
            last_day: next - TimeDelta::days(1),
        })
    }

    /// The instant from which on nothing is counted.
    ///
    /// # Errors
    /// When the term has not begun, or the cut-off lies before it.
    pub fn cut_off(
        &self,
        asked: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Refusal> {
        if now <= self.starts_at {
            return Err(Refusal::NotBegun);
        }
        let cut_off = asked.unwrap_or(now).min(self.ends_at);
        if cut_off <= self.starts_at {
            return Err(Refusal::CutOffBefore);
        }
        Ok(cut_off)
    }

    /// Its name, e.g. "2026年上半年".
    #[must_use]
    pub fn name(&self) -> String {
        let part = match self.term {
            Term::FirstHalf => "上半年",
            Term::SecondHalf => "下半年",
            Term::Year => "全年",
        };
        format!("{}年{part}", self.year)
    }
}

/// The first instant of a day in Asia/Shanghai.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(AHEAD)
}

/// The day in Asia/Shanghai on which an instant lies.
#[must_use]
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(AHEAD)).date_naive()
}

/// An instant as it is read in Guangdong.
#[must_use]
pub fn local(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(AHEAD))
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn g23_half_years_begin_and_end_at_midnight_in_guangdong() {
        const LAW: &str = "
            first   2026-01-01T00:00:00+08:00  2026-07-01T00:00:00+08:00  2026-06-15  2026-06-30
            second  2026-07-01T00:00:00+08:00  2027-01-01T00:00:00+08:00  2026-12-15  2026-12-31
            year    2026-01-01T00:00:00+08:00  2027-01-01T00:00:00+08:00  2026-12-15  2026-12-31";
        for line in LAW.lines().filter(|line| !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let term = match cells[0] {
                "first" => Term::FirstHalf,
                "second" => Term::SecondHalf,
                _ => Term::Year,
            };
            let period = Period::of(2026, term).unwrap();
            assert_eq!(period.starts_at, utc(cells[1]), "{line}");
            assert_eq!(period.ends_at, utc(cells[2]), "{line}");
            assert_eq!(period.due_on.to_string(), cells[3], "{line}");
            assert_eq!(period.last_day.to_string(), cells[4], "{line}");
        }
    }

    #[test]
    fn g23_the_cut_off_lies_in_the_term() {
        let period = Period::of(2026, Term::FirstHalf).unwrap();
        let within = utc("2026-05-31T16:00:00Z");
        let after = utc("2026-09-23T02:00:00Z");
        assert_eq!(period.cut_off(Some(within), after), Ok(within));
        assert_eq!(period.cut_off(None, after), Ok(period.ends_at));
        assert_eq!(period.cut_off(Some(after), after), Ok(period.ends_at));
        assert_eq!(period.cut_off(None, within), Ok(within));
        assert_eq!(
            period.cut_off(Some(period.starts_at), after),
            Err(Refusal::CutOffBefore)
        );
        assert_eq!(
            period.cut_off(None, period.starts_at),
            Err(Refusal::NotBegun)
        );
        assert_eq!(Period::of(26, Term::Year), Err(Refusal::Year(26)));
    }
}
