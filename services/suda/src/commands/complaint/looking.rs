//! Complaints, as they are looked at.

use std::path::Path;

use anyhow::Context;
use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::intake::v1::{
    Complainant, ComplaintRecord, ComplaintView, GetBlobRequest, GetRequest, GetResponse,
    ListRequest, ListResponse, MaskedIdentity, ProgressRequest, RevealRequest,
    intake_service_client::IntakeServiceClient,
};

use super::{super::pages, Intake};
use crate::{
    given::{Instant, Named},
    output::{self, Form, due, time},
    session::{Session, answer, gathered},
    words::said,
};

#[derive(Debug, Default, clap::Args)]
pub(in super::super) struct List {
    /// Only this union's.
    #[arg(long, default_value = "")]
    union: String,
    /// Only those registered at or after this.
    #[arg(long)]
    from: Option<Instant>,
    /// Only those registered before this.
    #[arg(long)]
    until: Option<Instant>,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// The id of a complaint.
pub(super) async fn find(intake: &mut Intake, named: &Named) -> anyhow::Result<String> {
    if let Named::Id(id) = named {
        return Ok(id.clone());
    }
    let view = get(intake, named)
        .await?
        .record
        .unwrap_or_default()
        .complaint;
    Ok(view.unwrap_or_default().complaint_id)
}

async fn get(intake: &mut Intake, named: &Named) -> anyhow::Result<GetResponse> {
    let (complaint_id, number) = named.id_and_number();
    let asked = GetRequest {
        complaint_id,
        number,
    };
    answer(intake.get(asked).await)
}

/// A complaint in one line.
pub(super) fn line(view: &ComplaintView) -> String {
    let withdrawn = if view.withdrawn_at.is_some() {
        " 已撤回"
    } else {
        ""
    };
    format!("{}(第 {} 版){withdrawn}", view.number, view.revision)
}

pub(super) async fn progress(
    number: String,
    query_code: String,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let asked = ProgressRequest { number, query_code };
    let told = answer(intake.progress(asked).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::text(&told.sentence);
    Ok(())
}

pub(super) async fn list(what: List, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let asked = ListRequest {
        union_code: what.union,
        registered_from: what.from.map(Instant::stamp),
        registered_until: what.until.map(Instant::stamp),
        page: None,
    };
    let complaints = pages::all(what.limit, async |page| {
        let asked = ListRequest {
            page: Some(page),
            ..asked.clone()
        };
        let part = answer(intake.list(asked).await)?;
        Ok((part.complaints, part.next_token))
    })
    .await?;
    if form == Form::Json {
        return output::message(&ListResponse {
            complaints,
            next_token: String::new(),
        });
    }
    output::table(
        &[
            "编号",
            "登记单位",
            "渠道",
            "性质",
            "收到时间",
            "登记时间",
            "投诉人",
            "",
        ],
        complaints.iter().map(row).collect(),
    );
    Ok(())
}

fn row(view: &ComplaintView) -> Vec<String> {
    let marks = [
        (view.major, "重大"),
        (view.settled_on_the_spot, "当场解决"),
        (view.withdrawn_at.is_some(), "已撤回"),
    ];
    let marks: Vec<_> = marks
        .into_iter()
        .filter_map(|(is, mark)| is.then_some(mark))
        .collect();
    vec![
        view.number.clone(),
        view.unit_code.clone(),
        said(view.channel().as_str_name()),
        said(view.nature().as_str_name()),
        time(view.received_at.as_ref()),
        time(view.registered_at.as_ref()),
        view.masked_name.clone(),
        marks.join(" "),
    ]
}

pub(super) async fn show(named: &Named, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let told = get(&mut intake, named).await?;
    if form == Form::Json {
        return output::message(&told);
    }
    let record = told.record.unwrap_or_default();
    let view = record.complaint.clone().unwrap_or_default();
    let mut facts = registration(&view);
    facts.extend(identity(&told.complainant.unwrap_or_default()));
    facts.extend(matter(&view, &record));
    output::facts(&facts);
    let evidence = record.evidence.iter().map(|one| {
        let blob = one.blob.clone().unwrap_or_default();
        vec![
            said(one.kind().as_str_name()),
            one.description.clone(),
            blob.media_type,
            blob.size_bytes.to_string(),
            time(one.added_at.as_ref()),
            blob.digest,
        ]
    });
    output::section(
        "证据材料",
        &["种类", "说明", "类型", "字节", "收到时间", "摘要"],
        evidence.collect(),
    );
    let materials = record.materials.iter().map(|one| {
        vec![
            said(one.channel().as_str_name()),
            time(one.received_at.as_ref()),
            if one.new_facts { "是" } else { "" }.to_owned(),
            one.content.clone(),
        ]
    });
    output::section(
        "补充材料",
        &["渠道", "收到时间", "新事实", "内容"],
        materials.collect(),
    );
    let candidates = told.candidates.iter().map(|one| {
        let view = one.complaint.clone().unwrap_or_default();
        let yes = |is: bool| if is { "是" } else { "" }.to_owned();
        vec![
            view.number,
            time(view.received_at.as_ref()),
            yes(one.same_unit),
            yes(one.same_business),
            format!("{}%", one.text_percent),
        ]
    });
    output::section(
        "可能重复的投诉(由经办判断)",
        &["编号", "收到时间", "同一单位", "同一业务", "文字相同"],
        candidates.collect(),
    );
    Ok(())
}

fn registration(view: &ComplaintView) -> Vec<(&'static str, String)> {
    vec![
        ("编号", view.number.clone()),
        ("投诉", view.complaint_id.clone()),
        ("版次", view.revision.to_string()),
        ("登记单位", view.unit_code.clone()),
        ("登记岗位", view.received_by_post.clone()),
        ("渠道", said(view.channel().as_str_name())),
        ("性质", said(view.nature().as_str_name())),
        ("收到时间", time(view.received_at.as_ref())),
        ("登记时间", time(view.registered_at.as_ref())),
        ("撤回时间", time(view.withdrawn_at.as_ref())),
        ("来文号", view.referral_number.clone()),
        ("来文时限", due(view.referral_due_at.as_ref())),
        ("重大", if view.major { "是" } else { "" }.to_owned()),
    ]
}

fn identity(masked: &MaskedIdentity) -> Vec<(&'static str, String)> {
    let has = |has: bool| if has { "有" } else { "" }.to_owned();
    vec![
        ("投诉人", masked.name.clone()),
        ("身份", said(masked.capacity().as_str_name())),
        ("被代理人", masked.principal_name.clone()),
        ("代表人", masked.representatives.join("、")),
        ("电话", masked.phone.clone()),
        ("电子邮箱", masked.email.clone()),
        ("证件", said(masked.id_type().as_str_name())),
        ("证件号码", masked.id_number.clone()),
        ("通信地址", has(masked.has_address)),
        ("微信", has(masked.has_openid)),
    ]
}

fn matter(view: &ComplaintView, record: &ComplaintRecord) -> Vec<(&'static str, String)> {
    let said_then = record.narrative.clone().unwrap_or_default();
    let persons = if view.persons > 1 {
        view.persons.to_string()
    } else {
        String::new()
    };
    let erased = if record.erased {
        "投诉人资料和内容已依法删除"
    } else {
        ""
    };
    vec![
        ("人数", persons),
        ("答复渠道", said(view.reply_channel().as_str_name())),
        ("被投诉单位", view.complained_unit_code.clone()),
        ("被投诉人", view.complained_person_id.clone()),
        ("被投诉人(描述)", said_then.complained_staff),
        ("业务类别", view.business_code.clone()),
        ("原因类别", view.cause_code.clone()),
        ("办理渠道", view.handled_via_code.clone()),
        ("发生时间", said_then.occurred_when),
        ("发生地点", said_then.occurred_where),
        ("金额", money(record.amount_fen, &record.currency)),
        ("投诉内容", said_then.content),
        ("诉求", said_then.demand),
        ("当场解决", said_then.settlement),
        ("逾日登记原因", record.late_reason.clone()),
        ("原件摘要", record.raw_digest.clone()),
        ("删除", erased.to_owned()),
    ]
}

fn money(fen: i64, currency: &str) -> String {
    if fen == 0 {
        return String::new();
    }
    format!("{}.{:02} {currency}", fen / 100, fen % 100)
}

pub(super) async fn reveal(
    named: &Named,
    reason: String,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?);
    let complaint_id = find(&mut intake, named).await?;
    let asked = RevealRequest {
        complaint_id,
        reason,
    };
    let told = answer(intake.reveal(asked).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    output::facts(&revealed(&told.complainant.unwrap_or_default()));
    let speakers = told
        .representatives
        .iter()
        .map(|one| vec![one.name.clone(), one.phone.clone()]);
    output::section("代表人", &["姓名", "电话"], speakers.collect());
    output::text(&format!("已留痕:{}", told.reveal_id));
    Ok(())
}

fn revealed(who: &Complainant) -> Vec<(&'static str, String)> {
    vec![
        ("姓名", who.name.clone()),
        ("匿名", if who.anonymous { "是" } else { "" }.to_owned()),
        ("身份", said(who.capacity().as_str_name())),
        ("被代理人", who.principal_name.clone()),
        ("电话", who.phone.clone()),
        ("通信地址", who.address.clone()),
        ("电子邮箱", who.email.clone()),
        ("微信", who.openid.clone()),
        ("证件", said(who.id_type().as_str_name())),
        ("证件号码", who.id_number.clone()),
    ]
}

pub(super) async fn file(
    named: &Named,
    digest: String,
    to: &Path,
    session: &Session,
) -> anyhow::Result<()> {
    let mut intake = IntakeServiceClient::new(session.peer("intake").await?)
        .max_decoding_message_size(LARGEST_MESSAGE);
    let asked = GetBlobRequest {
        complaint_id: find(&mut intake, named).await?,
        digest,
        ..GetBlobRequest::default()
    };
    let bytes = bytes(&mut intake, asked).await?;
    keep(to, &bytes)
}

/// The bytes of a file.
pub(super) async fn bytes(intake: &mut Intake, asked: GetBlobRequest) -> anyhow::Result<Vec<u8>> {
    let parts = answer(intake.get_blob(asked).await)?;
    gathered(parts, |part| part.data).await
}

/// Writes a file where the caller wants it.
pub(super) fn keep(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(to, bytes).with_context(|| format!("无法写入 {}", to.display()))?;
    output::text(&format!("{}: {} 字节", to.display(), bytes.len()));
    Ok(())
}
