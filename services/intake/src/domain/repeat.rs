//! When an earlier complaint may be the same (guideline art. 16). It only proposes; a clerk decides.

use std::collections::HashSet;

/// From here on two texts are called similar.
pub const SIMILAR_PERCENT: u32 = 40;

/// What of a complaint is compared.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The unit complained of; empty when none.
    pub unit_code: &'a str,
    /// The business; empty when not known.
    pub business_code: &'a str,
    /// The text; empty when it was erased.
    pub text: &'a str,
}

/// Why an earlier complaint of the same person is a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// It is about the same unit.
    pub same_unit: bool,
    /// It is about the same business.
    pub same_business: bool,
    /// How much of the text is the same, in percent.
    pub text_percent: u32,
}

/// Compares two complaints of one person; nothing when they have nothing in common.
#[must_use]
pub fn candidate(new: Facts<'_>, earlier: Facts<'_>) -> Option<Likeness> {
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    let likeness = Likeness {
        same_unit: same(new.unit_code, earlier.unit_code),
        same_business: same(new.business_code, earlier.business_code),
        text_percent: text_percent(new.text, earlier.text),
    };
    let alike =
        likeness.same_unit || likeness.same_business || likeness.text_percent >= SIMILAR_PERCENT;
    alike.then_some(likeness)
}

/// How many pairs of neighbouring characters two texts share, of those of the shorter one.
#[must_use]
pub fn text_percent(one: &str, other: &str) -> u32 {
    let (one, other) = (pairs(one), pairs(other));
    let shorter = one.len().min(other.len());
    if shorter == 0 {
        return 0;
    }
    u32::try_from(one.intersection(&other).count() * 100 / shorter).unwrap_or(100)
}

fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Facts<'static> = Facts {
        unit_code: "58900201",
        business_code: "",
        text: "柜员王某态度恶劣,排队两小时无人理会。",
    };

    #[test]
    fn g16_the_same_facts_are_a_candidate_and_others_are_not() {
        let again = Facts {
            unit_code: "",
            text: "我再次投诉:柜员王某态度恶劣,排队两小时无人理会!",
            ..OLD
        };
        let likeness = candidate(again, OLD).unwrap();
        assert!(likeness.text_percent >= 90, "{likeness:?}");
        assert!(
            !likeness.same_unit && !likeness.same_business,
            "an empty code is not the same as an empty code"
        );
        let elsewhere = Facts {
            unit_code: "58900202",
            text: "贷款利率与合同不符",
            ..OLD
        };
        assert_eq!(candidate(elsewhere, OLD), None);
        assert!(candidate(Facts { text: "", ..OLD }, OLD).unwrap().same_unit);
    }
}
