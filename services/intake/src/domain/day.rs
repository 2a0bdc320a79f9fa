//! Which day it is for people: the day in Shanghai.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Utc};

const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// The day an instant falls on in Shanghai, which has no summer time.
#[must_use]
pub fn of(at: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(SHANGHAI_SECONDS) {
        Some(shanghai) => at.with_timezone(&shanghai).date_naive(),
        None => at.date_naive(),
    }
}

/// The year of that day.
#[must_use]
pub fn year(at: DateTime<Utc>) -> i32 {
    of(at).year()
}

/// The instant that day ends.
#[must_use]
pub fn end(at: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = (of(at) + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    midnight - chrono::TimeDelta::seconds(i64::from(SHANGHAI_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_sixteen_hours_utc() {
        let evening: DateTime<Utc> = "2026-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(of(evening).to_string(), "2027-01-01");
        assert_eq!(year(evening), 2027);
        assert_eq!(year(evening - chrono::TimeDelta::seconds(1)), 2026);
        assert_eq!(end(evening).to_rfc3339(), "2027-01-01T16:00:00+00:00");
    }
}
