//! The axes by which a complaint is classified (JR/T 0169), and codes that no taxonomy lists.

use super::{Matter, Refusal, code};

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// 业务类别: axis B.
    Business,
    /// 投诉原因: axis C.
    Cause,
    /// 业务办理渠道: axis A.
    HandledVia,
}

impl Axis {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Business, Self::Cause, Self::HandledVia];

    /// Its code in rows.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Cause => "cause",
            Self::HandledVia => "handled_via",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Business => "matter.business_code",
            Self::Cause => "matter.cause_code",
            Self::HandledVia => "matter.handled_via_code",
        }
    }

    /// What its codes begin with.
    fn letter(self) -> &'static str {
        match self {
            Self::Business => "B",
            Self::Cause => "C",
            Self::HandledVia => "A",
        }
    }

    /// The code of a matter on it.
    #[must_use]
    pub fn of(self, matter: &Matter) -> &String {
        match self {
            Self::Business => &matter.business_code,
            Self::Cause => &matter.cause_code,
            Self::HandledVia => &matter.handled_via_code,
        }
    }

    fn open(self, matter: &mut Matter) {
        match self {
            Self::Business => matter.business_code.clear(),
            Self::Cause => matter.cause_code.clear(),
            Self::HandledVia => matter.handled_via_code.clear(),
        }
    }
}

/// Leaves open what an adapter gave as a code and cannot be one.
pub fn open_malformed(matter: &mut Matter) {
    for axis in Axis::ALL {
        if code(axis.field(), axis.of(matter), axis.letter()).is_err() {
            axis.open(matter);
        }
    }
}

/// What becomes of codes that no taxonomy lists: a clerk is told which, a message of an adapter leaves them open, for nothing
/// that arrives is lost for a code (guideline art. 24(1)).
pub fn listed(matter: &mut Matter, unlisted: &[Axis], from_adapter: bool) -> Result<(), Refusal> {
    for axis in unlisted {
        if !from_adapter {
            return Err(Refusal::UnknownCode {
                field: axis.field(),
                code: axis.of(matter).clone(),
            });
        }
        axis.open(matter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_2_a_code_that_is_not_listed_is_refused_to_a_clerk_and_left_open_for_an_adapter() {
        let given = Matter {
            business_code: "B99".to_owned(),
            cause_code: "C01".to_owned(),
            ..Matter::default()
        };
        let mut matter = given.clone();
        let refused = listed(&mut matter, &[Axis::Business], false).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "业务类别代码“B99”不在现行分类表内,请用 suda taxonomy list 查看可用的代码;不能确定的可不填"
        );
        assert_eq!(refused.about(), ("matter.business_code", "CODE_UNKNOWN"));
        assert_eq!(matter, given);
        assert_eq!(listed(&mut matter, &[Axis::Business], true), Ok(()));
        let codes = (matter.business_code.as_str(), matter.cause_code.as_str());
        assert_eq!(codes, ("", "C01"));
        assert_eq!(listed(&mut matter, &[], false), Ok(()));
        "C 1".clone_into(&mut matter.cause_code);
        open_malformed(&mut matter);
        assert_eq!(matter, Matter::default());
    }
}
