//! Year-end transfers on the command line: handing over, checking, receiving.

use std::path::PathBuf;

use anyhow::Context;
use archive::record::words;
use suda_proto::archive::v1::{
    CheckItem, CheckProperty, CheckResult, CheckTransferRequest, ExportTransferRequest,
    GetTransferRequest, ListTransfersRequest, PrepareTransferRequest, ReceiveTransferRequest,
    RenderPaperRequest, TransferState, TransferView,
    transfer_service_client::TransferServiceClient,
};

use super::paper;
use crate::{
    given::uuid,
    output::{self, Form},
    session::{Session, answer},
};

#[derive(Debug, clap::Subcommand)]
pub(in crate::commands) enum Transfer {
    /// Hands over what a union has sealed of a year, as a `BagIt` bag with its lists.
    Prepare {
        /// The union.
        #[arg(long)]
        union: String,
        /// The year.
        #[arg(long)]
        year: u32,
    },
    /// Lists transfers.
    List {
        /// Only this union's.
        #[arg(long, default_value = "")]
        union: String,
    },
    /// Shows a transfer and its list (移交清册).
    Show {
        /// The transfer.
        transfer: String,
    },
    /// Executes the four checks (真实性 完整性 可用性 安全性) and decides nothing.
    Check {
        /// The transfer.
        transfer: String,
    },
    /// Writes a paper of a transfer: its list, the form both sides sign, or the report of the four checks; who did and why is kept.
    Paper {
        /// The transfer.
        transfer: String,
        /// Which.
        #[arg(long)]
        kind: paper::OfTransfer,
        #[command(flatten)]
        wanted: paper::Wanted,
    },
    /// Takes the bag out; who did and why is kept.
    Export {
        /// The transfer.
        transfer: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where to; the bag's name and `.zip` when it is not given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Accepts a transfer after the four checks; with --findings and --return gives it back.
    Receive {
        /// The transfer.
        transfer: String,
        /// Gives it back.
        #[arg(long = "return")]
        give_back: bool,
        /// What was found.
        #[arg(long, default_value = "")]
        findings: String,
    },
}

pub(super) async fn run(what: &Transfer, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = TransferServiceClient::new(session.peer("archive").await?);
    match what {
        Transfer::Prepare { union, year } => {
            let request = PrepareTransferRequest {
                request_id: uuid(),
                union_code: union.clone(),
                year: *year,
            };
            let done = answer(client.prepare_transfer(request).await)?;
            show(&done.transfer.into_iter().collect::<Vec<_>>(), form)
        }
        Transfer::List { union } => {
            let request = ListTransfersRequest {
                union_code: union.clone(),
                ..ListTransfersRequest::default()
            };
            show(
                &answer(client.list_transfers(request).await)?.transfers,
                form,
            )
        }
        Transfer::Show { transfer } => {
            let request = GetTransferRequest {
                transfer_id: transfer.clone(),
            };
            let got = answer(client.get_transfer(request).await)?;
            if form == Form::Json {
                return output::json(&words(&got));
            }
            let rows = got.lines.iter().map(|line| {
                let file = line.file.clone().unwrap_or_default();
                vec![
                    line.position.to_string(),
                    file.archival_code,
                    line.title.clone(),
                    file.expires_on,
                ]
            });
            output::table(&["序号", "档号", "题名", "保管至"], rows.collect());
            if !got.findings.is_empty() {
                output::text(&format!("接收意见:{}", got.findings));
            }
            Ok(())
        }
        Transfer::Check { transfer } => {
            let request = CheckTransferRequest {
                transfer_id: transfer.clone(),
            };
            let checked = answer(client.check_transfer(request).await)?;
            if form == Form::Json {
                return output::json(&words(&checked));
            }
            report(&checked.items);
            output::text(if checked.acceptable {
                "四性检测无不通过项,可以接收"
            } else {
                "四性检测未通过,不能接收;请退回并写明问题"
            });
            Ok(())
        }
        Transfer::Paper {
            transfer,
            kind,
            wanted,
        } => {
            let request = RenderPaperRequest {
                kind: kind.wire().into(),
                transfer_id: transfer.clone(),
                ..RenderPaperRequest::default()
            };
            paper::write(request, wanted, session).await
        }
        Transfer::Export {
            transfer,
            reason,
            to,
        } => export(&mut client, transfer, reason, to.clone()).await,
        Transfer::Receive {
            transfer,
            give_back,
            findings,
        } => {
            let request = GetTransferRequest {
                transfer_id: transfer.clone(),
            };
            let seen = answer(client.get_transfer(request).await)?.transfer;
            let request = ReceiveTransferRequest {
                request_id: uuid(),
                transfer_id: transfer.clone(),
                expected_revision: seen.unwrap_or_default().revision,
                accept: !give_back,
                findings: findings.clone(),
            };
            let done = answer(client.receive_transfer(request).await)?;
            if form == Form::Json {
                return output::json(&words(&done));
            }
            report(&done.items);
            show(&done.transfer.into_iter().collect::<Vec<_>>(), form)
        }
    }
}

async fn export(
    client: &mut TransferServiceClient<chassis::grpc::client::Peer>,
    transfer: &str,
    reason: &str,
    to: Option<PathBuf>,
) -> anyhow::Result<()> {
    let request = ExportTransferRequest {
        transfer_id: transfer.to_owned(),
        reason: reason.to_owned(),
    };
    let mut parts = answer(client.export_transfer(request).await)?;
    let (mut bytes, mut name) = (Vec::new(), transfer.to_owned());
    while let Some(part) = parts.message().await? {
        if let Some(view) = part.transfer {
            name = format!("{}-{}-{:02}", view.union_code, view.year, view.batch);
        }
        bytes.extend(part.data);
    }
    let to = to.unwrap_or_else(|| format!("{name}.zip").into());
    std::fs::write(&to, &bytes).with_context(|| format!("无法写入 {}", to.display()))?;
    output::text(&format!(
        "{}: {} 字节;可用 `suda archive verify {0}` 验证",
        to.display(),
        bytes.len()
    ));
    Ok(())
}

fn report(items: &[CheckItem]) {
    let rows = items.iter().map(|item| {
        let property = match item.property() {
            CheckProperty::Authenticity => "真实性",
            CheckProperty::Completeness => "完整性",
            CheckProperty::Usability => "可用性",
            CheckProperty::Security => "安全性",
            CheckProperty::Unspecified => "",
        };
        let result = match item.result() {
            CheckResult::Passed => "通过",
            CheckResult::Failed => "不通过",
            CheckResult::NotExecuted => "未执行",
            CheckResult::Unspecified => "",
        };
        vec![
            property.to_owned(),
            item.code.clone(),
            item.title.clone(),
            result.to_owned(),
            item.findings.join("\n"),
        ]
    });
    output::table(&["性质", "项", "检测内容", "结果", "问题"], rows.collect());
}

fn show(transfers: &[TransferView], form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        let all: Vec<_> = transfers.iter().map(words).collect();
        return output::json(&serde_json::Value::Array(all));
    }
    let rows = transfers.iter().map(|view| {
        let state = match view.state() {
            TransferState::HandedOver => "待接收",
            TransferState::Accepted => "已接收",
            TransferState::Returned => "已退回",
            TransferState::Unspecified => "",
        };
        vec![
            view.transfer_id.clone(),
            view.union_code.clone(),
            view.year.to_string(),
            view.batch.to_string(),
            view.files.to_string(),
            state.to_owned(),
        ]
    });
    output::table(
        &["移交", "机构", "年度", "批次", "件数", "状态"],
        rows.collect(),
    );
    Ok(())
}
