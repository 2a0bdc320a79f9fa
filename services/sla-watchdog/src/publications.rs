//! Facts out: a clock and its ladder, as the contracts show them.

use std::sync::Arc;

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use suda_proto::sla_watchdog::v1::{
    ClockArmed, ClockBreached, ClockCancelled, ClockMet, ClockMoved, ClockState, ClockView,
    Escalated, RungView, WarningDue, WatchdogBeat,
};

use crate::{
    actions::Law,
    desk::Desk,
    parse::local,
    store::{ClockRow, MatterRow, Pulse, RungRow},
};

/// What telling needs.
pub(crate) struct Telling<'a> {
    pub(crate) tx: &'a Tx,
    pub(crate) desk: &'a Arc<Desk>,
    pub(crate) law: &'a Law,
    pub(crate) matter: &'a MatterRow,
    pub(crate) now: DateTime<Utc>,
}

impl Telling<'_> {
    async fn tell<M: prost::Message + prost::Name>(
        &self,
        at: DateTime<Utc>,
        fact: &M,
    ) -> Result<(), DbErr> {
        let key = self.matter.complaint_id.to_string();
        let told = Told {
            id: self.desk.ids.new_id(),
            union: &self.matter.union_code,
            key: &key,
            occurred_at: at,
            actor: "sla-watchdog",
        };
        outbox::tell(self.tx, &told, fact).await
    }

    fn view(&self, row: &ClockRow) -> ClockView {
        view(row, self.matter, self.law, self.now)
    }
}

pub(crate) async fn armed(telling: &Telling<'_>, row: &ClockRow) -> Result<(), DbErr> {
    let fact = ClockArmed {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(telling.now)),
    };
    telling.tell(telling.now, &fact).await
}

pub(crate) async fn met(telling: &Telling<'_>, row: &ClockRow) -> Result<(), DbErr> {
    let at = row.stopped_at.unwrap_or(telling.now);
    let fact = ClockMet {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(at)),
    };
    telling.tell(at, &fact).await
}

pub(crate) async fn breached(telling: &Telling<'_>, row: &ClockRow) -> Result<(), DbErr> {
    let fact = ClockBreached {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(row.due_at)),
    };
    telling.tell(row.due_at, &fact).await
}

pub(crate) async fn cancelled(telling: &Telling<'_>, row: &ClockRow) -> Result<(), DbErr> {
    let at = row.stopped_at.unwrap_or(telling.now);
    let fact = ClockCancelled {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(at)),
    };
    telling.tell(at, &fact).await
}

pub(crate) async fn moved(
    telling: &Telling<'_>,
    row: &ClockRow,
    was_due_at: DateTime<Utc>,
    reason: &str,
) -> Result<(), DbErr> {
    let fact = ClockMoved {
        clock: Some(telling.view(row)),
        occurred_at: Some(timestamp(telling.now)),
        was_due_at: Some(timestamp(was_due_at)),
        reason: reason.to_owned(),
    };
    telling.tell(telling.now, &fact).await
}

pub(crate) async fn rung(
    telling: &Telling<'_>,
    clock: &ClockRow,
    rung: &RungRow,
    late: bool,
) -> Result<(), DbErr> {
    let clock = Some(telling.view(clock));
    let occurred_at = Some(timestamp(telling.now));
    let view = Some(RungView {
        late,
        ..rung_view(rung)
    });
    if rung.escalation {
        telling
            .tell(
                telling.now,
                &Escalated {
                    clock,
                    occurred_at,
                    rung: view,
                },
            )
            .await
    } else {
        telling
            .tell(
                telling.now,
                &WarningDue {
                    clock,
                    occurred_at,
                    rung: view,
                },
            )
            .await
    }
}

/// The watchdog watches all unions alike.
const EVERY_UNION: &str = "all";

pub(crate) async fn beat(
    tx: &Tx,
    desk: &Desk,
    pulse: &Pulse,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let waits = pulse.oldest.map_or(0, |at| (now - at).num_seconds());
    let fact = WatchdogBeat {
        examined: u64::try_from(pulse.due).unwrap_or(0),
        open_clocks: u64::try_from(pulse.open).unwrap_or(0),
        oldest_unfired_seconds: u64::try_from(waits).unwrap_or(0),
        occurred_at: Some(timestamp(now)),
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
    }
}

/// A clock. Which one binds is known only beside the others of its case.
pub(crate) fn view(row: &ClockRow, matter: &MatterRow, law: &Law, now: DateTime<Utc>) -> ClockView {
    let rule = law
        .rule(&row.policy_code, row.policy_version, &row.code)
        .map(|(_, rule)| rule);
    let stage = usize::try_from(row.extensions).unwrap_or(0);
    let limit = rule.map(|rule| {
        let extended = stage
            .checked_sub(1)
            .and_then(|stage| rule.extensions.get(stage));
        extended.unwrap_or(&rule.limit).words()
    });
    let left = law
        .calendar
        .count(local(now).date_naive(), local(row.due_at).date_naive());
    ClockView {
        clock_id: row.clock_id.to_string(),
        code: row.code.clone(),
        name: rule.map(|rule| rule.name.clone()).unwrap_or_default(),
        article: rule.map(|rule| rule.article.clone()).unwrap_or_default(),
        policy_code: row.policy_code.clone(),
        policy_version: u64::try_from(row.policy_version).unwrap_or(0),
        calendar_version: u64::try_from(row.calendar_version).unwrap_or(0),
        case_id: matter.case_id.unwrap_or(matter.complaint_id).to_string(),
        number: matter.number.clone(),
        union_code: matter.union_code.clone(),
        started_at: Some(timestamp(row.started_at)),
        due_at: Some(timestamp(row.due_at)),
        alarm_at: Some(timestamp(row.due_at)),
        due_version: u64::try_from(row.due_version).unwrap_or(0),
        state: state(&row.state).into(),
        stopped_at: row.stopped_at.map(timestamp),
        stopped_by: row.stopped_by.clone().unwrap_or_default(),
        provisional: row.provisional,
        limit: limit.unwrap_or_default(),
        working_days_left: left.unwrap_or(0),
        binding: false,
        extensions: u32::try_from(row.extensions).unwrap_or(0),
    }
}

fn state(name: &str) -> ClockState {
    match name {
        "running" => ClockState::Running,
        "overdue" => ClockState::Overdue,
        "met" => ClockState::Met,
        "breached" => ClockState::Breached,
        "cancelled" => ClockState::Cancelled,
        _ => ClockState::Unspecified,
    }
}
