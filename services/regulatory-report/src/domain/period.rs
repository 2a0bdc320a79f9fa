//! The terms of reports (guideline art. 23): calendar half-years of Asia/Shanghai, each from its first instant up to, and
//! without, the first instant of the next.
//!
//! Art. 23 wants the reports before 15 June and 15 December, that is before the half-year ends. `deploy/decisions/0002-half-year.md`
//! says how that goes together: a report counts up to its cut-off; what comes after it is in the figures of the whole term.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};

/// Asia/Shanghai is eight hours ahead, the year round.
const AHEAD: i64 = 8;
/// The longest span that is counted: ten years, with room for leap days.
const LONGEST_SPAN: TimeDelta = TimeDelta::days(3660);
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
    /// A span of days of one's own, both included (guideline art. 12(5)).
    Span(NaiveDate, NaiveDate),
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
    /// The span ends before it begins, or is too long.
    #[error("统计起止日期无效:起始日不得晚于截止日,跨度不得超过十年")]
    Span,
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
            Term::Span(first, last) => {
                let next = last.succ_opt().ok_or(Refusal::Span)?;
                if first > last || next - first > LONGEST_SPAN {
                    return Err(Refusal::Span);
                }
                (first, next, next)
            }
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

    /// The instant from which on nothing is counted: what was asked for, else the one after now.
    ///
    /// # Errors
    /// When the term has not begun, or the cut-off lies before it.
    pub fn cut_off(
        &self,
        asked: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Refusal> {
        if now < self.starts_at {
            return Err(Refusal::NotBegun);
        }
        let cut_off = asked.unwrap_or_else(|| including(now)).min(self.ends_at);
        if cut_off <= self.starts_at {
            return Err(Refusal::CutOffBefore);
        }
        Ok(cut_off)
    }

    /// The instant by which its report must have been submitted: the first one of its due day, for it is due *before* that day.
    #[must_use]
    pub fn due_at(&self) -> DateTime<Utc> {
        midnight(self.due_on)
    }

    /// The span before it, of the same kind.
    ///
    /// # Errors
    /// When there is none.
    pub fn before(&self) -> Result<Self, Refusal> {
        match self.term {
            Term::FirstHalf => Self::of(self.year.saturating_sub(1), Term::SecondHalf),
            Term::SecondHalf => Self::of(self.year, Term::FirstHalf),
            Term::Year => Self::of(self.year.saturating_sub(1), Term::Year),
            Term::Span(first, last) => {
                let length = last - first + TimeDelta::days(1);
                Self::of(self.year, Term::Span(first - length, last - length))
            }
        }
    }

    /// The same span a year earlier; 29 February becomes the 28th.
    ///
    /// # Errors
    /// When there is none.
    pub fn year_before(&self) -> Result<Self, Refusal> {
        let year = self.year.saturating_sub(1);
        match self.term {
            Term::FirstHalf | Term::SecondHalf | Term::Year => Self::of(year, self.term),
            Term::Span(first, last) => {
                let earlier = |day: NaiveDate| day.checked_sub_months(Months::new(12));
                let (first, last) = earlier(first).zip(earlier(last)).ok_or(Refusal::Span)?;
                Self::of(year, Term::Span(first, last))
            }
        }
    }

    /// Its name, e.g. "2026年上半年".
    #[must_use]
    pub fn name(&self) -> String {
        let part = match self.term {
            Term::FirstHalf => "上半年",
            Term::SecondHalf => "下半年",
            Term::Year => "全年",
            Term::Span(first, last) => return format!("{first}至{last}"),
        };
        format!("{}年{part}", self.year)
    }
}

/// The first instant of a day in Asia/Shanghai.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(AHEAD)
}

/// The first instant after one: figures until now have what came just now, also while a simulated clock stands.
#[must_use]
pub fn including(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::microseconds(1)
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
    fn g23_a_report_is_due_before_the_fifteenth_begins() {
        let period = Period::of(2026, Term::FirstHalf).unwrap();
        assert_eq!(period.due_at(), utc("2026-06-15T00:00:00+08:00"));
        let period = Period::of(2026, Term::Year).unwrap();
        assert_eq!(period.due_at(), utc("2026-12-15T00:00:00+08:00"));
    }

    #[test]
    fn g23_a_term_has_one_before_it_and_one_a_year_earlier() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let span = Term::Span(day("2026-03-01"), day("2026-03-10"));
        let table = [
            (Term::FirstHalf, "2025年下半年", "2025年上半年"),
            (Term::SecondHalf, "2026年上半年", "2025年下半年"),
            (Term::Year, "2025年全年", "2025年全年"),
            (span, "2026-02-19至2026-02-28", "2025-03-01至2025-03-10"),
        ];
        for (term, before, year_before) in table {
            let period = Period::of(2026, term).unwrap();
            assert_eq!(period.before().unwrap().name(), before);
            assert_eq!(period.year_before().unwrap().name(), year_before);
        }
        // The end of one is the beginning of the next.
        let half = Period::of(2026, Term::SecondHalf).unwrap();
        assert_eq!(half.before().unwrap().ends_at, half.starts_at);
    }

    #[test]
    fn g12_5_a_span_of_days_is_counted_from_midnight_to_midnight() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let one = Period::of(2026, Term::Span(day("2026-09-23"), day("2026-09-23"))).unwrap();
        assert_eq!(one.starts_at, utc("2026-09-23T00:00:00+08:00"));
        assert_eq!(one.ends_at, utc("2026-09-24T00:00:00+08:00"));
        for (first, last) in [("2026-09-24", "2026-09-23"), ("2006-01-01", "2026-01-10")] {
            let term = Term::Span(day(first), day(last));
            assert_eq!(Period::of(2026, term), Err(Refusal::Span));
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
        // What came until now has come by now.
        assert_eq!(period.cut_off(None, within), Ok(including(within)));
        let first = period.starts_at;
        assert_eq!(period.cut_off(None, first), Ok(including(first)));
        assert_eq!(
            period.cut_off(Some(period.starts_at), after),
            Err(Refusal::CutOffBefore)
        );
        assert_eq!(
            period.cut_off(None, first - TimeDelta::seconds(1)),
            Err(Refusal::NotBegun)
        );
        assert_eq!(Period::of(26, Term::Year), Err(Refusal::Year(26)));
    }
}
