//! More time: asked for with a ground, granted by the right rank, never past the cap.
//!
//! Two limits can be extended. "G18.1c", the unit's seven working days, in a complex or grave case, never beyond three
//! months from receipt (guideline art. 18(3)). "L18", telling the decision: to 30 natural days, then to 60
//! (令2020年第3号 art. 18(1)). "G18.3" is the three months themselves and cannot be extended.

#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::{DateTime, Days, FixedOffset, Months, NaiveDate, TimeZone, Utc};
use uuid::Uuid;

use super::{
    case::{Answer, Case, CaseEvent, Outcome, State},
    refusal::{Refusal, required},
    standing::{Actor, Role},
};

/// The guideline's longest limit, in months from receipt (guideline art. 18(3)).
const LONGEST_MONTHS: u32 = 3;
/// The legal limit's two stages in natural days from receipt (令2020年第3号 art. 18(1)); used until a policy says otherwise.
const LEGAL_STAGE_DAYS: [u32; 2] = [30, 60];
/// Eight hours east of Greenwich: Asia/Shanghai, which has known no other since 1991.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// An extension of a limit.
#[derive(Clone, PartialEq, Eq)]
pub struct Extension {
    /// Permanent.
    pub id: Uuid,
    /// The clock.
    pub clock: String,
    /// Which stage of it.
    pub stage: u32,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The rank that must decide.
    pub rank: Rank,
    /// The person who asked.
    pub requested_by: String,
}

/// Who asked is nobody's business in a log.
impl std::fmt::Debug for Extension {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Extension({} {} until {})",
            self.clock, self.stage, self.until
        )
    }
}

/// Who decides on an extension (令2020年第3号 art. 18(1): the second one needs a superior or the senior management).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// 受理部门负责人.
    ReceptionHead,
    /// 联社高级管理层.
    SeniorManagement,
}

impl Rank {
    /// Which rank a stage needs.
    #[must_use]
    pub fn of_stage(stage: u32) -> Self {
        if stage < 2 {
            Self::ReceptionHead
        } else {
            Self::SeniorManagement
        }
    }

    /// Whether a role has it; offices and the compliance department decide on what came to them.
    #[must_use]
    pub fn held_by(self, role: Role) -> bool {
        match self {
            Self::ReceptionHead => {
                [Role::ReceptionHead, Role::OfficeHead, Role::ComplianceHead].contains(&role)
            }
            Self::SeniorManagement => [
                Role::SeniorManagement,
                Role::OfficeHead,
                Role::ComplianceHead,
            ]
            .contains(&role),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ReceptionHead => "受理部门负责人",
            Self::SeniorManagement => "联社高级管理层",
        }
    }
}

/// What the policies in force allow a clock to be extended to, in natural days from receipt, by stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Stage 1 first; empty when no policy says.
    pub stage_days: Vec<u32>,
}

/// The last instant a stage may reach, and where that is written.
fn cap(
    clock: &str,
    stage: u32,
    received_at: DateTime<Utc>,
    allowed: &Allowed,
) -> Result<(DateTime<Utc>, &'static str), Refusal> {
    let received_on = in_shanghai(received_at).date_naive();
    let longest = longest_day(received_at);
    let stage_index = usize::try_from(stage).unwrap_or(usize::MAX).wrapping_sub(1);
    let (last_day, article) = match clock {
        "G18.1c" if stage == 1 => (longest, "指引第十八条第三款"),
        "L18" => {
            let days = if allowed.stage_days.is_empty() {
                &LEGAL_STAGE_DAYS[..]
            } else {
                &allowed.stage_days
            };
            let Some(days) = days.get(stage_index) else {
                return Err(no_such_stage(clock, stage));
            };
            let last = received_on
                .checked_add_days(Days::new(u64::from(*days)))
                .unwrap_or(received_on);
            (last.min(longest), "令2020年第3号第十八条")
        }
        "G18.1c" => return Err(no_such_stage(clock, stage)),
        "G18.3" => {
            return Err(Refusal::Wrong {
                field: "clock_code",
                sentence: "三个月是最长期限,不能再延(指引第十八条第三款);请申请延长 G18.1c 或 L18"
                    .to_owned(),
            });
        }
        other => {
            return Err(Refusal::Wrong {
                field: "clock_code",
                sentence: format!("时限 {other} 不能延期;可以延期的是 G18.1c 和 L18"),
            });
        }
    };
    Ok((end_of(last_day), article))
}

/// The last day of the guideline's longest limit.
fn longest_day(received_at: DateTime<Utc>) -> NaiveDate {
    let received_on = in_shanghai(received_at).date_naive();
    received_on
        .checked_add_months(Months::new(LONGEST_MONTHS))
        .unwrap_or(received_on)
}

fn no_such_stage(clock: &str, stage: u32) -> Refusal {
    Refusal::Wrong {
        field: "stage",
        sentence: format!("时限 {clock} 没有第 {stage} 次延期"),
    }
}

/// The instant at which a natural day is over in Shanghai.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day
        .checked_add_days(Days::new(1))
        .unwrap_or(day)
        .and_time(chrono::NaiveTime::MIN);
    Utc.from_utc_datetime(&next) - chrono::Duration::seconds(i64::from(SHANGHAI_SECONDS))
}

/// An instant as people in Shanghai read it.
#[must_use]
pub fn in_shanghai(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    match FixedOffset::east_opt(SHANGHAI_SECONDS) {
        Some(zone) => at.with_timezone(&zone),
        None => at.fixed_offset(),
    }
}

