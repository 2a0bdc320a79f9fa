//! A call: its events come in any order, twice, or never; what it amounts to is the same.

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, TimeZone as _, Utc};

/// No call is spoken for longer, in seconds.
const LONGEST_TALK: i64 = 7 * 24 * 3600;

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
                // Less than nothing is what a call centre says that does not know.
                let told = talk_seconds.filter(|seconds| (0..=LONGEST_TALK).contains(seconds));
                self.talk_seconds = self.talk_seconds.max(told);
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

    /// When somebody began to speak: when it was answered, or, if that was never told, what else shows that it was.
    #[must_use]
    pub fn spoken_from(&self) -> Option<DateTime<Utc>> {
        let talked = self.talk_seconds.filter(|seconds| *seconds > 0);
        let from_its_end = || Some(self.hung_up_at? - TimeDelta::seconds(talked?));
        let from_its_recording = || self.ringing_at.filter(|_| !self.recording.is_empty());
        self.answered_at
            .or_else(from_its_end)
            .or_else(from_its_recording)
    }

    /// When its form must be there; `None` when it needs none, or it is not known yet.
    ///
    /// Always on the day the call was answered: what was said to us and is not registered by the evening is on its
    /// way to being concealed (guideline art. 24(1)).
    #[must_use]
    pub fn form_due_at(&self, rule: &FormRule) -> Option<DateTime<Utc>> {
        let answered_at = self.spoken_from()?;
        // A call whose end was never told may have lasted long: it is asked for like any other; so is one that two clocks
        // let end before it began.
        let spoken = self.talk_seconds.or_else(|| {
            let ended = self.hung_up_at?;
            let seconds = ended.signed_duration_since(answered_at).num_seconds();
            (seconds >= 0).then_some(seconds)
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

/// The number a caller can be rung back at; empty when the line names none, as for one who withholds it.
#[must_use]
pub fn number_of(caller: &str) -> String {
    let caller = caller.trim();
    let address = ["sip:", "sips:", "tel:"]
        .iter()
        .find_map(|scheme| caller.strip_prefix(scheme))
        .unwrap_or(caller);
    let number = address.split(['@', ';']).next().unwrap_or_default().trim();
    let sound = number
        .chars()
        .all(|letter| letter.is_ascii_digit() || "+-() ".contains(letter));
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if sound && (3..=20).contains(&digits) {
        number.to_owned()
    } else {
        String::new()
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
