//! What the figures must be, from the plan alone. Pure: it knows nothing of the services.

use std::collections::BTreeMap;

use super::{
    course::{Course, Step},
    plan::{Life, Plan},
};

/// Figures of a summary by their codes, e.g. "received".
pub type Summary = BTreeMap<&'static str, u64>;

/// What each union's figures must be at the end of the plan, by the union's place.
#[must_use]
pub fn summaries(plan: &Plan, unions: usize) -> Vec<Summary> {
    let mut all = vec![Summary::new(); unions];
    for life in &plan.lives {
        let Some(summary) = all.get_mut(life.union) else {
            continue;
        };
        let mut counts = vec!["received"];
        match ending(plan, life) {
            Some(outcome) => counts.extend(["closed", outcome]),
            None => counts.push("carried_forward"),
        }
        if life.steps.iter().any(|(_, step)| *step == Step::Appeal) {
            counts.push("appeals");
        }
        for code in counts {
            *summary.entry(code).or_default() += 1;
        }
    }
    all
}

/// How many files must be sealed: everything that ended has one.
#[must_use]
pub fn ended(plan: &Plan) -> u64 {
    let ended = plan
        .lives
        .iter()
        .filter(|life| ending(plan, life).is_some());
    u64::try_from(ended.count()).unwrap_or(u64::MAX)
}

/// As what a life is closed; none while it goes on.
fn ending(plan: &Plan, life: &Life) -> Option<&'static str> {
    let does = |life: &Life, wanted: &dyn Fn(&Step) -> bool| {
        life.steps.iter().any(|(_, step)| wanted(step))
    };
    match life.course {
        Course::Withdrawn => does(life, &|step| *step == Step::Withdraw).then_some("withdrawn"),
        // It ends with the complaint it was joined to.
        Course::Joined => {
            let lead = life.steps.iter().find_map(|(_, step)| match step {
                Step::Join(first) => plan.lives.get(usize::try_from(*first).ok()?),
                _ => None,
            })?;
            ending(plan, lead).map(|_| "elsewhere")
        }
        course => does(life, &|step| *step == Step::Close).then_some(match course {
            Course::Declined => "declined",
            Course::Transferred => "elsewhere",
            _ => "resolved",
        }),
    }
}
