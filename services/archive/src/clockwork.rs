//! Days of Guangdong, for people, lists and terms.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// The offset of Asia/Shanghai, which knows no summer time.
const EAST: i32 = 8 * 3600;

/// The date in Shanghai.
#[must_use]
pub fn date(at: DateTime<Utc>) -> NaiveDate {
    FixedOffset::east_opt(EAST).map_or_else(
        || at.date_naive(),
        |shanghai| at.with_timezone(&shanghai).date_naive(),
    )
}

/// The date in Shanghai, as it is written.
#[must_use]
pub fn day(at: DateTime<Utc>) -> String {
    date(at).to_string()
}
