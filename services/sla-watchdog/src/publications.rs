//! Facts out.

use std::sync::Arc;

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Message, Told},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use suda_proto::sla_watchdog::v1::{
    ClockArmed, ClockBreached, ClockCancelled, ClockMet, ClockMoved, ClockPaused, ClockState,
    ClockView, Escalated, RungView, SubjectKind, TermOpened, WarningDue, WatchdogBeat,
    WindowLapsed,
};
use uuid::Uuid;

use crate::{
    actions::changes::Changes,
    desk::Desk,
    domain::{deadline, policy::Rule},
    law::Law,
    parse::local,
    store::{ClockRow, Pulse, RungRow, SubjectRow},
};

/// What telling of a subject's clocks needs.
pub(crate) struct Telling<'a> {
    pub(crate) desk: &'a Arc<Desk>,
    pub(crate) law: &'a Law,
    pub(crate) subject: &'a SubjectRow,
    pub(crate) now: DateTime<Utc>,
    /// Where what changes is gathered.
    pub(crate) changes: &'a mut Changes,
}

impl Telling<'_> {
    fn tell<M: prost::Message + prost::Name>(&mut self, at: DateTime<Utc>, fact: &M) {
        self.tell_as(self.desk.ids.new_id(), at, fact);
    }

    fn tell_as<M: prost::Message + prost::Name>(&mut self, id: Uuid, at: DateTime<Utc>, fact: &M) {
        // What belongs to a case is told under the case, so that the ledger's entries of a case have it.
        let key = self.subject.parent_id.unwrap_or(self.subject.subject_id);
        let told = Told {
            id,
            union: &self.subject.union_code,
            key: &key.to_string(),
            occurred_at: at,
            actor: "sla-watchdog",
        };
        self.changes.tell(Message::new(&told, fact));
    }

    fn view(&self, row: &ClockRow) -> ClockView {
        view(row, self.subject, self.law, self.now)
    }
}

/// A clock as it was before it moved, and why it did.
pub(crate) struct Moved<'a> {
    due_at: DateTime<Utc>,
    versions: (i64, i64, i64),
    reason: &'a str,
}

impl<'a> Moved<'a> {
    /// Remembers a clock before it moves.
    pub(crate) fn from(row: &ClockRow, reason: &'a str) -> Self {
        Self {
            due_at: row.due_at,
            versions: (
                row.policy_version,
                row.calendar_version,
                row.county_calendar_version,
            ),
            reason,
        }
    }
}

pub(crate) fn armed(telling: &mut Telling<'_>, row: &ClockRow) {
    let fact = ClockArmed {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(telling.now)),
    };
    telling.tell(telling.now, &fact);
}

pub(crate) fn met(telling: &mut Telling<'_>, row: &ClockRow) {
    let at = row.stopped_at.unwrap_or(telling.now);
    let fact = ClockMet {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(at)),
    };
    telling.tell(at, &fact);
}

pub(crate) fn breached(telling: &mut Telling<'_>, row: &ClockRow) {
    let fact = ClockBreached {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(row.due_at)),
    };
    telling.tell(row.due_at, &fact);
}

pub(crate) fn lapsed(telling: &mut Telling<'_>, row: &ClockRow) {
    let fact = WindowLapsed {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(row.due_at)),
    };
    telling.tell(row.due_at, &fact);
}

pub(crate) fn cancelled(telling: &mut Telling<'_>, row: &ClockRow) {
    let at = row.stopped_at.unwrap_or(telling.now);
    let fact = ClockCancelled {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(at)),
    };
    telling.tell(at, &fact);
}

pub(crate) fn paused(telling: &mut Telling<'_>, row: &ClockRow, ground: &str) {
    let at = row.paused_at.unwrap_or(telling.now);
    let fact = ClockPaused {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(at)),
        ground: ground.to_owned(),
    };
    telling.tell(at, &fact);
}

pub(crate) fn moved(telling: &mut Telling<'_>, row: &ClockRow, was: &Moved<'_>) {
    let (policy, calendar, county) = was.versions;
    let fact = ClockMoved {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(telling.now)),
        was_due_at: Some(timestamp(was.due_at)),
        reason: was.reason.to_owned(),
        was_policy_version: version(policy),
        was_calendar_version: version(calendar),
        was_county_calendar_version: version(county),
    };
    telling.tell(telling.now, &fact);
}

pub(crate) fn opened(
    telling: &mut Telling<'_>,
    (year, term): (u32, &str),
    clock: &str,
    due_at: DateTime<Utc>,
) {
    let fact = TermOpened {
        unit_code: telling.subject.unit_code.clone(),
        occurred_at: Some(timestamp(telling.subject.received_at)),
        year,
        term: term.to_owned(),
        due_at: Some(timestamp(due_at)),
        clock_code: clock.to_owned(),
    };
    telling.tell(telling.subject.received_at, &fact);
}

pub(crate) fn rung(telling: &mut Telling<'_>, clock: &ClockRow, rung: &RungRow, late: bool) {
    // A database that was restored may tell a message once more: whoever heard it knows it by its id (P20).
    let id = Uuid::new_v5(
        &rung.clock_id,
        format!("{}/{}/{}", rung.rung, rung.due_version, rung.recipient).as_bytes(),
    );
    let clock = Some(telling.view(clock));
    let occurred_at = Some(timestamp(telling.now));
    let view = Some(RungView {
        late,
        ..rung_view(rung)
    });
    if rung.escalation {
        let fact = Escalated {
            clock,
            occurred_at,
            rung: view,
        };
        telling.tell_as(id, telling.now, &fact);
    } else {
        let fact = WarningDue {
            clock,
            occurred_at,
            rung: view,
        };
        telling.tell_as(id, telling.now, &fact);
    }
}

