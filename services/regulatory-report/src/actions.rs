//! Everything regulatory-report can be asked: whose figures, within whose right, counted from which facts.

use chassis::auth::Caller;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::{
    desk::Desk,
    domain::{
        facts::Fact,
        figures::{self, Figures},
        period::{Period, Term},
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
    /// The units.
    pub tree: Tree,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The bytes.
    pub data: Vec<u8>,
    /// A name for the file.
    pub file_name: String,
    /// What it is.
    pub media_type: &'static str,
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
fn may_see(caller: &Caller, unit: &str) -> bool {
    let own = caller
        .posts
        .iter()
        .any(|post| post.unit == unit || post.union == unit);
    caller.sees(unit) || own
}

/// Counts the figures of a unit, after noting who reads them.
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
    let now = desk.clock.now();
    let period = Period::of(asked.year, asked.term)?;
    let cut_off = period.cut_off(asked.cut_off, now)?;
    let what = format!("{} {} {}", asked.unit, period.name(), cut_off.to_rfc3339());
    let reading = Reading {
        id: desk.ids.new_id(),
        at: now,
        person_id: &caller.person_id,
        post: caller.posts.first().map_or("", |post| post.code.as_str()),
        rpc,
        what: &what,
    };
    let db = desk.db.reader();
    store::note(db, &reading).await?;
    let tree = store::tree(db).await?;
    let last_day = crate::domain::period::day(cut_off - chrono::TimeDelta::microseconds(1));
    let unions: Vec<String> = tree
        .unions(&asked.unit, last_day)
        .ok_or_else(|| ActionError::NoUnit(asked.unit.clone()))?
        .into_iter()
        .collect();
    let facts = store::facts(db, unions.clone(), period.starts_at, cut_off).await?;
    Ok(Counted {
        unit: asked.unit.clone(),
        unit_name: tree.name(&asked.unit, last_day),
        figures: figures::count(&facts, &period, cut_off, &tree),
        period,
        cut_off,
        unions,
        facts,
        tree,
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
        media_type,
        digest,
    })
}
