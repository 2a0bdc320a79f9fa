//! Days and instants as official papers write them: 2026年10月10日, in Chinese time.

use std::fmt;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, Timelike as _, Utc, Weekday};
use serde::{Serialize, Serializer};

/// Hours that Chinese time is ahead of UTC, all year.
const AHEAD_SECONDS: i32 = 8 * 60 * 60;

fn zone() -> FixedOffset {
    // Eight hours are within a day, so there is always such an offset; UTC would only be the second best answer.
    FixedOffset::east_opt(AHEAD_SECONDS).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// A day, written as 2026年10月10日.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The weekday, as 星期六.
    #[must_use]
    pub fn weekday(self) -> &'static str {
        match self.0.weekday() {
            Weekday::Mon => "星期一",
            Weekday::Tue => "星期二",
            Weekday::Wed => "星期三",
            Weekday::Thu => "星期四",
            Weekday::Fri => "星期五",
            Weekday::Sat => "星期六",
            Weekday::Sun => "星期日",
        }
    }

    /// Year, month and day.
    #[must_use]
    pub fn parts(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<DateTime<Utc>> for Date {
    /// The day that it is in China at this instant.
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.with_timezone(&zone()).date_naive())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year}年{month}月{day}日")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An instant, written as 2026年10月10日 17:30 in Chinese time.
///
/// The last instant of a limit in natural days is the first of the next day; [`Moment::end_of_day`] writes it as
/// 24:00 of the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    at: DateTime<Utc>,
    ends_a_day: bool,
}

impl Moment {
    /// The end of a limit: midnight is written as 24:00 of the day that it ends (民法典 art. 203).
    #[must_use]
    pub fn end_of_day(at: DateTime<Utc>) -> Self {
        let local = at.with_timezone(&zone());
        Self {
            at,
            ends_a_day: local.num_seconds_from_midnight() == 0,
        }
    }

    /// Its day.
    #[must_use]
    pub fn date(self) -> Date {
        if self.ends_a_day {
            Date::from(self.at - chrono::TimeDelta::seconds(1))
        } else {
            Date::from(self.at)
        }
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self {
            at,
            ends_a_day: false,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        if self.ends_a_day {
            return write!(f, "{date} 24:00");
        }
        let local = self.at.with_timezone(&zone());
        write!(f, "{date} {:02}:{:02}", local.hour(), local.minute())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_instants_are_written_in_chinese_time() {
        let late = instant("2026-10-09T16:05:00Z");
        assert_eq!(Date::from(late).to_string(), "2026年10月10日");
        assert_eq!(Date::from(late).weekday(), "星期六");
        assert_eq!(Moment::from(late).to_string(), "2026年10月10日 00:05");
    }

    #[test]
    fn the_end_of_a_natural_limit_is_24_00_of_its_last_day() {
        let midnight = instant("2026-10-08T16:00:00Z");
        assert_eq!(
            Moment::end_of_day(midnight).to_string(),
            "2026年10月8日 24:00"
        );
        assert_eq!(Moment::from(midnight).to_string(), "2026年10月9日 00:00");
        let close = instant("2026-10-10T09:30:00Z");
        assert_eq!(
            Moment::end_of_day(close).to_string(),
            "2026年10月10日 17:30"
        );
    }
}
