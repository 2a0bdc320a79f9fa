//! Who must keep out of a case (回避, guideline art. 19; 令2020年第3号 art. 17).
//!
//! Such a person is assigned to nothing of it, approves nothing of it and sees nothing of it; each attempt is recorded.

/// Why somebody must keep out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The complaint is about the person.
    ComplainedOf,
    /// The person declared an interest.
    DeclaredInterest,
    /// The person is related to the complainant, by kin or by business.
    Relation,
}

impl Ground {
    /// In words for a clerk.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ComplainedOf => "被投诉人员",
            Self::DeclaredInterest => "已声明利害关系",
            Self::Relation => "与投诉人有亲属或业务关系",
        }
    }
}

/// Who is concerned by a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The member of staff complained of; empty when none.
    pub complained_person: String,
    /// Those who declared an interest.
    pub declared: Vec<String>,
    /// Those who are related to the complainant.
    pub related: Vec<String>,
}

impl Concerned {
    /// Why this person must keep out; none when the person need not.
    #[must_use]
    pub fn bars(&self, person: &str) -> Option<Ground> {
        if person.is_empty() {
            None
        } else if self.complained_person == person {
            Some(Ground::ComplainedOf)
        } else if self.declared.iter().any(|declared| declared == person) {
            Some(Ground::DeclaredInterest)
        } else if self.related.iter().any(|related| related == person) {
            Some(Ground::Relation)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g19_l17_the_person_complained_of_whoever_declared_an_interest_and_kin_keep_out() {
        let concerned = Concerned {
            complained_person: "p-teller".to_owned(),
            declared: vec!["p-cousin".to_owned()],
            related: vec!["p-brother".to_owned()],
        };
        assert_eq!(concerned.bars("p-brother"), Some(Ground::Relation));
        assert_eq!(concerned.bars("p-teller"), Some(Ground::ComplainedOf));
        assert_eq!(concerned.bars("p-cousin"), Some(Ground::DeclaredInterest));
        assert_eq!(concerned.bars("p-other"), None);
        // Nobody complained of is not everybody without a name.
        assert_eq!(Concerned::default().bars(""), None);
    }
}
