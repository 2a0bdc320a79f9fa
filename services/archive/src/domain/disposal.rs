//! Disposal (鉴定销毁): files whose term ended are appraised; one person proposes, another decides (档案法实施条例 art. 24).
#![warn(
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants
)]

use chrono::NaiveDate;

/// A file that is to be appraised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// Its archival code.
    pub code: String,
    /// The last day of its term; none when it is kept for ever.
    pub expires_on: Option<NaiveDate>,
    /// How many legal holds stand.
    pub holds: u32,
    /// Whether it is destroyed already.
    pub destroyed: bool,
    /// Whether another proposal has it.
    pub proposed: bool,
    /// Until when it is to be kept longer; none to destroy it.
    pub keep_until: Option<NaiveDate>,
}

/// Where a disposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待审批.
    Proposed,
    /// 已批准.
    Approved,
    /// 不批准.
    Refused,
}

impl State {
    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    /// The state of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Proposed, Self::Approved, Self::Refused]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// Why files are not disposed of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is proposed.
    #[error("请至少选择一件到期案卷")]
    Nothing,
    /// Its term runs.
    #[error("案卷 {0} 的保管期限未满,不能销毁")]
    NotExpired(String),
    /// It is kept for ever.
    #[error("案卷 {0} 为永久保管,不能销毁")]
    Permanent(String),
    /// A hold stands.
    #[error("案卷 {0} 处于封存状态(诉讼、检查等),解除封存前不能销毁")]
    Held(String),
    /// It is gone.
    #[error("案卷 {0} 已销毁")]
    Gone(String),
    /// Another proposal has it.
    #[error("案卷 {0} 已在另一份待审批的鉴定中")]
    Elsewhere(String),
    /// Kept longer means later.
    #[error("案卷 {0} 的延长期限须晚于现有期限")]
    Shorter(String),
    /// Two persons.
    #[error("提出鉴定的人不能审批自己的鉴定;请由另一人审批")]
    SamePerson,
    /// It was decided.
    #[error("该鉴定已审批,不能再次审批")]
    Decided,
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "disposal.nothing",
            Self::NotExpired(_) => "disposal.not_expired",
            Self::Permanent(_) => "disposal.permanent",
            Self::Held(_) => "disposal.held",
            Self::Gone(_) => "disposal.gone",
            Self::Elsewhere(_) => "disposal.elsewhere",
            Self::Shorter(_) => "disposal.shorter",
            Self::SamePerson => "disposal.same_person",
            Self::Decided => "disposal.decided",
        }
    }
}

fn appraise(file: &Expired, today: NaiveDate) -> Result<(), Refusal> {
    let code = || file.code.clone();
    if file.destroyed {
        return Err(Refusal::Gone(code()));
    }
    let expires_on = file.expires_on.ok_or_else(|| Refusal::Permanent(code()))?;
    if expires_on >= today {
        return Err(Refusal::NotExpired(code()));
    }
    match file.keep_until {
        None if file.holds > 0 => Err(Refusal::Held(code())),
        Some(until) if until <= expires_on.max(today) => Err(Refusal::Shorter(code())),
        None | Some(_) => Ok(()),
    }
}

/// Whether these files may be proposed for disposal on this day.
pub fn propose(files: &[Expired], today: NaiveDate) -> Result<(), Refusal> {
    if files.is_empty() {
        return Err(Refusal::Nothing);
    }
    for file in files {
        if file.proposed {
            return Err(Refusal::Elsewhere(file.code.clone()));
        }
        appraise(file, today)?;
    }
    Ok(())
}

/// Whether a second person may decide. What has changed since the proposal, a hold above all, bars the approval.
pub fn decide(
    state: State,
    proposed_by: &str,
    decided_by: &str,
    approve: bool,
    files: &[Expired],
    today: NaiveDate,
) -> Result<State, Refusal> {
    match state {
        State::Proposed => {}
        State::Approved | State::Refused => return Err(Refusal::Decided),
    }
    if proposed_by == decided_by {
        return Err(Refusal::SamePerson);
    }
    if !approve {
        return Ok(State::Refused);
    }
    for file in files {
        appraise(file, today)?;
    }
    Ok(State::Approved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn expired() -> Expired {
        Expired {
            code: "Z109-TS·2026-D10-589002SL-0001".to_owned(),
            expires_on: Some(day(2036, 12, 31)),
            holds: 0,
            destroyed: false,
            proposed: false,
            keep_until: None,
        }
    }

    #[test]
    fn g22_only_what_expired_and_is_not_held_is_destroyed() {
        let today = day(2037, 1, 1);
        let ask = |file: Expired| propose(&[file], today).map_err(|refusal| refusal.code());
        assert_eq!(ask(expired()), Ok(()));
        assert_eq!(
            propose(&[expired()], day(2036, 12, 31)).unwrap_err().code(),
            "disposal.not_expired"
        );
        let held = Expired {
            holds: 1,
            ..expired()
        };
        assert_eq!(ask(held.clone()), Err("disposal.held"));
        // Held, it may still be given a longer term.
        let longer = Expired {
            keep_until: Some(day(2046, 12, 31)),
            ..held
        };
        assert_eq!(ask(longer), Ok(()));
        let shorter = Expired {
            keep_until: Some(day(2036, 1, 1)),
            ..expired()
        };
        assert_eq!(ask(shorter), Err("disposal.shorter"));
        let permanent = Expired {
            expires_on: None,
            ..expired()
        };
        assert_eq!(ask(permanent), Err("disposal.permanent"));
        let gone = Expired {
            destroyed: true,
            ..expired()
        };
        assert_eq!(ask(gone), Err("disposal.gone"));
        let twice = Expired {
            proposed: true,
            ..expired()
        };
        assert_eq!(ask(twice), Err("disposal.elsewhere"));
        assert_eq!(propose(&[], today), Err(Refusal::Nothing));
    }

    #[test]
    fn g22_two_persons_decide_and_a_hold_set_meanwhile_bars_it() {
        let today = day(2037, 1, 1);
        let file = Expired {
            proposed: true,
            ..expired()
        };
        let by = |who: &str, approve, file: &Expired| {
            decide(
                State::Proposed,
                "P1",
                who,
                approve,
                std::slice::from_ref(file),
                today,
            )
        };
        assert_eq!(by("P2", true, &file), Ok(State::Approved));
        assert_eq!(by("P2", false, &file), Ok(State::Refused));
        assert_eq!(by("P1", true, &file), Err(Refusal::SamePerson));
        let held = Expired { holds: 1, ..file };
        assert_eq!(by("P2", true, &held).unwrap_err().code(), "disposal.held");
        assert_eq!(by("P2", false, &held), Ok(State::Refused));
        for state in [State::Approved, State::Refused] {
            assert_eq!(
                decide(state, "P1", "P2", true, &[], today),
                Err(Refusal::Decided)
            );
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
