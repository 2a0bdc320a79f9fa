//! What comes after a file was sealed: an addendum (补卷), and which events make one.

use chrono::{DateTime, TimeDelta, Utc};

/// Facts that concern a case but are no part of it: what the archive itself does, who looked, and warnings.
const NO_PART: [&str; 7] = [
    "suda.archive.v1.",
    "suda.directory.v1.",
    "suda.intake.v1.IdentityRevealed",
    "suda.intake.v1.IdentityErased",
    "suda.regulatory_report.v1.",
    "suda.sla_watchdog.v1.WarningDue",
    "suda.sla_watchdog.v1.WatchdogBeat",
];

/// Whether an event of this full name belongs into the file of the case it concerns.
#[must_use]
pub fn belongs(message: &str) -> bool {
    !NO_PART.iter().any(|prefix| message.starts_with(prefix))
}

/// Whether a clock that still runs keeps the file of a case open: one that began with or after the closing does not, and its
/// result follows in an addendum.
#[must_use]
pub fn holds_up(started_at: Option<DateTime<Utc>>, ended_at: DateTime<Utc>) -> bool {
    started_at.is_none_or(|started| started < ended_at)
}

/// Whether what came late has come to rest, so that it makes one addendum and not ten.
#[must_use]
pub fn is_due(last_told_at: DateTime<Utc>, quiet: TimeDelta, now: DateTime<Utc>) -> bool {
    now - last_told_at >= quiet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g22_an_appeal_and_a_supplement_belong_into_the_file_and_readings_do_not() {
        for belonging in [
            "suda.intake.v1.MaterialAdded",
            "suda.intake.v1.EvidenceAdded",
            "suda.routing.v1.AppealLodged",
            "suda.sla_watchdog.v1.ClockMet",
            "suda.channel.v1.NoticeDelivered",
        ] {
            assert!(belongs(belonging), "{belonging}");
        }
        for foreign in [
            "suda.archive.v1.CaseSealed",
            "suda.intake.v1.IdentityRevealed",
            "suda.sla_watchdog.v1.WatchdogBeat",
        ] {
            assert!(!belongs(foreign), "{foreign}");
        }
    }

    #[test]
    fn g22_a_clock_that_begins_with_the_closing_does_not_keep_the_file_open() {
        let ended = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let before = Some(DateTime::UNIX_EPOCH);
        assert!(holds_up(before, ended));
        assert!(holds_up(None, ended));
        assert!(!holds_up(Some(ended), ended));
    }

    #[test]
    fn g22_late_records_gather_until_they_have_come_to_rest() {
        let told = DateTime::UNIX_EPOCH;
        let quiet = TimeDelta::days(7);
        assert!(!is_due(told, quiet, told + TimeDelta::days(6)));
        assert!(is_due(told, quiet, told + quiet));
    }
}
