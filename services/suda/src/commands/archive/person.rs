//! A person's complaints, found and erased, and who looked: intake's vault and the archive together.

use archive::record::words;
use suda_proto::{
    archive::v1::{
        self as kept, ListFilesRequest, access_log_service_client::AccessLogServiceClient,
        archive_service_client::ArchiveServiceClient,
    },
    intake::v1::{
        self as taken, EraseIdentityRequest, ErasureGround, FindByIdentityRequest, GetRequest,
        IdentityKind, intake_service_client::IntakeServiceClient,
        vault_service_client::VaultServiceClient,
    },
};

use anyhow::Context;

use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

/// Finds a person's sealed files by the blind index.
pub(super) async fn find(
    kind: &str,
    value: &str,
    reason: &str,
    session: &Session,
    form: Form,
) -> anyhow::Result<()> {
    let name = format!("IDENTITY_KIND_{}", kind.to_uppercase());
    let kind = IdentityKind::from_str_name(&name).with_context(|| {
        format!("{kind:?} 不能用来查找个人;请写 name(姓名)、phone(电话)、email(电子邮箱)、openid(微信标识)或 id_number(证件号码)")
    })?;
    let mut vault = VaultServiceClient::new(session.peer("intake").await?);
    let request = FindByIdentityRequest {
        kind: kind.into(),
        value: value.to_owned(),
        reason: reason.to_owned(),
    };
    let found = answer(vault.find_by_identity(request).await)?.complaints;
    if found.is_empty() {
        return super::show(&[], form);
    }
    let mut client = ArchiveServiceClient::new(session.peer("archive").await?);
    let request = ListFilesRequest {
        complaint_ids: found.into_iter().map(|one| one.complaint_id).collect(),
        ..ListFilesRequest::default()
    };
    super::show(&answer(client.list_files(request).await)?.files, form)
}

/// Erases a complainant's data.
pub(super) async fn erase(
    number: &str,
    ground: &str,
    reference: &str,
    reason: &str,
    session: &Session,
) -> anyhow::Result<()> {
    let name = format!("ERASURE_GROUND_{}", ground.to_uppercase());
    let ground = ErasureGround::from_str_name(&name).with_context(|| {
        format!("{ground:?} 不是删除事由;请写 request(本人要求)、term_ended(保管期满)或 ordered(依法责令)")
    })?;
    let peer = session.peer("intake").await?;
    let request = GetRequest {
        number: number.to_owned(),
        ..GetRequest::default()
    };
    let got = answer(IntakeServiceClient::new(peer.clone()).get(request).await)?;
    let complaint = got.record.and_then(|record| record.complaint);
    let request = EraseIdentityRequest {
        request_id: uuid(),
        complaint_id: complaint.unwrap_or_default().complaint_id,
        ground: ground.into(),
        reference: reference.to_owned(),
        reason: reason.to_owned(),
    };
    let done = answer(VaultServiceClient::new(peer).erase_identity(request).await)?;
    output::json(&words(&done))
}

/// Lists who read what: of the archive, and of complaints and identities.
pub(super) async fn access(union: &str, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut files = AccessLogServiceClient::new(session.peer("archive").await?);
    let request = kept::ListAccessRequest {
        union_code: union.to_owned(),
        ..Default::default()
    };
    let of_files = answer(files.list_access(request).await)?;
    let mut vault = VaultServiceClient::new(session.peer("intake").await?);
    let request = taken::ListAccessRequest {
        union_code: union.to_owned(),
        ..Default::default()
    };
    let of_complaints = answer(vault.list_access(request).await)?;
    if form == Form::Json {
        return output::json(&serde_json::json!({
            "archive": words(&of_files), "intake": words(&of_complaints),
        }));
    }
    let at = |at: Option<prost_types::Timestamp>| output::time(at.as_ref());
    let files = of_files.accesses.into_iter().map(|one| {
        vec![
            at(one.at),
            one.person_id,
            one.post,
            one.rpc,
            one.what,
            one.reason,
        ]
    });
    let complaints = of_complaints.accesses.into_iter().map(|one| {
        vec![
            at(one.at),
            one.person_id,
            one.post,
            one.rpc,
            one.number,
            one.purpose,
        ]
    });
    let mut rows: Vec<_> = files.chain(complaints).collect();
    rows.sort_by(|a, b| b.cmp(a));
    output::table(&["时间", "人员", "岗位", "操作", "对象", "事由"], rows);
    Ok(())
}
