//! Who is told, who would be, and why a clock is due when it is, on paper.

use chassis::grpc::timestamp;
use chrono::{DateTime, FixedOffset, Utc};
use suda_proto::sla_watchdog::v1::{
    CertifyRequest, ClockFact, Foreseen, ListRungsRequest, ListToldRequest, RungView,
    SimulateRequest, foresight_service_client::ForesightServiceClient,
    sla_watchdog_service_client::SlaWatchdogServiceClient,
};

use super::show;
use crate::{
    output::{self, Form, due},
    session::{Session, answer},
    words::happened,
};

/// The headings of a table of messages.
const HEADINGS: [&str; 6] = ["时间", "编号", "时限", "级别", "岗位", "已告知"];

/// A message as people read it.
fn row(number: &str, clock: &str, rung: &RungView) -> Vec<String> {
    let to = if rung.to_post.is_empty() {
        rung.recipient.clone()
    } else {
        format!("{} ({})", rung.to_post, via(&rung.via))
    };
    vec![
        due(rung.deliver_at.as_ref()),
        number.to_owned(),
        clock.to_owned(),
        rung.rung_code.clone(),
        to,
        due(rung.sent_at.as_ref()),
    ]
}

/// How a message came to its post.
fn via(word: &str) -> &str {
    match word {
        "holder" => "任职人",
        "deputy" => "代理人",
        "head" => "负责人",
        "duty" => "值班岗",
        other => other,
    }
}

/// A fact as people read it, with what it did to the clock.
fn fact(fact: &ClockFact) -> Vec<String> {
    let name = fact.event.rsplit('.').next().unwrap_or_default();
    let effect = match fact.effect.as_str() {
        "starts" => "起算",
        "stops" => "停止",
        "cancels" => "取消",
        "resumes" => "继续",
        "restarts" => "重新起算",
        "extends" => "延期",
        "pauses" => "中止",
        "unpauses" => "恢复",
        other => other,
    };
    vec![
        due(fact.at.as_ref()),
        happened(name).to_owned(),
        effect.to_owned(),
    ]
}

fn line(line: &Foreseen) -> Vec<String> {
    let clock = line.clock.clone().unwrap_or_default();
    row(
        &clock.number,
        &clock.code,
        &line.rung.clone().unwrap_or_default(),
    )
}

pub(super) async fn rungs(case_id: String, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = SlaWatchdogServiceClient::new(session.peer("sla-watchdog").await?);
    let told = answer(client.list_rungs(ListRungsRequest { case_id }).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    let rows = told.rungs.iter().map(|planned| {
        let rung = planned.rung.clone().unwrap_or_default();
        row("", &planned.clock_code, &rung)
    });
    output::table(&HEADINGS, rows.collect());
    Ok(())
}

pub(super) async fn told(only_open: bool, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = SlaWatchdogServiceClient::new(session.peer("sla-watchdog").await?);
    let request = ListToldRequest {
        only_open,
        limit: 0,
    };
    let told = answer(client.list_told(request).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::table(&HEADINGS, told.messages.iter().map(line).collect());
    Ok(())
}

pub(super) async fn certificate(
    case_id: String,
    clock: &str,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut client = ForesightServiceClient::new(session.peer("sla-watchdog").await?);
    let request = CertifyRequest {
        case_id,
        clock_code: clock.to_owned(),
    };
    let certificate = answer(client.certify(request).await)?;
    if form == Form::Json {
        return output::message(&certificate);
    }
    let clock = certificate.clock.clone().unwrap_or_default();
    let explanation = certificate.explanation.clone().unwrap_or_default();
    output::text(&format!("时限说明书  {}  {}", clock.number, clock.code));
    show(&explanation, form)?;
    let pauses = explanation.ledger.unwrap_or_default().pauses;
    output::section(
        "暂停",
        &["理由", "自", "至", "不计入天数"],
        pauses
            .iter()
            .map(|pause| {
                vec![
                    pause.ground.clone(),
                    due(pause.from.as_ref()),
                    due(pause.until.as_ref()),
                    pause.days.to_string(),
                ]
            })
            .collect(),
    );
    output::section(
        "事实",
        &["时间", "事实", "作用"],
        certificate.facts.iter().map(fact).collect(),
    );
    output::section(
        "告知",
        &HEADINGS,
        certificate
            .rungs
            .iter()
            .map(|rung| row(&clock.number, &clock.code, rung))
            .collect(),
    );
    output::text(&format!(
        "制度:{} 第{}版;日历:第{}版;校验值:{}",
        clock.policy_code, clock.policy_version, clock.calendar_version, certificate.digest
    ));
    Ok(())
}

pub(super) async fn simulate(
    until: &DateTime<FixedOffset>,
    case_id: String,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut client = ForesightServiceClient::new(session.peer("sla-watchdog").await?);
    let request = SimulateRequest {
        until: Some(timestamp(until.with_timezone(&Utc))),
        case_id,
        limit: 0,
    };
    let seen = answer(client.simulate(request).await)?;
    if form == Form::Json {
        return output::message(&seen);
    }
    output::table(&HEADINGS, seen.messages.iter().map(line).collect());
    output::text(&format!(
        "如至 {} 无任何办理:将告知 {} 次,{} 个时限到期",
        until.format("%Y-%m-%d %H:%M"),
        seen.messages.len(),
        seen.breaches.len()
    ));
    let lost = seen.unreachable.iter().map(line).collect();
    output::section(
        "下列告知无人可达(至省联社均无人在岗),请补任岗位:",
        &HEADINGS,
        lost,
    );
    if seen.cut {
        output::text("结果过多,只显示一部分;请指定案件或较早的日期");
    }
    Ok(())
}
