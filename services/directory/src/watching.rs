//! Whether the watchdog is alive: it says so every minute, and somebody else must notice when it does not (P21).
//!
//! Directory is that somebody, because nobody signs in without it: when it is down everybody notices, and when it is up it looks. It hears
//! nothing else, so that no backlog of other messages keeps a beat from it.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    clock::Clock,
    db::{Db, Tx},
    inbox::{Heard, Hears, Trouble},
};
use chrono::{DateTime, TimeDelta, Utc};
use suda_proto::sla_watchdog::v1::WatchdogBeat;

use crate::store::{self, BeatRow};

/// 1 while the watchdog is silent, or looks at nothing though clocks run; else 0.
const SILENT: &str = "suda_watchdog_silent";
/// How old its last word is.
const BEAT_AGE_SECONDS: &str = "suda_watchdog_beat_age_seconds";

/// What is needed for looking.
pub(crate) struct Watch {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) silent_after_seconds: u32,
}

/// How the watchdog is, by its last word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// It never spoke: a stack that has just been started.
    Unknown,
    /// It lives.
    Beats,
    /// Its last word is too old.
    Silent,
    /// It speaks, but looked at nothing while clocks run.
    Blind,
}

impl Pulse {
    fn of(beat: Option<&BeatRow>, now: DateTime<Utc>, silent_after: TimeDelta) -> Self {
        match beat {
            None => Self::Unknown,
            Some(beat) if now - beat.beat_at > silent_after => Self::Silent,
            Some(beat) if beat.examined == 0 && beat.open_clocks > 0 => Self::Blind,
            Some(_) => Self::Beats,
        }
    }
}

impl Hears<WatchdogBeat> for Watch {
    async fn hear(&self, tx: &Tx, told: WatchdogBeat, heard: &Heard) -> Result<(), Trouble> {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let beat = BeatRow {
            beat_at: told
                .occurred_at
                .as_ref()
                .and_then(chassis::grpc::instant)
                .unwrap_or(heard.occurred_at),
            examined: count(told.examined),
            open_clocks: count(told.open_clocks),
            oldest_unfired_seconds: count(told.oldest_unfired_seconds),
            unreachable: count(told.unreachable),
            beyond_calendar: count(told.beyond_calendar),
        };
        Ok(store::keep_beat(tx, &beat).await?)
    }
}

impl Watch {
    async fn pulse(&self) -> anyhow::Result<(Pulse, Option<BeatRow>)> {
        let beat = store::beat(self.db.reader()).await?;
        let silent_after = TimeDelta::seconds(i64::from(self.silent_after_seconds));
        let pulse = Pulse::of(beat.as_ref(), self.clock.now(), silent_after);
        Ok((pulse, beat))
    }

    /// Looks, and alarms: in the log, as a metric, and in the status.
    pub(crate) async fn look(&self) -> anyhow::Result<String> {
        let (pulse, beat) = self.pulse().await?;
        let age = beat.map_or(0, |beat| (self.clock.now() - beat.beat_at).num_seconds());
        let alarms = matches!(pulse, Pulse::Silent | Pulse::Blind);
        metrics::gauge!(SILENT).set(if alarms { 1.0 } else { 0.0 });
        #[expect(
            clippy::cast_precision_loss,
            reason = "an age in seconds is far below what a float holds"
        )]
        metrics::gauge!(BEAT_AGE_SECONDS).set(age as f64);
        match pulse {
            Pulse::Silent => tracing::error!(
                age,
                "the watchdog has been silent for {age} s: nobody is told that a limit ends; see deploy/runbooks/watchdog-silent.md"
            ),
            Pulse::Blind => tracing::error!(
                "the watchdog speaks but looks at no clock though some run; see deploy/runbooks/watchdog-silent.md"
            ),
            Pulse::Unknown | Pulse::Beats => {}
        }
        Ok(format!("{pulse:?}, {age} s ago").to_lowercase())
    }

    /// The same for the status.
    pub(crate) async fn counts(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let (pulse, beat) = self.pulse().await?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let alarms = matches!(pulse, Pulse::Silent | Pulse::Blind);
        counts.insert("watchdog_silent".to_owned(), u64::from(alarms));
        if let Some(beat) = beat {
            let age = (self.clock.now() - beat.beat_at).num_seconds();
            for (name, count) in [
                ("watchdog_beat_age_seconds", age),
                ("watchdog_examined", beat.examined),
                ("watchdog_open_clocks", beat.open_clocks),
                (
                    "watchdog_oldest_unfired_seconds",
                    beat.oldest_unfired_seconds,
                ),
                ("watchdog_unreachable", beat.unreachable),
                ("watchdog_beyond_calendar", beat.beyond_calendar),
            ] {
                counts.insert(name.to_owned(), u64::try_from(count).unwrap_or(0));
            }
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p21_a_watchdog_is_alarmed_about_when_it_is_silent_or_looks_at_nothing() {
        let now: DateTime<Utc> = "2026-09-23T10:00:00+08:00".parse().unwrap();
        let beat = |seconds: i64, examined, open_clocks| BeatRow {
            beat_at: now - TimeDelta::seconds(seconds),
            examined,
            open_clocks,
            oldest_unfired_seconds: 0,
            unreachable: 0,
            beyond_calendar: 0,
        };
        let of = |beat: Option<BeatRow>| Pulse::of(beat.as_ref(), now, TimeDelta::seconds(180));
        assert_eq!(of(None), Pulse::Unknown);
        assert_eq!(of(Some(beat(60, 12, 12))), Pulse::Beats);
        assert_eq!(of(Some(beat(60, 0, 0))), Pulse::Beats);
        assert_eq!(of(Some(beat(60, 0, 12))), Pulse::Blind);
        assert_eq!(of(Some(beat(181, 12, 12))), Pulse::Silent);
    }
}
