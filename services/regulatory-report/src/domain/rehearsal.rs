//! What would be missing or contradictory if a report were due on a day: one list of rules, so that neighbours can be compared.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    facts::Fact,
    figures::Figures,
    period::Period,
    report::{Report, SECTIONS},
};

/// Something that is missing or contradictory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub code: &'static str,
    /// The same for a clerk, with what to do.
    pub sentence: String,
    /// The cases it is about.
    pub cases: Vec<String>,
    /// Whether the report cannot be handed in with it.
    pub blocking: bool,
}

/// What is looked at.
pub struct Rehearsal<'a> {
    /// The facts that count.
    pub facts: &'a [Fact],
    /// The figures of them.
    pub figures: &'a Figures,
    /// The term.
    pub period: &'a Period,
    /// As if it were this instant.
    pub as_of: DateTime<Utc>,
    /// The report, as far as it is written.
    pub report: Option<&'a Report>,
    /// What was last signed for the term before: how many cases it carried forward.
    pub carried_before: Option<usize>,
    /// The reports of the units below, by code: whether each is signed, and how many it received.
    pub below: &'a [Below],
}

/// A report of a unit below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Below {
    /// The unit's name.
    pub name: String,
    /// How many complaints its signed report received; `None` when none is signed.
    pub received: Option<usize>,
    /// How many its facts say at the same cut-off.
    pub counted: usize,
}

/// Everything that is missing or contradictory.
#[must_use]
pub fn findings(rehearsal: &Rehearsal<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(sums(rehearsal));
    found.extend(unfilled(rehearsal));
    found.extend(ended_without_outcome(rehearsal));
    found.extend(overdue(rehearsal));
    found.extend(carried(rehearsal));
    found.extend(below(rehearsal));
    found.extend(text(rehearsal));
    found
}

fn sums(rehearsal: &Rehearsal<'_>) -> Vec<Finding> {
    rehearsal
        .figures
        .identities
        .iter()
        .filter(|identity| !identity.holds())
        .map(|identity| Finding {
            code: "sum",
            sentence: format!(
                "勾稽不符:{},左 {} 右 {};请查看数据出处",
                identity.sentence, identity.left, identity.right
            ),
            cases: Vec::new(),
            blocking: true,
        })
        .collect()
}

/// The received cases that lack what the report spreads them by.
fn unfilled(rehearsal: &Rehearsal<'_>) -> Vec<Finding> {
    const AXES: [(&str, &str); 3] = [
        ("cause", "投诉原因"),
        ("business", "业务类别"),
        ("via", "业务办理渠道"),
    ];
    let lacking = |(table, name): &(&'static str, &str)| {
        let cases = rehearsal.figures.find(table, "")?.cases.clone();
        (!cases.is_empty()).then(|| Finding {
            code: table,
            sentence: format!(
                "{} 件投诉未填报{name},将列入「未填报」;请补充分类",
                cases.len()
            ),
            cases,
            blocking: false,
        })
    };
    AXES.iter().filter_map(lacking).collect()
}

fn ended_without_outcome(rehearsal: &Rehearsal<'_>) -> Option<Finding> {
    let cases = numbers(rehearsal, |fact| {
        fact.ended_before(rehearsal.as_of) && fact.outcome.is_empty()
    });
    (!cases.is_empty()).then(|| Finding {
        code: "outcome",
        sentence: format!("{} 件已办结投诉没有办结方式;请核对案件", cases.len()),
        cases,
        blocking: true,
    })
}

fn overdue(rehearsal: &Rehearsal<'_>) -> Option<Finding> {
    let cases = numbers(rehearsal, |fact| {
        !fact.ended_before(rehearsal.as_of)
            && fact.received_at < rehearsal.as_of
            && fact.late_before(rehearsal.as_of)
    });
    (!cases.is_empty()).then(|| Finding {
        code: "overdue",
        sentence: format!("{} 件未结投诉已超时;报告中应说明原因和措施", cases.len()),
        cases,
        blocking: false,
    })
}

/// What the term before carried forward is what this one was brought.
fn carried(rehearsal: &Rehearsal<'_>) -> Option<Finding> {
    let before = rehearsal.carried_before?;
    let brought = rehearsal.figures.find("summary", "brought_forward")?;
    (before != brought.cases.len()).then(|| Finding {
        code: "carried",
        sentence: format!(
            "上期报告期末未结 {before} 件,本期期初未结 {} 件;上期报告需以补充报告更正",
            brought.cases.len()
        ),
        cases: brought.cases.clone(),
        blocking: false,
    })
}

fn below(rehearsal: &Rehearsal<'_>) -> Vec<Finding> {
    let wrong = rehearsal
        .below
        .iter()
        .filter_map(|below| match below.received {
            None => Some(format!("{}尚未签发本期报告", below.name)),
            Some(received) if received != below.counted => Some(format!(
                "{}报告新收 {received} 件,本级统计 {} 件,不一致;请核对截止时间或由其补充报告",
                below.name, below.counted
            )),
            Some(_) => None,
        });
    wrong
        .map(|sentence| Finding {
            code: "below",
            sentence,
            cases: Vec::new(),
            blocking: false,
        })
        .collect()
}

fn text(rehearsal: &Rehearsal<'_>) -> Option<Finding> {
    let nothing = ["received", "brought_forward", "closed"]
        .iter()
        .filter_map(|code| rehearsal.figures.find("summary", code))
        .all(|figure| figure.cases.is_empty());
    if rehearsal.report.is_some_and(|report| report.nil) || nothing {
        return None;
    }
    let missing: Vec<&str> = SECTIONS
        .iter()
        .filter(|(.., needed)| *needed)
        .filter(|(section, ..)| {
            rehearsal
                .report
                .is_none_or(|report| !report.text.contains_key(section))
        })
        .map(|(_, _, title, _)| *title)
        .collect();
    (!missing.is_empty()).then(|| Finding {
        code: "text",
        sentence: format!("正文尚缺:{}", missing.join("、")),
        cases: Vec::new(),
        blocking: true,
    })
}

fn numbers(rehearsal: &Rehearsal<'_>, wanted: impl Fn(&Fact) -> bool) -> Vec<String> {
    let cases: BTreeSet<&String> = rehearsal
        .facts
        .iter()
        .filter(|fact| wanted(fact))
        .map(|fact| &fact.number)
        .collect();
    cases.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests;
