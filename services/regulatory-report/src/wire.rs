//! Between figures and messages, and figures as JSON.

use chassis::grpc::{instant, timestamp};
use chrono::NaiveDate;
use serde_json::{Value, json};
use suda_proto::{
    common::v1::{Channel, Nature},
    regulatory_report::v1 as wire,
};

use crate::{
    actions::{Asked, Counted},
    domain::{
        comparison::Comparison,
        facts::Fact,
        figures::{Figure, Identity, Table},
        per_outlet::PerOutlet,
        period::{Term, local},
        scorecard::Scorecard,
    },
    errors::ActionError,
};

/// The term as it stands in messages.
#[must_use]
pub fn term(term: Term) -> wire::Term {
    match term {
        Term::FirstHalf => wire::Term::FirstHalf,
        Term::SecondHalf => wire::Term::SecondHalf,
        Term::Year => wire::Term::Year,
        Term::Span(..) => wire::Term::Span,
    }
}

/// Reads whose figures are wanted.
///
/// # Errors
/// Names the field that is wrong.
pub fn asked(scope: Option<wire::Scope>) -> Result<Asked, ActionError> {
    let scope = scope
        .ok_or_else(|| ActionError::Invalid("scope", "请填写机构、年度和报告期".to_owned()))?;
    let term = match scope.term() {
        wire::Term::FirstHalf => Term::FirstHalf,
        wire::Term::SecondHalf => Term::SecondHalf,
        wire::Term::Year => Term::Year,
        wire::Term::Span => Term::Span(
            day(&scope.first_day, "scope.first_day")?,
            day(&scope.last_day, "scope.last_day")?,
        ),
        wire::Term::Unspecified => {
            return Err(ActionError::Invalid(
                "scope.term",
                "请选择上半年、下半年或全年".to_owned(),
            ));
        }
    };
    let cut_off = match &scope.cut_off_at {
        None => None,
        Some(at) => Some(instant(at).ok_or_else(|| {
            ActionError::Invalid("scope.cut_off_at", "统计截止时间无效".to_owned())
        })?),
    };
    Ok(Asked {
        unit: scope.unit_code.trim().to_owned(),
        year: match term {
            Term::Span(first, _) => first.format("%Y").to_string().parse().unwrap_or(0),
            Term::FirstHalf | Term::SecondHalf | Term::Year => scope.year,
        },
        term,
        cut_off,
    })
}

fn day(text: &str, field: &'static str) -> Result<NaiveDate, ActionError> {
    text.parse()
        .map_err(|_| ActionError::Invalid(field, "请填写统计起止日期,例如 2026-01-01".to_owned()))
}

/// What the reader of figures must know.
#[must_use]
pub fn notes(counted: &Counted) -> Vec<String> {
    let mut notes = vec![
        "新收按投诉到达本机构的时间统计,办结按办结或撤回的时间统计,时间均为北京时间。".to_owned(),
        "超时指超过告知处理决定、督办办结、上级期限或最长期限之一;机构隶属关系以统计截止日为准。"
            .to_owned(),
    ];
    if counted.cut_off < counted.period.ends_at {
        notes.push(format!(
            "统计截止 {},本期尚余部分未计入;全期数据待期满后统计。",
            local(counted.cut_off)
        ));
    }
    if counted.facts.is_empty() {
        notes.push("本期无投诉,按零报告。".to_owned());
    }
    notes
}

fn figure(figure: &Figure) -> wire::Figure {
    wire::Figure {
        code: figure.code.clone(),
        label: figure.label.clone(),
        count: figure.cases.len() as u64,
        case_numbers: figure.cases.clone(),
    }
}

fn table(table: &Table) -> wire::Table {
    wire::Table {
        code: table.code.to_owned(),
        title: table.title.to_owned(),
        heading: table.heading.to_owned(),
        rows: table.rows.iter().map(figure).collect(),
        // Rows of the second level stand in the sum twice.
        sums_to_received: table.sums_to_received && table.rows.iter().all(|row| !row.below),
    }
}

fn identity(identity: &Identity) -> wire::Identity {
    wire::Identity {
        sentence: identity.sentence.to_owned(),
        left: identity.left as u64,
        right: identity.right as u64,
        holds: identity.holds(),
    }
}

/// The scope that was used.
fn scope(counted: &Counted) -> wire::Scope {
    wire::Scope {
        unit_code: counted.unit.clone(),
        year: counted.period.year,
        term: term(counted.period.term).into(),
        cut_off_at: Some(timestamp(counted.cut_off)),
        first_day: crate::domain::period::day(counted.period.starts_at).to_string(),
        last_day: counted.period.last_day.to_string(),
    }
}

fn comparison(comparison: &Comparison) -> wire::Comparison {
    wire::Comparison {
        code: comparison.code.clone(),
        label: comparison.label.clone(),
        current: comparison.current as u64,
        before: comparison.before as u64,
        year_before: comparison.year_before as u64,
    }
}