/// The watchdog watches all unions alike.
const EVERY_UNION: &str = "all";

pub(crate) async fn beat(
    tx: &Tx,
    desk: &Desk,
    pulse: &Pulse,
    examined: u64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let waits = pulse.oldest.map_or(0, |at| (now - at).num_seconds());
    let fact = WatchdogBeat {
        examined,
        open_clocks: version(pulse.open),
        oldest_unfired_seconds: version(waits),
        occurred_at: Some(timestamp(now)),
        unreachable: version(pulse.unreachable),
        beyond_calendar: version(pulse.beyond),
    };
    let told = Told {
        id: desk.ids.new_id(),
        union: EVERY_UNION,
        key: "sla-watchdog",
        occurred_at: now,
        actor: "sla-watchdog",
    };
    outbox::tell(tx, &told, &fact).await
}

/// A message of a ladder.
pub(crate) fn rung_view(rung: &RungRow) -> RungView {
    RungView {
        rung_code: rung.rung.clone(),
        recipient: rung.recipient.clone(),
        to_post: rung.to_post.clone().unwrap_or_default(),
        via: rung.via.clone().unwrap_or_default(),
        legal_at: Some(timestamp(rung.legal_at)),
        sent_at: rung.sent_at.map(timestamp),
        late: false,
        to_unit: rung.to_unit.clone().unwrap_or_default(),
        deliver_at: Some(timestamp(rung.deliver_at)),
    }
}

fn version(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The limit that a clock has after its extensions, in words.
pub(crate) fn limit_words(row: &ClockRow, rule: &Rule) -> String {
    let stage = usize::try_from(row.extensions).unwrap_or(0);
    let extended = stage
        .checked_sub(1)
        .and_then(|stage| rule.extensions.get(stage));
    extended.unwrap_or(&rule.limit).words()
}

/// A clock. Which one binds is known only beside the others of its case.
pub(crate) fn view(
    row: &ClockRow,
    subject: &SubjectRow,
    law: &Law,
    now: DateTime<Utc>,
) -> ClockView {
    let rule = law.rule(row).map(|(_, rule)| rule);
    let left = law
        .calendar_of(row, &subject.union_code)
        .and_then(|calendar| {
            let last = deadline::last_day(local(row.due_at));
            calendar.count(local(now).date_naive(), last).ok()
        });
    // One complaint is one case; what has no case of its own or above it names none.
    let case_id = match subject.kind.as_str() {
        "case" => Some(subject.case_id.unwrap_or(subject.subject_id)),
        _ => subject.case_id.or(subject.parent_id),
    };
    let unit = if subject.lead_unit.is_empty() {
        &subject.unit_code
    } else {
        &subject.lead_unit
    };
    ClockView {
        clock_id: row.clock_id.to_string(),
        code: row.code.clone(),
        name: rule.map(|rule| rule.name.clone()).unwrap_or_default(),
        article: rule.map(|rule| rule.article.clone()).unwrap_or_default(),
        policy_code: row.policy_code.clone(),
        policy_version: version(row.policy_version),
        calendar_version: version(row.calendar_version),
        case_id: case_id.map(|id| id.to_string()).unwrap_or_default(),
        number: subject.number.clone(),
        union_code: subject.union_code.clone(),
        started_at: Some(timestamp(row.started_at)),
        due_at: Some(timestamp(row.due_at)),
        alarm_at: Some(timestamp(row.due_at)),
        due_version: version(row.due_version),
        state: state(&row.state).into(),
        stopped_at: row.stopped_at.map(timestamp),
        stopped_by: row.stopped_by.clone().unwrap_or_default(),
        provisional: row.provisional,
        limit: rule.map(|rule| limit_words(row, rule)).unwrap_or_default(),
        working_days_left: left.unwrap_or(0),
        binding: false,
        extensions: u32::try_from(row.extensions).unwrap_or(0),
        subject_kind: kind(&subject.kind).into(),
        subject_id: subject.subject_id.to_string(),
        unit_code: unit.clone(),
        outlives_case: rule.is_some_and(|rule| rule.outlives_case),
        county_calendar_version: version(row.county_calendar_version),
        due_words: deadline::words(local(row.due_at)),
        rolled_at: row.rolled_at.map(timestamp),
        paused_at: row.paused_at.map(timestamp),
    }
}

fn state(name: &str) -> ClockState {
    match name {
        "running" => ClockState::Running,
        "overdue" => ClockState::Overdue,
        "paused" => ClockState::Paused,
        "met" => ClockState::Met,
        "breached" => ClockState::Breached,
        "cancelled" => ClockState::Cancelled,
        "lapsed" => ClockState::Lapsed,
        _ => ClockState::Unspecified,
    }
}

fn kind(word: &str) -> SubjectKind {
    match word {
        "case" => SubjectKind::Case,
        "appeal" => SubjectKind::Appeal,
        "rectification" => SubjectKind::Rectification,
        "escalation" => SubjectKind::Escalation,
        "quarantine" => SubjectKind::Quarantine,
        "unit" => SubjectKind::Unit,
        _ => SubjectKind::Unspecified,
    }
}
