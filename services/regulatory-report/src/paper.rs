//! A report as an official paper: the figures and the text, put into the boxes of the library `documents`.

use chrono::{DateTime, Utc};
use documents::{
    Date, Moment,
    half_year::{Average, FigureRow, FigureTable, HalfYearReport, Section, Sum},
};

use crate::{
    actions::Counted,
    domain::{
        figures::{Figure, Table},
        report::{RECIPIENTS, Recipient, SECTIONS, State},
    },
    store::reports::Kept,
};

/// Tables whose rows are drawn as bars: what they compare has one scale.
const DRAWN: [&str; 6] = [
    "timeliness",
    "problem",
    "channel",
    "month",
    "nature",
    "cause",
];

/// The report as a paper; what is not yet signed is a draft, on every page.
#[must_use]
pub fn report(kept: &Kept, counted: &Counted, now: DateTime<Utc>) -> HalfYearReport {
    let period = &counted.period;
    let addendum = match kept.report.addendum {
        0 => String::new(),
        number => format!("(补充{number})"),
    };
    HalfYearReport {
        issuer: counted.unit_name.clone(),
        title: format!("{}客户投诉管理机制运行情况报告{addendum}", period.name()),
        number: String::new(),
        to: recipients(|recipient| recipient != Recipient::Compliance),
        copy_to: recipients(|recipient| recipient == Recipient::Compliance).join("、"),
        draft: !matches!(
            kept.report.state,
            State::Reviewed | State::Signed | State::Submitted
        ),
        term: format!(
            "{}至{}",
            Date::from(period.starts_at),
            Date::from(period.last_day)
        ),
        cut_off: Moment::end_of_day(counted.cut_off),
        snapshot: kept.report.snapshot.clone(),
        sections: sections(kept),
        tables: counted
            .figures
            .tables
            .iter()
            .map(|table| figures(table, counted))
            .collect(),
        averages: counted
            .per_outlet
            .iter()
            .map(|row| Average {
                label: row.name.clone(),
                received: row.received as u64,
                outlets: row.outlets as u64,
                average: row.average(),
            })
            .collect(),
        identities: counted
            .figures
            .identities
            .iter()
            .map(|identity| Sum {
                sentence: identity.sentence.to_owned(),
                left: signed(identity.left),
                right: signed(identity.right),
            })
            .collect(),
        signed_by: counted.unit_name.clone(),
        dated: Date::from(kept.report.signed_at.unwrap_or(now)),
    }
}

fn recipients(wanted: impl Fn(Recipient) -> bool) -> Vec<String> {
    let named = RECIPIENTS
        .iter()
        .filter(|(recipient, ..)| wanted(*recipient));
    named
        .map(|(.., words)| words.trim_end_matches("(抄报)").to_owned())
        .collect()
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn sections(kept: &Kept) -> Vec<Section> {
    let mut sections: Vec<Section> = SECTIONS
        .iter()
        .filter_map(|(section, _, title, _)| {
            Some(Section {
                heading: (*title).to_owned(),
                text: kept.report.text.get(section)?.clone(),
            })
        })
        .collect();
    if kept.report.nil {
        sections.insert(
            0,
            Section {
                heading: "零报告".to_owned(),
                text: "报告期内未收到客户投诉。".to_owned(),
            },
        );
    }
    if !kept.reason.is_empty() {
        sections.insert(
            0,
            Section {
                heading: "补充报告的原因".to_owned(),
                text: kept.reason.clone(),
            },
        );
    }
    sections
}

/// A table of figures; those of the summary and the like stand beside the term before.
fn figures(table: &Table, counted: &Counted) -> FigureTable {
    let row = |figure: &Figure| FigureRow {
        label: figure.label.clone(),
        below: figure.below,
        now: figure.cases.len() as u64,
        before: counted
            .comparisons
            .iter()
            .find(|compared| compared.code == figure.code && compared.label == figure.label)
            .map(|compared| compared.before as u64),
    };
    FigureTable {
        title: table.title.to_owned(),
        heading: table.heading.to_owned(),
        rows: table.rows.iter().map(row).collect(),
        chart: DRAWN.contains(&table.code),
    }
}
