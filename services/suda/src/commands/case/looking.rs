//! Cases, as they are looked at.

use suda_proto::{
    routing::v1::{
        CaseView, GetCaseRequest, GetCaseResponse, HistoryEntry, ListCasesRequest,
        ListCasesResponse, ListQueueRequest, ListQueueResponse, QueueItem, QueueKind,
        SuggestedUnit, Suggestion, routing_service_client::RoutingServiceClient,
    },
    sla_watchdog::v1::{
        ListClocksRequest, ListClocksResponse,
        sla_watchdog_service_client::SlaWatchdogServiceClient,
    },
};

use super::{
    super::{clock, escalation, notice, order, pages},
    List,
};
use crate::{
    given::{Instant, Named},
    output::{self, Form, time},
    session::{Session, answer},
    words::{happened, said},
};

pub(super) async fn list(what: List, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    let asked = ListCasesRequest {
        union_code: what.union,
        unit_code: what.unit,
        states: what.status.into_iter().map(i32::from).collect(),
        received_from: what.from.map(Instant::stamp),
        received_until: what.until.map(Instant::stamp),
        open_only: what.open,
        ..ListCasesRequest::default()
    };
    let cases = pages::all(what.limit, async |page| {
        let asked = ListCasesRequest {
            page: Some(page),
            ..asked.clone()
        };
        let part = answer(routing.list_cases(asked).await)?;
        Ok((part.cases, part.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListCasesResponse {
            cases,
            next_token: String::new(),
        });
    }
    output::table(
        &[
            "编号",
            "状态",
            "登记单位",
            "主办单位",
            "渠道",
            "性质",
            "收到时间",
            "投诉人",
        ],
        cases.iter().map(row).collect(),
    );
    Ok(())
}

fn row(case: &CaseView) -> Vec<String> {
    let major = if case.major { " 重大" } else { "" };
    vec![
        case.number.clone(),
        format!("{}{major}", said(case.state().as_str_name())),
        case.unit_code.clone(),
        case.lead_unit_code.clone(),
        said(case.channel().as_str_name()),
        said(case.nature().as_str_name()),
        time(case.received_at.as_ref()),
        case.masked_name.clone(),
    ]
}

pub(super) async fn queue(
    kind: QueueKind,
    limit: usize,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut routing = RoutingServiceClient::new(session.peer("routing").await?);
    let mut counts = Vec::new();
    let items = pages::all(limit, async |page| {
        let asked = ListQueueRequest {
            kind: kind.into(),
            page: Some(page),
        };
        let part = answer(routing.list_queue(asked).await)?;
        counts = part.counts;
        Ok((part.items, part.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListQueueResponse {
            items,
            next_token: String::new(),
            counts,
        });
    }
    let counts = counts
        .iter()
        .map(|count| vec![said(count.kind().as_str_name()), count.count.to_string()]);
    output::table(&["待办", "件数"], counts.collect());
    output::section(
        "",
        &["待办", "编号", "状态", "登记单位", "等待自", "事项"],
        items.iter().map(waiting).collect(),
    );
    Ok(())
}

fn waiting(item: &QueueItem) -> Vec<String> {
    let case = item.case.clone().unwrap_or_default();
    let matter = item.escalation.as_ref().map_or_else(
        || item.extension_id.clone(),
        |escalation| format!("{} {}", escalation.clock_code, escalation.escalation_id),
    );
    vec![
        said(item.kind().as_str_name()),
        case.number.clone(),
        said(case.state().as_str_name()),
        case.unit_code,
        time(item.waiting_since.as_ref()),
        matter,
    ]
}

pub(super) async fn show(named: &Named, session: &Session, form: Form) -> anyhow::Result<()> {
    let signed_in = session.sign_in().await?;
    let mut routing = RoutingServiceClient::new(signed_in.peer("routing")?);
    let (case_id, number) = named.id_and_number();
    let told = answer(routing.get_case(GetCaseRequest { case_id, number }).await)?;
    let case = told.case.clone().unwrap_or_default();
    let mut watchdog = SlaWatchdogServiceClient::new(signed_in.peer("sla-watchdog")?);
    let asked = ListClocksRequest {
        case_id: case.case_id.clone(),
        with_related: true,
        ..ListClocksRequest::default()
    };
    let clocks = answer(watchdog.list_clocks(asked).await).unwrap_or_else(|error| {
        output::note(&format!("时限暂时不能显示:{error}"));
        ListClocksResponse::default()
    });
    if form == Form::Json {
        let mut told = output::as_json(&told)?;
        told["clocks"] = output::as_json(&clocks)?["clocks"].take();
        return output::json(&told);
    }
    output::facts(&facts(&case));
    output::section(
        "时限",
        &clock::HEADINGS,
        clocks.clocks.iter().map(clock::row).collect(),
    );
    sections(&told);
    Ok(())
}

fn facts(case: &CaseView) -> Vec<(&'static str, String)> {
    let state = format!(
        "{}(第 {} 版)",
        said(case.state().as_str_name()),
        case.revision
    );
    let handler = format!("{} {}", case.handler_post, case.handler_person_id);
    vec![
        ("编号", case.number.clone()),
        ("案件", case.case_id.clone()),
        ("状态", state),
        ("结果", said(case.outcome().as_str_name())),
        ("重大", if case.major { "是" } else { "" }.to_owned()),
        ("联社", case.union_code.clone()),
        ("登记单位", case.unit_code.clone()),
        ("渠道", said(case.channel().as_str_name())),
        ("性质", said(case.nature().as_str_name())),
        ("投诉人", case.masked_name.clone()),
        ("被投诉单位", case.complained_unit_code.clone()),
        ("业务类别", case.business_code.clone()),
        ("原因类别", case.cause_code.clone()),
        ("办理渠道", case.handled_via_code.clone()),
        ("收到时间", time(case.received_at.as_ref())),
        ("登记时间", time(case.registered_at.as_ref())),
        ("移送受理部门", time(case.filed_at.as_ref())),
        ("督办时间", time(case.ordered_at.as_ref())),
        ("主办单位", case.lead_unit_code.clone()),
        ("协办单位", case.co_unit_codes.join("、")),
        ("承办人", handler.trim().to_owned()),
        ("来文编号", superior(case)),
        ("来文时限", output::due(case.superior_due_at.as_ref())),
        ("书面报告上级", time(case.superior_reported_at.as_ref())),
        ("越级", said(case.skipped_level().as_str_name())),
        ("移交", handed_over(case)),
        ("移交签收", time(case.transfer_receipted_at.as_ref())),
        ("待裁定退单", case.bouncing_unit_code.clone()),
        ("时限中止", resting(case)),
        ("回访", said(case.satisfaction().as_str_name())),
        ("告知处理决定", time(case.decision_notified_at.as_ref())),
        ("办结时间", time(case.closed_at.as_ref())),
    ]
}

/// Who passed it on, under which number.
fn superior(case: &CaseView) -> String {
    format!(
        "{} {}",
        said(case.superior_kind().as_str_name()),
        case.superior_number
    )
    .trim()
    .to_owned()
}

/// To whom it was handed, and as what.
fn handed_over(case: &CaseView) -> String {
    format!(
        "{} {}",
        said(case.transfer_matter().as_str_name()),
        case.transferred_to_unit_code
    )
    .trim()
    .to_owned()
}

/// On which ground its limit rests, and since when; nothing while it runs.
fn resting(case: &CaseView) -> String {
    match &case.paused_at {
        Some(since) => format!(
            "{},自 {}",
            said(case.pause_ground().as_str_name()),
            time(Some(since))
        ),
        None => String::new(),
    }
}

/// Who should handle it by the routing table.
fn suggested(suggestion: &Suggestion) {
    let unit = |unit: &SuggestedUnit| {
        if unit.unit_code.is_empty() {
            format!("{}(本机构未设,请受理部门指定)", unit.wanted_name)
        } else {
            format!("{} {}", unit.unit_code, unit.unit_name)
        }
    };
    let helpers: Vec<String> = suggestion.helpers.iter().map(unit).collect();
    output::section(
        "归口建议",
        &["归口", "事项", "依据", "建议主办", "建议协办"],
        vec![vec![
            suggestion.row_code.clone(),
            suggestion.row_name.clone(),
            suggestion.source.clone(),
            suggestion.lead.as_ref().map(unit).unwrap_or_default(),
            helpers.join("、"),
        ]],
    );
}

/// Everything behind the facts, each under its heading.
fn sections(told: &GetCaseResponse) {
    if let Some(suggestion) = &told.suggestion {
        suggested(suggestion);
    }
    if let Some(order) = &told.order {
        order::show(order);
    }
    let approvals = told.approvals.iter().map(|approval| {
        vec![
            words_of(&approval.matter),
            approval.asked_by_post.clone(),
            time(approval.asked_at.as_ref()),
            words_of(&approval.decision),
            approval.decided_by_post.clone(),
            time(approval.decided_at.as_ref()),
            approval.remark.clone(),
        ]
    });
    output::section(
        "审批",
        &[
            "事项",
            "申请岗位",
            "申请时间",
            "决定",
            "审批岗位",
            "审批时间",
            "备注",
        ],
        approvals.collect(),
    );
    let extensions = told.extensions.iter().map(|extension| {
        vec![
            extension.extension_id.clone(),
            format!("{} 第 {} 次", extension.clock_code, extension.stage),
            output::due(extension.until.as_ref()),
            words_of(&extension.state),
            extension.ground.clone(),
        ]
    });
    output::section(
        "延期",
        &["编号", "时限", "延至", "状态", "理由"],
        extensions.collect(),
    );
    if let Some(answer) = &told.answer {
        output::text("\n答复");
        output::facts(&[
            ("核实的事实", answer.facts.clone()),
            ("依据和理由", answer.basis.clone()),
            ("处理结论", answer.conclusion.clone()),
            ("救济途径", answer.remedies.clone()),
        ]);
    }
    let notices = told.notices.iter().map(notice::row).collect();
    output::section("通知", &notice::HEADINGS, notices);
    let items = told.escalations.iter().map(escalation::row).collect();
    output::section("升级事项", &escalation::HEADINGS, items);
    let history = told.history.iter().map(entry).collect();
    output::section("经过", &["时间", "事项", "岗位", "办理人", "内容"], history);
    if !told.open_to_caller.is_empty() {
        output::text(&format!("\n您现在可以:{}", told.open_to_caller.join("、")));
    }
}

fn entry(entry: &HistoryEntry) -> Vec<String> {
    let texts = entry.texts.iter().filter(|text| !text.text.is_empty());
    let texts: Vec<_> = texts
        .map(|text| format!("{}:{}", text.name, text.text))
        .collect();
    let post = if entry.actor_post_name.is_empty() {
        &entry.actor_post
    } else {
        &entry.actor_post_name
    };
    vec![
        time(entry.occurred_at.as_ref()),
        happened(&entry.event).to_owned(),
        post.clone(),
        entry.actor_name.clone(),
        texts.join("\n"),
    ]
}

/// A word of an approval or an extension in Chinese.
fn words_of(word: &str) -> String {
    match word {
        "decline" => "不予受理",
        "extension" => "延期",
        "pending" | "requested" => "待审批",
        "approved" | "granted" => "同意",
        "refused" => "不同意",
        other => other,
    }
    .to_owned()
}
