//! A call: its events come in any order, twice, or never; what it amounts to is the same.

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, TimeZone as _, Utc};

/// What is known of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// When it rang.
    pub ringing_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub hung_up_at: Option<DateTime<Utc>>,
    /// How long was spoken, as the call centre says.
    pub talk_seconds: Option<i64>,
    /// The file name of its recording; empty until there is one.
    pub recording: String,
}

/// What the call centre tells of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It rings.
    Ringing(DateTime<Utc>),
    /// It was answered.
    Answered(DateTime<Utc>),
    /// It ended, after so many seconds of speaking if that is told.
    HungUp(DateTime<Utc>, Option<i64>),
    /// Its recording is there.
    Recording(String),
}

/// When forms must be there; set by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormRule {
    /// A call that was spoken for longer must have one, in seconds.
    pub spoken_seconds: u32,
    /// The time of day.
    pub by: NaiveTime,
    /// How long after a call that ended later, in minutes.
    pub grace_minutes: u32,
}

impl Call {
    /// Takes an event into account, in whatever order and however often it comes.
    ///
    /// Of two instants for one thing the earlier counts, except for the end, of which the later counts: a call that
    /// was transferred has two.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::Ringing(at) => self.ringing_at = earlier(self.ringing_at, *at),
            Event::Answered(at) => self.answered_at = earlier(self.answered_at, *at),
            Event::HungUp(at, talk_seconds) => {
                self.hung_up_at = self.hung_up_at.max(Some(*at));
                self.talk_seconds = self.talk_seconds.max(*talk_seconds);
            }
            Event::Recording(name) => {
                if self.recording.is_empty() || *name < self.recording {
                    self.recording.clone_from(name);
                }
            }
        }
    }

    /// When the complainant reached us: at the first ring.
    #[must_use]
    pub fn reached_us_at(&self) -> Option<DateTime<Utc>> {
        [self.ringing_at, self.answered_at, self.hung_up_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// When its form must be there; `None` when it needs none, or it is not known yet.
    ///
    /// Always on the day the call was answered: what was said to us and is not registered by the evening is on its
    /// way to being concealed (guideline art. 24(1)).
    #[must_use]
    pub fn form_due_at(&self, rule: &FormRule) -> Option<DateTime<Utc>> {
        let answered_at = self.answered_at?;
        // A call whose end was never told may have lasted long: it is asked for like any other.
        let spoken = self.talk_seconds.or_else(|| {
            let ended = self.hung_up_at?;
            Some(ended.signed_duration_since(answered_at).num_seconds())
        });
        if spoken.is_some_and(|seconds| seconds <= i64::from(rule.spoken_seconds)) {
            return None;
        }
        let day = answered_at.with_timezone(&shanghai()?).date_naive();
        let by = local(day.and_time(rule.by))?;
        let ended = self.hung_up_at.unwrap_or(answered_at);
        let grace = ended + TimeDelta::minutes(i64::from(rule.grace_minutes));
        let last = local(day.and_hms_opt(23, 59, 0)?)?;
        // The grace is for calls that ended late; nobody hurries for one of the morning.
        Some(by.max(grace).min(last))
    }
}

fn earlier(known: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(known.map_or(at, |known| known.min(at)))
}

fn shanghai() -> Option<FixedOffset> {
    FixedOffset::east_opt(8 * 3600)
}

fn local(at: chrono::NaiveDateTime) -> Option<DateTime<Utc>> {
    Some(shanghai()?.from_local_datetime(&at).single()?.to_utc())
}

#[cfg(test)]
mod tests;
