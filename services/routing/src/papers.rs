//! Official papers: what is known of a case, put into the boxes of the library `documents`.
//!
//! Nothing is decided here: a paper shows what was decided, and says so when there is nothing to show yet.

use std::{collections::BTreeMap, fmt::Write as _};

use chassis::db::Db;
use chrono::{DateTime, Utc};
use documents::{Date, Document, Moment};

use crate::{
    domain::{case::Case, paper::Paper, suggestion::Table},
    errors::ActionError,
    store::{
        detail::{self, AnswerRow, ApprovalRow, HistoryRow, OrderRow, OrderUnitRow},
        reference, taxonomy,
    },
};

pub mod appeals;
pub mod certificate;
pub mod forms;
pub mod letters;
mod report;

/// Everything routing knows of a case that stands on a paper.
pub struct File {
    /// The case.
    pub case: Case,
    /// What happened, oldest first.
    pub history: Vec<HistoryRow>,
    /// Its supervision order with the units on it.
    pub order: Option<(OrderRow, Vec<OrderUnitRow>)>,
    /// Approvals, oldest first.
    pub approvals: Vec<ApprovalRow>,
    /// The answer that holds.
    pub answer: Option<AnswerRow>,
    /// The names of units and posts, by code.
    pub names: BTreeMap<String, String>,
    /// What complaints are classified by; none while nothing was published.
    pub taxonomy: Option<Table>,
    /// The name of the union's reception.
    pub reception: String,
}

impl File {
    /// Reads it.
    pub async fn read(db: &Db, case: Case) -> Result<Self, ActionError> {
        let db = db.reader();
        let mut file = Self {
            history: detail::history(db, case.id).await?,
            order: detail::order(db, case.id).await?,
            approvals: detail::approvals(db, case.id).await?,
            answer: detail::answer(db, case.id).await?,
            names: BTreeMap::new(),
            taxonomy: taxonomy::current(db).await?,
            reception: reference::reception(db, &case.registration.union)
                .await?
                .map_or_else(|| "投诉受理部门".to_owned(), |unit| unit.name),
            case,
        };
        for code in file.units() {
            if let Some(unit) = reference::unit(db, &code).await? {
                file.names.insert(code, unit.name);
            }
        }
        for code in file.posts() {
            if let Some(post) = reference::post(db, &code).await? {
                file.names.insert(code, post.name);
            }
        }
        Ok(file)
    }

    fn units(&self) -> Vec<String> {
        let registration = &self.case.registration;
        let lead = self.case.order.as_ref().map(|order| order.lead.clone());
        let named = [
            registration.union.clone(),
            registration.unit.clone(),
            registration.complained_unit.clone(),
        ];
        named.into_iter().chain(lead).collect()
    }

    fn posts(&self) -> Vec<String> {
        let mut posts: Vec<String> = Vec::new();
        if let Some((order, units)) = &self.order {
            posts.push(order.issued_by_post.clone());
            posts.extend(units.iter().filter_map(|unit| unit.signed_by_post.clone()));
        }
        posts.extend(
            self.approvals
                .iter()
                .filter_map(|row| row.decided_by_post.clone()),
        );
        posts
    }

    /// The name of a unit or post; its code when the name is not known.
    #[must_use]
    pub fn name(&self, code: &str) -> String {
        self.names
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_owned())
    }

    /// What a code of the taxonomy means; the code when it is not known.
    fn term(&self, axis: i32, code: &str) -> String {
        let table = self.taxonomy.as_ref();
        let name = table.and_then(|table| table.name(axis, code));
        name.unwrap_or(code).to_owned()
    }

    /// The last of these things that happened.
    fn last(&self, events: &[&str]) -> Option<&HistoryRow> {
        last(&self.history, events)
    }

    /// When the last of these things happened.
    fn when(&self, events: &[&str]) -> Option<DateTime<Utc>> {
        self.last(events).map(|row| row.occurred_at)
    }

    /// What was written under a heading when the last of these things happened; empty when nothing was.
    fn said(&self, events: &[&str], heading: &str) -> String {
        said(&self.history, events, heading)
    }
}

/// The last of these things that happened.
fn last<'a>(history: &'a [HistoryRow], events: &[&str]) -> Option<&'a HistoryRow> {
    let mut newest_first = history.iter().rev();
    newest_first.find(|row| events.contains(&row.event.as_str()))
}

/// What was written under a heading when the last of these things happened; empty when nothing was.
fn said(history: &[HistoryRow], events: &[&str], heading: &str) -> String {
    let texts = last(history, events).map(|row| row.texts.clone());
    let texts: Vec<(String, String)> = texts
        .and_then(|texts| serde_json::from_value(texts).ok())
        .unwrap_or_default();
    let found = texts.into_iter().find(|(name, _)| name == heading);
    found.map(|(_, text)| text).unwrap_or_default()
}

/// The only paper of its kind that a case has not got.
fn none_yet(paper: Paper) -> ActionError {
    ActionError::NoPaper(paper.missing())
}

fn moment(at: Option<DateTime<Utc>>) -> Option<Moment> {
    at.map(Moment::from)
}

/// Adds a line to a text.
fn line(text: &mut String, more: &str) {
    if !more.is_empty() {
        let gap = if text.is_empty() { "" } else { "\n" };
        // Writing to a string does not fail.
        let _written = write!(text, "{gap}{more}");
    }
}

/// The day of an instant that must be known.
fn day(at: DateTime<Utc>) -> Date {
    Date::from(at)
}

/// A paper of any kind.
pub type AnyPaper = Box<dyn Document + Send>;
