//! Everything regulatory-report can be asked: whose figures, within whose right, counted from which facts.

use std::borrow::Cow;

use chassis::{auth::Caller, sight::Sight};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

pub mod documents;
pub mod rehearsing;
pub mod reporting;

use crate::{
    desk::Desk,
    domain::{
        comparison::{self, Comparison},
        facts::Fact,
        figures::{self, Figures},
        per_outlet::{self, PerOutlet},
        period::{Period, Term},
        taxonomy::Names,
        tree::Tree,
    },
    errors::ActionError,
    publications, sheets,
    store::{self, Reading},
    wire,
};

/// Whose figures, of when.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The unit.
    pub unit: String,
    /// The year.
    pub year: u32,
    /// Which part of it.
    pub term: Term,
    /// Nothing is counted from here on.
    pub cut_off: Option<DateTime<Utc>>,
}

/// Figures, counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The unit.
    pub unit: String,
    /// Its name at the end of the term.
    pub unit_name: String,
    /// The term.
    pub period: Period,
    /// Nothing is counted from here on.
    pub cut_off: DateTime<Utc>,
    /// The unions that are counted.
    pub unions: Vec<String>,
    /// What was counted.
    pub facts: Vec<Fact>,
    /// The figures.
    pub figures: Figures,
    /// The main figures beside earlier ones.
    pub comparisons: Vec<Comparison>,
    /// How many complaints came for each outlet, the unit itself last.
    pub per_outlet: Vec<PerOutlet>,
    /// The units.
    pub tree: Tree,
    /// What complaints are classified by, as it was named when the term ended.
    pub names: Names,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The bytes.
    pub data: Vec<u8>,
    /// A name for the file.
    pub file_name: String,
    /// What it is.
    pub media_type: Cow<'static, str>,
    /// SHA-256 of the bytes.
    pub digest: String,
}

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// A spreadsheet.
    Xlsx,
}

/// Whether a caller may see the figures of a unit: the unit's own people, and those above it.
pub(crate) fn may_see(caller: &Caller, unit: &str) -> bool {
    let own = caller
        .posts
        .iter()
        .any(|post| post.unit == unit || post.union == unit);
    caller.sees(unit) || own
}

/// Counts the figures of a unit, and notes who reads them.
///
/// The tree of units is that of the last day that is counted: a union that changed its office in the middle of a term is
/// wholly the new office's, so that nothing is counted twice or not at all.
pub async fn count(
    desk: &Desk,
    caller: &Caller,
    rpc: &str,
    asked: &Asked,
) -> Result<Counted, ActionError> {
    if asked.unit.is_empty() {
        return Err(ActionError::Invalid(
            "scope.unit_code",
            "请填写机构代码".to_owned(),
        ));
    }
    if !may_see(caller, &asked.unit) {
        return Err(ActionError::NotYours(asked.unit.clone()));
    }
    let counted = count_for(desk, asked).await?;
    note(desk, caller, rpc, &counted).await?;
    Ok(counted)
}

/// Notes who read which figures, before they are answered.
pub(crate) async fn note(
    desk: &Desk,
    caller: &Caller,
    rpc: &str,
    counted: &Counted,
) -> Result<(), ActionError> {
    let cut_off = counted.cut_off.to_rfc3339();
    let what = format!("{} {} {cut_off}", counted.unit, counted.period.name());
    let reading = Reading {
        id: desk.ids.new_id(),
        at: desk.clock.now(),
        person_id: &caller.person_id,
        post: caller.posts.first().map_or("", |post| post.code.as_str()),
        rpc,
        what: &what,
    };
    Ok(store::note(desk.db.reader(), &reading).await?)
}

/// The facts of these unions, by a reading that sees no others.
async fn facts_of(
    desk: &Desk,
    unions: &[String],
    starts_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Fact>, ActionError> {
    // The unions that were the unit's in the term, which may have left it since: not those of the caller.
    let sight = Sight {
        unions: Some(unions.to_vec()),
        ..Sight::default()
    };
    let seen = desk.db.seen_by(sight).await?;
    Ok(store::facts(&seen, unions.to_vec(), starts_at, until).await?)
}

/// Counts the figures of a unit, for whoever was found to have the right.
pub(crate) async fn count_for(desk: &Desk, asked: &Asked) -> Result<Counted, ActionError> {
    let now = desk.clock.now();
    let period = Period::of(asked.year, asked.term)?;
    let cut_off = period.cut_off(asked.cut_off, now)?;
    let tree = store::tree(desk.db.reader()).await?;
    let names = store::taxonomy::names(desk.db.reader(), cut_off).await?;
    let last_day = crate::domain::period::day(cut_off - chrono::TimeDelta::microseconds(1));
    let unions: Vec<String> = tree
        .unions(&asked.unit, last_day)
        .ok_or_else(|| ActionError::NoUnit(asked.unit.clone()))?
        .into_iter()
        .collect();
    let facts = facts_of(desk, &unions, period.starts_at, cut_off).await?;
    let figures = figures::count(&facts, &period, cut_off, &tree, &names);
    let elapsed = cut_off - period.starts_at;
    let earlier = async |earlier: Period| {
        // As far into the earlier span as this one has come.
        let until = earlier.ends_at.min(earlier.starts_at + elapsed);
        let until = if cut_off == period.ends_at {
            earlier.ends_at
        } else {
            until
        };
        let facts = facts_of(desk, &unions, earlier.starts_at, until).await?;
        Ok::<_, ActionError>(figures::count(&facts, &earlier, until, &tree, &names))
    };
    let before = earlier(period.before()?).await?;
    let year_before = earlier(period.year_before()?).await?;
    Ok(Counted {
        unit: asked.unit.clone(),
        unit_name: tree.name(&asked.unit, last_day),
        comparisons: comparison::compare(&figures, &before, &year_before),
        per_outlet: per_outlet::per_outlet(&figures, &asked.unit, &unions, &tree, last_day),
        figures,
        period,
        cut_off,
        unions,
        facts,
        tree,
        names,
    })
}

/// Writes the figures of a unit as a document, and tells that they left.
pub async fn export(
    desk: &Desk,
    caller: &Caller,
    asked: &Asked,
    format: Format,
) -> Result<Document, ActionError> {
    let counted = count(desk, caller, "ExportFigures", asked).await?;
    let (data, ending, media_type) = match format {
        Format::Json => (wire::json(&counted)?, "json", "application/json"),
        Format::Xlsx => (
            sheets::workbook(&counted)?,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    };
    let digest = hex::encode(Sha256::digest(&data));
    let post = caller.posts.first().map_or("", |post| post.code.as_str());
    desk.db
        .transaction("export_figures", async |tx| {
            publications::exported(tx, desk, &counted, &digest, post).await
        })
        .await?;
    Ok(Document {
        data,
        file_name: format!(
            "{}-{}-客户投诉统计表.{ending}",
            counted.unit_name,
            counted.period.name()
        ),
        media_type: media_type.into(),
        digest,
    })
}