/// The figures as they are answered.
#[must_use]
pub fn response(counted: &Counted) -> wire::FiguresResponse {
    wire::FiguresResponse {
        scope: Some(scope(counted)),
        unit_name: counted.unit_name.clone(),
        starts_at: Some(timestamp(counted.period.starts_at)),
        ends_at: Some(timestamp(counted.period.ends_at)),
        due_on: counted.period.due_on.to_string(),
        union_codes: counted.unions.clone(),
        tables: counted.figures.tables.iter().map(table).collect(),
        identities: counted.figures.identities.iter().map(identity).collect(),
        notes: notes(counted),
        comparisons: counted.comparisons.iter().map(comparison).collect(),
        per_outlet: counted.per_outlet.iter().map(per_outlet).collect(),
    }
}

fn per_outlet(row: &PerOutlet) -> wire::PerOutlet {
    wire::PerOutlet {
        unit_code: row.unit.clone(),
        unit_name: row.name.clone(),
        received: row.received as u64,
        outlets: row.outlets as u64,
        hundredths: row.hundredths().map(|hundredths| hundredths as u64),
    }
}

/// A case as it counts.
#[must_use]
pub fn case(fact: &Fact, counted: &Counted) -> wire::CountedCase {
    let ended = fact.ended_at.filter(|ended| *ended < counted.cut_off);
    let named = |prefix: &str, code: &str| format!("{prefix}{}", code.to_uppercase());
    let channel = Channel::from_str_name(&named("CHANNEL_", &fact.channel)).unwrap_or_default();
    let nature = Nature::from_str_name(&named("NATURE_", &fact.nature)).unwrap_or_default();
    let breached = fact
        .breaches
        .iter()
        .filter(|(_, at)| **at < counted.cut_off);
    wire::CountedCase {
        case_id: fact.case_id.to_string(),
        complaint_id: fact.case_id.to_string(),
        number: fact.number.clone(),
        union_code: fact.union.clone(),
        channel: channel.into(),
        nature: nature.into(),
        cause_code: fact.cause.clone(),
        business_code: fact.business.clone(),
        received_at: Some(timestamp(fact.received_at)),
        ended_at: ended.map(timestamp),
        standing: fact.standing(counted.cut_off),
        breached_clocks: breached.map(|(clock, _)| clock.clone()).collect(),
    }
}

/// A scorecard as it is answered.
#[must_use]
pub fn card(card: &Scorecard, counted: &Counted) -> wire::Scorecard {
    let last_day = crate::domain::period::day(counted.cut_off - chrono::TimeDelta::microseconds(1));
    let rates = card.rates.iter().map(|rate| wire::Rate {
        code: rate.part.code.to_owned(),
        label: rate.part.label.to_owned(),
        part: rate.met as u64,
        whole: rate.of as u64,
        points_hundredths: rate.points(),
    });
    wire::Scorecard {
        unit_code: card.unit.clone(),
        unit_name: counted.tree.name(&card.unit, last_day),
        rates: rates.collect(),
        score_hundredths: card.score(),
        cases: card.cases as u64,
    }
}

/// The figures as JSON.
///
/// # Errors
/// Never with figures; the writer may say otherwise.
pub fn json(counted: &Counted) -> Result<Vec<u8>, serde_json::Error> {
    let tables: Vec<Value> = counted
        .figures
        .tables
        .iter()
        .map(|table| {
            let rows: Vec<Value> = table
                .rows
                .iter()
                .map(|row| json!({ "code": row.code, "label": row.label, "count": row.cases.len(), "cases": row.cases }))
                .collect();
            json!({ "code": table.code, "title": table.title, "rows": rows })
        })
        .collect();
    let identities: Vec<Value> = counted
        .figures
        .identities
        .iter()
        .map(|sum| json!({ "sentence": sum.sentence, "left": sum.left, "right": sum.right, "holds": sum.holds() }))
        .collect();
    let comparisons: Vec<Value> = counted
        .comparisons
        .iter()
        .map(|row| json!({
            "code": row.code, "label": row.label, "current": row.current, "before": row.before, "year_before": row.year_before,
        }))
        .collect();
    let per_outlet: Vec<Value> = counted
        .per_outlet
        .iter()
        .map(|row| json!({ "unit": row.unit, "name": row.name, "received": row.received, "outlets": row.outlets, "average": row.average() }))
        .collect();
    serde_json::to_vec_pretty(&json!({
        "unit": counted.unit,
        "unit_name": counted.unit_name,
        "year": counted.period.year,
        "term": counted.period.name(),
        "starts_at": counted.period.starts_at.to_rfc3339(),
        "ends_at": counted.period.ends_at.to_rfc3339(),
        "cut_off_at": counted.cut_off.to_rfc3339(),
        "due_on": counted.period.due_on.to_string(),
        "unions": counted.unions,
        "tables": tables,
        "identities": identities,
        "comparisons": comparisons,
        "per_outlet": per_outlet,
        "notes": notes(counted),
    }))
}
