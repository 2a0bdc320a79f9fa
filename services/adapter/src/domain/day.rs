//! The day, as people here count it.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone as _, Utc};

const EAST_8: i32 = 8 * 3600;

/// The offset of Asia/Shanghai, which knows no summer time.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "eight hours are less than a day, and only a day or more is refused"
)]
pub fn shanghai() -> FixedOffset {
    FixedOffset::east_opt(EAST_8).expect("eight hours are an offset")
}

/// The calendar day of an instant.
#[must_use]
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&shanghai()).date_naive()
}

/// The instant of a time of day.
#[must_use]
pub fn instant(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    match shanghai().from_local_datetime(&day.and_time(time)) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.to_utc(),
        chrono::LocalResult::None => day.and_time(time).and_utc(),
    }
}

/// The instant a calendar day began.
#[must_use]
pub fn start_of(at: DateTime<Utc>) -> DateTime<Utc> {
    instant(day_of(at), NaiveTime::MIN)
}

/// An instant as a clerk writes it.
#[must_use]
pub fn in_words(at: DateTime<Utc>) -> String {
    at.with_timezone(&shanghai())
        .format("%Y年%m月%d日 %H:%M")
        .to_string()
}

/// Why a complaint is entered later than it came, which intake asks for on every later day (guideline art. 17).
#[must_use]
pub fn late_reason(
    received_at: DateTime<Utc>,
    taken_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> String {
    if day_of(received_at) == day_of(now) {
        return String::new();
    }
    format!(
        "消息于{}到达，系统于{}取得，自动登记",
        in_words(received_at),
        in_words(taken_at)
    )
}
