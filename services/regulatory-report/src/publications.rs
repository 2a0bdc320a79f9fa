//! What regulatory-report tells: figures that left the system, and what happens to reports.

use chassis::{
    db::Tx,
    grpc::timestamp,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use suda_proto::regulatory_report::v1::{
    FiguresExported, ReportDelivered, ReportDrafted, ReportExpected, ReportHandedIn,
    ReportRecipient, ReportReturned, ReportReviewed, ReportSigned, ReportState, ReportSubmitted,
    ReportView,
};

use crate::{
    actions::Counted,
    desk::Desk,
    domain::report::{Event, Recipient, State},
    store::reports::Kept,
    wire::term,
};

/// Tells that figures were exported.
pub async fn exported(
    tx: &Tx,
    desk: &Desk,
    counted: &Counted,
    digest: &str,
    post: &str,
) -> Result<(), DbErr> {
    let now = desk.clock.now();
    let fact = FiguresExported {
        unit_code: counted.unit.clone(),
        occurred_at: Some(timestamp(now)),
        year: counted.period.year,
        term: term(counted.period.term).into(),
        cut_off_at: Some(timestamp(counted.cut_off)),
        digest: digest.to_owned(),
        actor_post: post.to_owned(),
    };
    let told = Told {
        id: desk.ids.new_id(),
        union: &counted.unit,
        key: &counted.unit,
        occurred_at: now,
        actor: post,
    };
    outbox::tell(tx, &told, &fact).await
}

/// Who did something, when.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The post; empty when the system did.
    pub post: &'a str,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// The name of what happened.
#[must_use]
pub fn name(event: Event) -> &'static str {
    match event {
        Event::Expected => "ReportExpected",
        Event::Drafted => "ReportDrafted",
        Event::Written => "SectionWritten",
        Event::HandedIn => "ReportHandedIn",
        Event::Returned => "ReportReturned",
        Event::Reviewed => "ReportReviewed",
        Event::Signed => "ReportSigned",
        Event::Delivered(_) => "ReportDelivered",
        Event::Submitted(_) => "ReportSubmitted",
    }
}

/// A report as others may see it.
#[must_use]
pub fn view(kept: &Kept) -> ReportView {
    let report = &kept.report;
    let state = match report.state {
        State::Expected => ReportState::Expected,
        State::Drafted => ReportState::Drafted,
        State::HandedIn => ReportState::HandedIn,
        State::Reviewed => ReportState::Reviewed,
        State::Signed => ReportState::Signed,
        State::Submitted => ReportState::Submitted,
    };
    ReportView {
        report_id: report.id.to_string(),
        unit_code: report.unit.clone(),
        year: kept.period.year,
        term: term(kept.period.term).into(),
        addendum: report.addendum,
        state: state.into(),
        revision: report.revision,
        nil: report.nil,
        due_at: Some(timestamp(kept.period.due_at())),
        cut_off_at: report.cut_off_at.map(timestamp),
        snapshot_digest: report.snapshot.clone(),
        signed_at: report.signed_at.map(timestamp),
        submitted_at: report.submitted_at().map(timestamp),
    }
}

/// The recipient as it stands in messages.
#[must_use]
pub fn recipient(recipient: Recipient) -> ReportRecipient {
    match recipient {
        Recipient::Regulator => ReportRecipient::Regulator,
        Recipient::Association => ReportRecipient::Association,
        Recipient::Compliance => ReportRecipient::Compliance,
    }
}

/// Tells what happened to a report. What is written into a draft is nobody else's business.
pub async fn report(
    tx: &Tx,
    desk: &Desk,
    kept: &Kept,
    event: Event,
    telling: &Telling<'_>,
) -> Result<(), DbErr> {
    let key = kept.report.id.to_string();
    let told = || Told {
        id: desk.ids.new_id(),
        union: &kept.report.unit,
        key: &key,
        occurred_at: telling.occurred_at,
        actor: telling.post,
    };
    macro_rules! tell {
        ($fact:ident) => {
            outbox::tell(
                tx,
                &told(),
                &$fact {
                    report: Some(view(kept)),
                    occurred_at: Some(timestamp(telling.occurred_at)),
                    actor_post: telling.post.to_owned(),
                },
            )
            .await
        };
    }
    let delivered = |to: Recipient| ReportDelivered {
        report: Some(view(kept)),
        occurred_at: Some(timestamp(telling.occurred_at)),
        actor_post: telling.post.to_owned(),
        recipient: recipient(to).into(),
        delivered_at: kept.report.receipts.get(&to).copied().map(timestamp),
    };
    match event {
        Event::Expected => tell!(ReportExpected),
        Event::Drafted => tell!(ReportDrafted),
        Event::Written => Ok(()),
        Event::HandedIn => tell!(ReportHandedIn),
        Event::Returned => tell!(ReportReturned),
        Event::Reviewed => tell!(ReportReviewed),
        Event::Signed => tell!(ReportSigned),
        Event::Delivered(to) => outbox::tell(tx, &told(), &delivered(to)).await,
        Event::Submitted(to) => {
            outbox::tell(tx, &told(), &delivered(to)).await?;
            let had = kept.report.submitted_at().unwrap_or(telling.occurred_at);
            let fact = ReportSubmitted {
                report: Some(view(kept)),
                occurred_at: Some(timestamp(had)),
                actor_post: telling.post.to_owned(),
            };
            outbox::tell(tx, &told(), &fact).await
        }
    }
}
