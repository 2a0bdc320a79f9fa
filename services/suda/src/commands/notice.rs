//! `suda notice`: letters to complainants and alarms to posts, with their proof (令2020年第3号 art. 21).

use suda_proto::routing::v1::{
    GetNoticeRequest, ListNoticesRequest, ListNoticesResponse, Notice, NoticeState,
    RecordNoticeDeliveryRequest, routing_service_client::RoutingServiceClient,
};
use uuid::Uuid;

use super::{case::answering::Delivery, moving, pages};
use crate::{
    given::{Named, Request},
    output::{self, Form, time},
    session::{Session, answer, done},
    words::{self, said},
};

/// The headings of a table of notices.
pub(super) const HEADINGS: [&str; 7] = [
    "通知",
    "种类",
    "编号",
    "送往",
    "状态",
    "申请时间",
    "告知时间",
];

#[derive(Debug, clap::Subcommand)]
pub(super) enum Noticing {
    /// Lists them, newest first.
    List {
        /// Only of this case.
        #[arg(long)]
        case: Option<Named>,
        /// Only to this post.
        #[arg(long, default_value = "")]
        post: String,
        /// Only those that stand so.
        #[arg(long, value_parser = words::parser("NOTICE_STATE_", NoticeState::from_str_name))]
        status: Option<NoticeState>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Shows a notice with its exact text.
    Show {
        /// The notice's id.
        notice: Uuid,
    },
    /// Records the proof of a notice that a person delivered.
    Delivered {
        /// The notice's id.
        notice: Uuid,
        /// Record that the attempt failed.
        #[arg(long)]
        failed: bool,
        #[command(flatten)]
        delivery: Delivery,
        #[command(flatten)]
        request: Request,
    },
}

pub(super) async fn run(what: Noticing, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    match what {
        Noticing::List {
            case,
            post,
            status,
            limit,
        } => {
            let case_id = match &case {
                Some(named) => moving::find(&mut routing, named).await?.case_id,
                None => String::new(),
            };
            let asked = ListNoticesRequest {
                page: None,
                case_id,
                to_post: post,
                state: status.unwrap_or_default().into(),
            };
            list(&mut routing, asked, limit, form).await
        }
        Noticing::Show { notice } => {
            let notice_id = notice.to_string();
            let told = answer(routing.get_notice(GetNoticeRequest { notice_id }).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            show(&told.notice.unwrap_or_default(), &told.post_email);
            Ok(())
        }
        Noticing::Delivered {
            notice,
            failed,
            delivery,
            request,
        } => {
            let request_id = request.id();
            let asked = RecordNoticeDeliveryRequest {
                request_id: request_id.clone(),
                notice_id: notice.to_string(),
                delivery: Some(delivery.message(session).await?),
                delivered: !failed,
            };
            let told = routing.record_notice_delivery(asked).await;
            let told = done(told, &format!("--request-id {request_id}"))?;
            if form == Form::Json {
                return output::message(&told);
            }
            show(&told.notice.unwrap_or_default(), "");
            Ok(())
        }
    }
}

async fn list(
    routing: &mut moving::Routing,
    asked: ListNoticesRequest,
    limit: usize,
    form: Form,
) -> anyhow::Result<()> {
    let notices = pages::all(limit, async |page| {
        let asked = ListNoticesRequest {
            page: Some(page),
            ..asked.clone()
        };
        let part = answer(routing.list_notices(asked).await)?;
        Ok((part.notices, part.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListNoticesResponse {
            notices,
            next_token: String::new(),
        });
    }
    output::table(&HEADINGS, notices.iter().map(row).collect());
    Ok(())
}

/// A notice as people read it.
pub(super) fn row(notice: &Notice) -> Vec<String> {
    let view = notice.view.clone().unwrap_or_default();
    vec![
        view.notice_id.clone(),
        said(view.kind().as_str_name()),
        view.number.clone(),
        addressee(notice),
        said(view.state().as_str_name()),
        time(notice.requested_at.as_ref()),
        time(notice.sent_at.as_ref()),
    ]
}

/// Whom it goes to, and how.
fn addressee(notice: &Notice) -> String {
    let view = notice.view.clone().unwrap_or_default();
    let whom = if view.to_post.is_empty() {
        "投诉人"
    } else {
        &view.to_post
    };
    let how = match notice.manner().as_str_name() {
        "MANNER_UNSPECIFIED" => said(view.channel().as_str_name()),
        known => said(known),
    };
    let by_hand = if notice.by_hand { "(由人送达)" } else { "" };
    format!("{whom} {how}{by_hand}")
}

fn show(notice: &Notice, email: &str) {
    let view = notice.view.clone().unwrap_or_default();
    let proof = notice.proof.clone().unwrap_or_default();
    output::facts(&[
        ("通知", view.notice_id.clone()),
        ("种类", said(view.kind().as_str_name())),
        ("编号", view.number.clone()),
        ("送往", addressee(notice)),
        ("邮箱", email.to_owned()),
        ("状态", said(view.state().as_str_name())),
        ("告知时间", time(notice.sent_at.as_ref())),
        ("送达情况", notice.result.clone()),
        (
            "证明材料",
            format!("{} {}", proof.file_name, proof.digest)
                .trim()
                .to_owned(),
        ),
        ("标题", notice.subject.clone()),
        ("正文", notice.text.clone()),
    ]);
}