impl Case {
    /// Asks for more time.
    pub fn request_extension(
        &mut self,
        by: &Actor,
        (id, clock, stage): (Uuid, &str, u32),
        ground: &str,
        until: DateTime<Utc>,
        allowed: &Allowed,
        now: DateTime<Utc>,
    ) -> Answer {
        required(ground, "ground", "延期理由")?;
        // New facts begin the legal limit anew; the guideline's three months do not begin anew (art. 18(3)).
        let from = match self.course.period_from {
            Some(from) if clock == "L18" => from,
            _ => self.registration.received_at,
        };
        let (cap, article) = cap(clock, stage, from, allowed)?;
        let longest = end_of(longest_day(self.registration.received_at));
        let cap = cap.min(longest);
        self.open_to_extension("申请延期")?;
        self.runs()?;
        if let Some(waiting) = &self.waiting {
            let same =
                (waiting.clock.as_str(), waiting.stage, waiting.until) == (clock, stage, until);
            return if same {
                Ok(Outcome::Already)
            } else {
                Err(Refusal::ExtensionWaits)
            };
        }
        if clock == "L18" && stage != self.extension_stage + 1 {
            let (clock, granted) = (clock.to_owned(), self.extension_stage);
            return Err(Refusal::ExtensionOutOfOrder {
                clock,
                stage,
                granted,
            });
        }
        if until <= now {
            return Err(Refusal::Wrong {
                field: "until",
                sentence: "延期须到现在以后".to_owned(),
            });
        }
        if until > cap {
            let cap = in_shanghai(cap - chrono::Duration::seconds(1))
                .format("%Y年%-m月%-d日 24时")
                .to_string();
            return Err(Refusal::PastCap { cap, article });
        }
        let extension = Extension {
            id,
            clock: clock.to_owned(),
            stage,
            until,
            rank: Rank::of_stage(stage),
            requested_by: by.person.clone(),
        };
        self.waiting = Some(extension.clone());
        Ok(self.moves_to(self.state, CaseEvent::ExtensionRequested(extension), now))
    }

    /// Grants it: the right rank, and not who asked.
    pub fn approve_extension(
        &mut self,
        by: &Actor,
        id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Answer {
        self.open_to_extension("批准延期")?;
        let extension = self.decidable(by, id)?;
        if extension.until <= now {
            return Err(Refusal::Wrong {
                field: "extension_id",
                sentence: "申请延至的时间已过,请退回后重新申请".to_owned(),
            });
        }
        if extension.clock == "L18" {
            self.extension_stage = extension.stage;
        }
        self.waiting = None;
        Ok(self.moves_to(self.state, CaseEvent::ExtensionGranted(extension), now))
    }

    /// Refuses it, with a reason.
    pub fn refuse_extension(
        &mut self,
        by: &Actor,
        id: Option<Uuid>,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Answer {
        required(reason, "reason", "不批准的理由")?;
        self.open_to_extension("不批准延期")?;
        let extension = self.decidable(by, id)?;
        self.waiting = None;
        Ok(self.moves_to(self.state, CaseEvent::ExtensionRefused(extension), now))
    }

    fn open_to_extension(&self, verb: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::Filed
            | State::Accepted
            | State::DeclineProposed
            | State::Ordered
            | State::Handling
            | State::ResultFiled => Ok(()),
            State::Registered
            | State::Settled
            | State::Declined
            | State::Answered
            | State::ResultPassed
            | State::Closed
            | State::Withdrawn
            | State::Archived
            | State::Transferred
            | State::Joined => Err(Refusal::OutOfOrder {
                verb,
                state: self.state.words(),
            }),
        }
    }

    fn decidable(&self, by: &Actor, id: Option<Uuid>) -> Result<Extension, Refusal> {
        let waiting = self
            .waiting
            .as_ref()
            .filter(|waiting| id.is_none_or(|id| waiting.id == id));
        let waiting = waiting.ok_or(Refusal::NoExtension)?;
        if !waiting.rank.held_by(by.role) {
            return Err(Refusal::RankTooLow(waiting.rank.words()));
        }
        if waiting.requested_by == by.person {
            return Err(Refusal::RequesterDecides);
        }
        Ok(waiting.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn l18_the_second_stage_ends_sixty_days_after_receipt_at_midnight_in_shanghai() {
        let received = at("2026-09-23T10:00:00+08:00");
        let (first, _) = cap("L18", 1, received, &Allowed::default()).unwrap();
        assert_eq!(first, at("2026-10-24T00:00:00+08:00"));
        let (second, _) = cap("L18", 2, received, &Allowed::default()).unwrap();
        assert_eq!(second, at("2026-11-23T00:00:00+08:00"));
        assert!(cap("L18", 3, received, &Allowed::default()).is_err());
        assert!(cap("L18", 0, received, &Allowed::default()).is_err());
    }

    #[test]
    fn g18_3_no_extension_goes_beyond_three_months_from_receipt() {
        let received = at("2026-11-30T10:00:00+08:00");
        let (last, _) = cap("G18.1c", 1, received, &Allowed::default()).unwrap();
        assert_eq!(last, at("2027-03-01T00:00:00+08:00"));
        // A policy may be stricter; a looser one does not lift the guideline's cap.
        let loose = Allowed {
            stage_days: vec![200],
        };
        assert_eq!(cap("L18", 1, received, &loose).unwrap().0, last);
        let strict = Allowed {
            stage_days: vec![20],
        };
        assert_eq!(
            cap("L18", 1, received, &strict).unwrap().0,
            at("2026-12-21T00:00:00+08:00")
        );
        assert!(cap("G18.3", 1, received, &Allowed::default()).is_err());
        assert!(cap("G18.1b", 1, received, &Allowed::default()).is_err());
    }
}
