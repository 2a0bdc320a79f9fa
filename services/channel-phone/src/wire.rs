//! What the call centre posts, as JSON.

use adapter::domain::plain;
use chrono::{DateTime, Datelike as _, Utc};
use serde::Deserialize;
use suda_proto::common::v1::Nature;

use crate::domain::call::Event;

/// The longest id taken.
const LONGEST_ID: usize = 200;
/// The years an event can be of.
const YEARS: std::ops::Range<i32> = 2008..10_000;

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

/// Reads what was posted; a sentence tells a clerk what is wrong and what to do.
pub fn read(body: &[u8]) -> Result<Posted, String> {
    checked(body).map_err(|why| {
        format!("呼叫中心送来的数据有误（{why}），请查看原始数据，必要时回拨核实，并告知系统管理员")
    })
}

fn checked(body: &[u8]) -> Result<Posted, String> {
    let posted: Posted = serde_json::from_slice(body).map_err(|error| {
        // The error's own words may quote what was posted.
        format!(
            "JSON 不可解析（第{}行第{}列）",
            error.line(),
            error.column()
        )
    })?;
    if posted.event_id.is_empty() {
        return Err("缺少字段 event_id".to_owned());
    }
    let notice_id = posted
        .attempt
        .as_ref()
        .map_or("", |attempt| &attempt.notice_id);
    let ids = [
        ("event_id", posted.event_id.as_str()),
        ("call_id", &posted.call_id),
        ("recording", &posted.recording),
        ("notice_id", notice_id),
    ];
    for (name, id) in ids {
        if id.len() > LONGEST_ID || !plain::is_key(id) {
            return Err(format!("字段 {name} 过长，或含有控制字符、首尾空格"));
        }
    }
    // What is older than this system was told by a clock that was never set, and what is later by none.
    if !YEARS.contains(&posted.at.year()) {
        return Err("字段 at 的年份不对，请核对呼叫中心的时钟".to_owned());
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
    /// What it tells of the call; `None` when nothing. A call centre whose clock runs ahead tells of nothing later than `now`.
    #[must_use]
    pub fn call_event(&self, now: DateTime<Utc>) -> Option<Event> {
        let at = self.at.min(now);
        match self.event {
            What::Ringing => Some(Event::Ringing(at)),
            What::Answered => Some(Event::Answered(at)),
            What::HungUp => Some(Event::HungUp(at, self.talk_seconds)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn why(body: &str) -> String {
        let why = read(body.as_bytes()).err().unwrap_or_default();
        let why = why.trim_start_matches("呼叫中心送来的数据有误（");
        why.to_owned()
    }

    fn posted(more: &str) -> String {
        format!(
            r#"{{"event":"ringing","event_id":"1","call_id":"c","at":"2026-09-23T09:00:00+08:00"{more}}}"#
        )
    }

    #[test]
    fn g24_1_p12_what_no_call_centre_should_post_says_what_is_wrong() {
        assert_eq!(why(&posted("")), "");
        for (body, expected) in [
            // Half of a character, a NUL in an id, two of one field, a number too large.
            (posted(r#","caller":"\ud800""#), "JSON 不可解析（第1行第"),
            (
                posted(r#","caller":"x","caller":"y""#),
                "JSON 不可解析（第1行第",
            ),
            (
                posted(r#","talk_seconds":99999999999999999999"#),
                "JSON 不可解析（第1行第",
            ),
            (
                posted("").replace(r#""1""#, r#""a\u0000b""#),
                "字段 event_id",
            ),
            (posted("").replace(r#""1""#, r#""""#), "缺少字段 event_id"),
            (posted("").replace(r#""c""#, r#""c\n""#), "字段 call_id"),
            (
                posted("").replace("2026-09-23", "1970-01-01"),
                "字段 at 的年份不对",
            ),
            (
                posted("").replace("2026-09-23", "-5000-01-01"),
                "字段 at 的年份不对",
            ),
            (
                posted("").replace("2026-09-23", "+99999-01-01"),
                "字段 at 的年份不对",
            ),
            (
                posted("").replace("2026-09-23", "2026-02-30"),
                "JSON 不可解析（第1行第",
            ),
            (String::new(), "JSON 不可解析（第1行第"),
        ] {
            let why = why(&body);
            assert!(why.starts_with(expected), "{body}: {why}");
        }
        // What a call centre adds for itself is passed over, however deep it is.
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(why(&posted(&format!(r#","vendor":{deep}"#))), "");
    }
}
