//! Which days are worked.
//!
//! A day is worked when the calendar names it a make-up working day (调休上班), or when it is a Monday to Friday that
//! the calendar does not name a holiday. A county may add days of its own over those of the province.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// The days of a province, or of a county over those of its province.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The version it was published as.
    pub version: u64,
    /// The version of the county's own days over it; 0 when there are none.
    pub county_version: u64,
    years: BTreeMap<i32, Status>,
    days: BTreeMap<NaiveDate, Exception>,
}

/// How sure a year is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An official notice stands behind it.
    Official,
    /// Only the days that the law fixes are known; make-up days will be added by the notice.
    Provisional,
}

/// A day that is not as its weekday says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Whether it is worked.
    pub worked: bool,
    /// The name of the holiday.
    pub reason: String,
    /// The document that says so.
    pub source: String,
}

/// A day, as the calendar sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: NaiveDate,
    /// Whether it is worked.
    pub worked: bool,
    /// Why.
    pub reason: String,
    /// How sure that is.
    pub status: Status,
    /// The document behind it; empty for a day that is as its weekday says.
    pub source: String,
}

/// A sum would need a year that no calendar knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("日历没有{year}年的安排,无法计算;请先用 suda reference apply 载入{year}年的日历")]
pub struct BeyondCalendar {
    /// The year.
    pub year: i32,
}

impl Calendar {
    /// A calendar of these years and exceptions.
    #[must_use]
    pub fn new(
        version: u64,
        years: impl IntoIterator<Item = (i32, Status)>,
        days: impl IntoIterator<Item = (NaiveDate, Exception)>,
    ) -> Self {
        Self {
            version,
            county_version: 0,
            years: years.into_iter().collect(),
            days: days.into_iter().collect(),
        }
    }

    /// This calendar with a county's own exceptions over it.
    #[must_use]
    pub fn with(mut self, county: &Self) -> Self {
        self.days.extend(county.days.clone());
        self.county_version = county.version;
        self
    }

    /// This calendar with one more exception.
    #[must_use]
    pub fn and(mut self, date: NaiveDate, exception: Exception) -> Self {
        self.days.insert(date, exception);
        self
    }

    /// How it sees a day.
    ///
    /// # Errors
    /// When it does not know the year.
    pub fn day(&self, date: NaiveDate) -> Result<Day, BeyondCalendar> {
        let year = date.year();
        let status = *self.years.get(&year).ok_or(BeyondCalendar { year })?;
        let exception = self.days.get(&date);
        let source = exception.map(|day| day.source.clone()).unwrap_or_default();
        let (worked, reason) = match exception {
            Some(Exception {
                worked: true,
                reason,
                ..
            }) => (true, format!("{reason}调休上班")),
            Some(Exception {
                worked: false,
                reason,
                ..
            }) => (false, format!("{reason}放假")),
            None => match date.weekday() {
                Weekday::Sat | Weekday::Sun => (false, "周末".to_owned()),
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => {
                    (true, "工作日".to_owned())
                }
            },
        };
        Ok(Day {
            date,
            worked,
            reason,
            status,
            source,
        })
    }

    /// The last year it knows, and how sure it is of it.
    #[must_use]
    pub fn last_year(&self) -> Option<(i32, Status)> {
        self.years
            .iter()
            .next_back()
            .map(|(year, status)| (*year, *status))
    }

    /// The `count`-th working day after `date`, which itself is not counted, and every day looked at on the way.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn add(
        &self,
        date: NaiveDate,
        count: u32,
    ) -> Result<(NaiveDate, Vec<Day>), BeyondCalendar> {
        self.step(date, count, |date| date + Days::new(1))
    }

    /// The `count`-th working day before `date`.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn subtract(&self, date: NaiveDate, count: u32) -> Result<NaiveDate, BeyondCalendar> {
        self.step(date, count, |date| date - Days::new(1))
            .map(|(date, _)| date)
    }

    /// How many working days lie after `from` up to and including `until`; negative when `until` is earlier.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn count(&self, from: NaiveDate, until: NaiveDate) -> Result<i32, BeyondCalendar> {
        let (first, last, sign) = if from <= until {
            (from, until, 1)
        } else {
            (until, from, -1)
        };
        let mut count = 0;
        let mut date = first;
        while date < last {
            date = date + Days::new(1);
            if self.day(date)?.worked {
                count += sign;
            }
        }
        Ok(count)
    }

    /// `date` itself when it is worked, else the next day that is.
    ///
    /// # Errors
    /// When the sum needs a year that the calendar does not know.
    pub fn roll(&self, date: NaiveDate) -> Result<NaiveDate, BeyondCalendar> {
        let mut date = date;
        while !self.day(date)?.worked {
            date = date + Days::new(1);
        }
        Ok(date)
    }

    fn step(
        &self,
        date: NaiveDate,
        count: u32,
        next: fn(NaiveDate) -> NaiveDate,
    ) -> Result<(NaiveDate, Vec<Day>), BeyondCalendar> {
        let (mut date, mut left, mut seen) = (date, count, Vec::new());
        while left > 0 {
            date = next(date);
            let day = self.day(date)?;
            left -= u32::from(day.worked);
            seen.push(day);
        }
        Ok((date, seen))
    }
}

#[cfg(test)]
pub(crate) mod tests;
