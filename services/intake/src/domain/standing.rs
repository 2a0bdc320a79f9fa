//! How a registered complaint stands. Whether its case moves is routing's; here it is only withdrawn or added to.

use chrono::{DateTime, Utc};

use super::day;

/// What a registered complaint's later verbs need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Goes up by one with every change.
    pub revision: i64,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When the withdrawal arrived.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// What a verb did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a move that nobody stores did not happen"]
pub enum Outcome {
    /// It changed; store it and tell it.
    Moved,
    /// It had been changed exactly so.
    Already,
}

/// Why something later is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing arrives tomorrow.
    #[error("收到时间不能晚于现在,请核对日期和时间")]
    InFuture,
    /// Nothing arrives before what it belongs to.
    #[error("收到时间不能早于投诉本身的收到时间,请核对日期和投诉编号")]
    BeforeComplaint,
    /// Material is a text or a file.
    #[error("补充材料既没有文字也没有附件,请至少填写一项")]
    Nothing,
    /// The limit of a text.
    #[error("文字超过 {0} 字,请把全文作为附件上传")]
    TooLong(usize),
}

impl Standing {
    /// Adds what came later (令2020年第3号 art. 18(3) when it brings new facts). A withdrawn complaint takes it too: nothing that arrives is lost.
    pub fn add(&mut self) -> Outcome {
        self.revision += 1;
        Outcome::Moved
    }

    /// Withdraws it as of the day the withdrawal arrived (令2020年第3号 art. 15).
    pub fn withdraw(&mut self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Outcome, Refusal> {
        if self.withdrawn_at.is_some() {
            return Ok(Outcome::Already);
        }
        self.withdrawn_at = Some(self.arrived(at, now)?);
        self.revision += 1;
        Ok(Outcome::Moved)
    }

    /// When something later arrived: not before the complaint's day and not after now.
    pub fn arrived(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
        if at > now + super::complaint::CLOCK_SKEW {
            return Err(Refusal::InFuture);
        }
        if day::of(at) < day::of(self.received_at) {
            return Err(Refusal::BeforeComplaint);
        }
        Ok(at.min(now))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn l15_a_complaint_is_withdrawn_once_and_on_the_day_it_arrived() {
        let received: DateTime<Utc> = "2026-09-23T02:00:00Z".parse().unwrap();
        let now = received + TimeDelta::days(3);
        let mut standing = Standing {
            revision: 1,
            received_at: received,
            withdrawn_at: None,
        };
        assert_eq!(
            standing.withdraw(received - TimeDelta::days(1), now),
            Err(Refusal::BeforeComplaint)
        );
        assert_eq!(
            standing.withdraw(now + TimeDelta::days(1), now),
            Err(Refusal::InFuture)
        );
        assert_eq!((standing.revision, standing.withdrawn_at), (1, None));
        let at = received + TimeDelta::days(2);
        assert_eq!(standing.withdraw(at, now), Ok(Outcome::Moved));
        assert_eq!(standing.withdraw(now, now), Ok(Outcome::Already));
        assert_eq!((standing.revision, standing.withdrawn_at), (2, Some(at)));
        assert_eq!(standing.add(), Outcome::Moved);
        assert_eq!(standing.revision, 3);
    }
}
