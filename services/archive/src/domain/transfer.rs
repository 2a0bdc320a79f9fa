//! The year-end transfer (年终移交, guideline art. 22): handed over, then accepted or returned.
#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待接收.
    HandedOver,
    /// 已接收.
    Accepted,
    /// 已退回.
    Returned,
}

impl State {
    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::HandedOver => "handed_over",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        }
    }

    /// The state of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::HandedOver, Self::Accepted, Self::Returned]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// Why a transfer is not made or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The year has not begun.
    #[error("{0} 年尚未到来,没有可移交的案卷")]
    YearToCome(i32),
    /// Cases of the year are not sealed.
    #[error("{0} 年还有 {1} 件已办结的投诉没有封卷(如 {2});请待封卷后再移交,以免缺卷")]
    Unsealed(i32, u64, String),
    /// Everything was handed over.
    #[error("{0} 年的案卷已全部移交,没有可移交的案卷")]
    NothingLeft(i32),
    /// One is under way.
    #[error("该年度第 {0} 批正待接收;请先接收或退回该批")]
    UnderWay(u32),
    /// Whoever hands over does not receive.
    #[error("移交人不能接收自己移交的档案;请由档案室另一人接收")]
    OwnTransfer,
    /// It was decided.
    #[error("该批移交已{0},不能再次处理")]
    Decided(&'static str),
    /// The checks failed.
    #[error("四性检测未通过,不能接收:{0};请退回并写明问题")]
    ChecksFailed(String),
    /// Nothing was said.
    #[error("退回须写明问题,不少于四个字")]
    NoFindings,
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::YearToCome(_) => "transfer.year_to_come",
            Self::Unsealed(..) => "transfer.unsealed",
            Self::NothingLeft(_) => "transfer.nothing_left",
            Self::UnderWay(_) => "transfer.under_way",
            Self::OwnTransfer => "transfer.own",
            Self::Decided(_) => "transfer.decided",
            Self::ChecksFailed(_) => "transfer.checks_failed",
            Self::NoFindings => "transfer.no_findings",
        }
    }
}

/// What is known when a year is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// The year that it is now.
    pub now: i32,
    /// Ended cases of the year without a sealed file: how many, and the number of one.
    pub unsealed: (u64, String),
    /// Sealed files of the year that were not handed over.
    pub waiting: usize,
    /// Batches that were accepted.
    pub accepted: u32,
    /// The batch that waits to be received.
    pub open_batch: Option<u32>,
}

/// Whether a year may be handed over. A year without any complaint is handed over once, with an empty list (零移交): what is
/// not there is told, too.
pub fn hand_over(year: &Year) -> Result<(), Refusal> {
    if year.year > year.now {
        return Err(Refusal::YearToCome(year.year));
    }
    if let Some(batch) = year.open_batch {
        return Err(Refusal::UnderWay(batch));
    }
    let (unsealed, example) = &year.unsealed;
    if *unsealed > 0 {
        return Err(Refusal::Unsealed(year.year, *unsealed, example.clone()));
    }
    if year.waiting == 0 && year.accepted > 0 {
        return Err(Refusal::NothingLeft(year.year));
    }
    Ok(())
}

/// What the archive room decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Who hands over.
    pub handed_by: &'a str,
    /// Who decides.
    pub decided_by: &'a str,
    /// Whether to accept.
    pub accept: bool,
    /// What was found.
    pub findings: &'a str,
    /// The checks that failed, by name.
    pub failed: &'a [String],
}

/// The shortest findings, in characters.
const SHORTEST: usize = 4;

/// Decides on a transfer. What fails a check is never accepted; what passes may still be returned, with a reason.
pub fn decide(state: State, decision: Decision<'_>) -> Result<State, Refusal> {
    match state {
        State::HandedOver => {}
        State::Accepted => return Err(Refusal::Decided("接收")),
        State::Returned => return Err(Refusal::Decided("退回")),
    }
    if decision.decided_by == decision.handed_by {
        return Err(Refusal::OwnTransfer);
    }
    if !decision.accept {
        return if decision.findings.trim().chars().count() < SHORTEST {
            Err(Refusal::NoFindings)
        } else {
            Ok(State::Returned)
        };
    }
    if decision.failed.is_empty() {
        Ok(State::Accepted)
    } else {
        Err(Refusal::ChecksFailed(decision.failed.join("、")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year() -> Year {
        Year {
            year: 2026,
            now: 2026,
            unsealed: (0, String::new()),
            waiting: 3,
            accepted: 0,
            open_batch: None,
        }
    }

    #[test]
    fn g22_a_year_is_handed_over_when_everything_of_it_is_sealed() {
        assert_eq!(hand_over(&year()), Ok(()));
        let empty = Year {
            waiting: 0,
            ..year()
        };
        assert_eq!(hand_over(&empty), Ok(()), "零移交");
        let again = Year {
            accepted: 1,
            ..empty
        };
        assert_eq!(hand_over(&again), Err(Refusal::NothingLeft(2026)));
        let early = Year {
            now: 2025,
            ..year()
        };
        assert_eq!(hand_over(&early), Err(Refusal::YearToCome(2026)));
        let under_way = Year {
            open_batch: Some(1),
            ..year()
        };
        assert_eq!(hand_over(&under_way), Err(Refusal::UnderWay(1)));
        let unsealed = Year {
            unsealed: (2, "589002-2026-000009".to_owned()),
            ..year()
        };
        assert!(
            hand_over(&unsealed)
                .unwrap_err()
                .to_string()
                .contains("000009")
        );
    }

    #[test]
    fn g22_whoever_hands_over_does_not_receive_and_what_fails_a_check_is_not_accepted() {
        let failed = ["完整性 W3".to_owned()];
        let by = |decided_by, accept, findings, failed| Decision {
            handed_by: "P1",
            decided_by,
            accept,
            findings,
            failed,
        };
        let none: &[String] = &[];
        let handed = |decision| decide(State::HandedOver, decision);
        assert_eq!(handed(by("P2", true, "", none)), Ok(State::Accepted));
        assert_eq!(
            handed(by("P2", false, "缺少第三件", none)),
            Ok(State::Returned)
        );
        assert_eq!(
            handed(by("P2", false, "缺件", none)),
            Err(Refusal::NoFindings)
        );
        assert_eq!(handed(by("P1", true, "", none)), Err(Refusal::OwnTransfer));
        assert_eq!(
            handed(by("P2", true, "", &failed)),
            Err(Refusal::ChecksFailed("完整性 W3".to_owned()))
        );
        assert_eq!(
            handed(by("P2", false, "检测未通过", &failed)),
            Ok(State::Returned)
        );
        for state in [State::Accepted, State::Returned] {
            assert!(matches!(
                decide(state, by("P2", true, "", none)),
                Err(Refusal::Decided(_))
            ));
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
