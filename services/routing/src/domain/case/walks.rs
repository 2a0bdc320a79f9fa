//! Random walks: whatever is asked in whatever order, a case never stands where the law forbids it to stand.

use proptest::prelude::*;

use super::{
    tests::{a_case, ask},
    *,
};
use crate::domain::standing::Verb;

proptest! {
    /// Whatever is asked in whatever order, a case never stands where the law forbids it to stand.
    #[test]
    fn g17_1_g17_2_no_walk_of_verbs_reaches_a_forbidden_state(walk in proptest::collection::vec(0..Verb::ALL.len(), 0..60)) {
        let mut case = a_case();
        for step in walk {
            let before = case.clone();
            let moved = matches!(ask(&mut case, Verb::ALL[step]), Ok(Outcome::Moved(_)));
            prop_assert_eq!(case.revision, before.revision + u64::from(moved));
            if !moved { prop_assert_eq!(&case, &before); }
            if [Closed, Withdrawn, Archived].contains(&before.state) { prop_assert_eq!(case.state, before.state); }
            let s = case.state;
            prop_assert!(case.order.is_some() || ![Ordered, Handling, ResultFiled, ResultPassed].contains(&s));
            prop_assert!(case.handler.is_some() || ![Handling, ResultFiled, ResultPassed].contains(&s));
            prop_assert!(case.result_author.is_some() || s != ResultFiled);
            prop_assert!(case.filed_at.is_some() || [Registered, Settled, Closed, Withdrawn, Joined].contains(&s));
            prop_assert!(case.decision_notified_at.is_some() || ![Settled, Answered, Declined, ResultFiled, ResultPassed, Closed, Transferred].contains(&s));
            prop_assert_eq!(case.closed_at.is_some(), [Closed, Withdrawn, Archived].contains(&s));
            prop_assert!(case.ending.is_some() || !case.ended());
            prop_assert!(case.extension_stage <= 2);
            prop_assert!(case.course.transfer.is_some() || s != Transferred);
            prop_assert!(case.course.lead_case.is_some() || s != Joined);
            prop_assert!(case.course.pause.is_none() || case.undecided());
            prop_assert!(case.course.pause.is_none() && case.course.bounce.is_none() || !case.ended());
            if let Some(bounce) = &case.course.bounce {
                prop_assert!(case.course.bounced.contains(&bounce.unit));
                prop_assert!(case.order.as_ref().is_some_and(|order| order.names(&bounce.unit)));
            }
            if let Some(handler) = &case.handler { prop_assert!(case.concerned.bars(&handler.person).is_none()); }
        }
    }
}
