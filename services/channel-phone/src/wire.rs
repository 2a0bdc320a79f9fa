//! What the call centre posts, as JSON.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use suda_proto::common::v1::Nature;

use crate::domain::call::Event;

/// The longest id taken.
const LONGEST_ID: usize = 200;

/// What is posted. Fields a call centre adds for itself are left out.
#[derive(Deserialize)]
pub struct Posted {
    /// What it is.
    pub event: What,
    /// Unique among the events of the line.
    pub event_id: String,
    /// The call; empty for none.
    #[serde(default)]
    pub call_id: String,
    /// When it happened, RFC 3339.
    pub at: DateTime<Utc>,
    /// Who calls.
    #[serde(default)]
    pub caller: String,
    /// With `hung_up`: how long was spoken.
    #[serde(default)]
    pub talk_seconds: Option<i64>,
    /// With `recording`: its file name in the line's folder.
    #[serde(default)]
    pub recording: String,
    /// With `form`: what the agent wrote.
    #[serde(default)]
    pub form: Option<Form>,
    /// With `attempt`: how a call to deliver a notice ended.
    #[serde(default)]
    pub attempt: Option<Attempt>,
}

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A call rings.
    Ringing,
    /// It was answered.
    Answered,
    /// It ended.
    HungUp,
    /// Its recording is there.
    Recording,
    /// The agent's form.
    Form,
    /// A call to deliver a notice; `at` is when it was dialled.
    Attempt,
}

impl What {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::HungUp => "hung_up",
            Self::Recording => "recording",
            Self::Form => "form",
            Self::Attempt => "attempt",
        }
    }
}

/// What the agent wrote.
#[derive(Clone, Deserialize)]
pub struct Form {
    /// The unit that receives it; empty for the line's own.
    #[serde(default)]
    pub unit_code: String,
    /// "`consumer_complaint`" and so on; empty for that one.
    #[serde(default)]
    pub nature: String,
    /// Who complains.
    #[serde(default)]
    pub name: String,
    /// Whether the complainant wants to stay anonymous.
    #[serde(default)]
    pub anonymous: bool,
    /// Where to call back; empty for the number that called.
    #[serde(default)]
    pub phone: String,
    /// What it is about.
    pub content: String,
    /// What is asked for.
    #[serde(default)]
    pub demand: String,
    /// The unit complained of.
    #[serde(default)]
    pub complained_unit_code: String,
    /// The member of staff complained of, as described.
    #[serde(default)]
    pub complained_staff: String,
    /// Business concerned, our id.
    #[serde(default)]
    pub business_code: String,
    /// Cause, our id.
    #[serde(default)]
    pub cause_code: String,
    /// Where the business was done, our id.
    #[serde(default)]
    pub handled_via_code: String,
    /// When it happened, in words.
    #[serde(default)]
    pub occurred_when: String,
    /// Where it happened, in words.
    #[serde(default)]
    pub occurred_where: String,
    /// The amount concerned, in fen.
    #[serde(default)]
    pub amount_fen: i64,
    /// How it was settled in the call; empty when it was not.
    #[serde(default)]
    pub settlement: String,
    /// How many persons complain together.
    #[serde(default)]
    pub persons: u32,
}

/// How a call to deliver a notice ended.
#[derive(Debug, Clone, Deserialize)]
pub struct Attempt {
    /// The notice.
    pub notice_id: String,
    /// How it ended.
    pub result: Reached,
    /// Whether no further attempt will be made.
    #[serde(default)]
    pub given_up: bool,
}

/// How a call to deliver a notice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// The complainant was told.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The complainant did not want to hear it.
    Refused,
}

impl Reached {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Refused => "refused",
        }
    }
}

/// Reads what was posted; a sentence says what is wrong.
pub fn read(body: &[u8]) -> Result<Posted, String> {
    let posted: Posted = serde_json::from_slice(body).map_err(|error| {
        // The error's own words may quote what was posted.
        format!(
            "JSON 不可解析（第{}行第{}列）",
            error.line(),
            error.column()
        )
    })?;
    if posted.event_id.is_empty() || posted.event_id.len() > LONGEST_ID {
        return Err("event_id 为空或过长".to_owned());
    }
    if posted.call_id.len() > LONGEST_ID {
        return Err("call_id 过长".to_owned());
    }
    let missing = match posted.event {
        What::Form => posted.form.is_none().then_some("form"),
        What::Attempt => posted.attempt.is_none().then_some("attempt"),
        What::Recording => (posted.recording.is_empty() || posted.call_id.is_empty())
            .then_some("recording 或 call_id"),
        What::Ringing | What::Answered | What::HungUp => {
            posted.call_id.is_empty().then_some("call_id")
        }
    };
    missing.map_or(Ok(posted), |missing| Err(format!("缺少字段 {missing}")))
}

impl Posted {
    /// What it tells of the call; `None` when nothing.
    #[must_use]
    pub fn call_event(&self) -> Option<Event> {
        match self.event {
            What::Ringing => Some(Event::Ringing(self.at)),
            What::Answered => Some(Event::Answered(self.at)),
            What::HungUp => Some(Event::HungUp(self.at, self.talk_seconds)),
            What::Recording => Some(Event::Recording(self.recording.clone())),
            What::Form | What::Attempt => None,
        }
    }
}

impl Form {
    /// What kind of matter it is; `None` for a word that is none.
    #[must_use]
    pub fn nature(&self) -> Option<Nature> {
        if self.nature.is_empty() {
            return Some(Nature::ConsumerComplaint);
        }
        Nature::from_str_name(&format!("NATURE_{}", self.nature.to_uppercase()))
            .filter(|nature| *nature != Nature::Unspecified)
    }
}
