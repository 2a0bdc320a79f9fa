//! `suda unit`: which units there are, how to complain at a unit, and the notice that hangs at its counter (guideline art. 7).

use std::path::PathBuf;

use anyhow::Context as _;
use chassis::grpc::LARGEST_MESSAGE;
use suda_proto::directory::{
    self,
    v1::{
        ComplaintPlace, ListChannelsRequest, ListUnitsRequest, RenderChannelNoticeRequest,
        directory_service_client::DirectoryServiceClient,
    },
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
    words::said,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Unit {
    /// Lists units, each with the unit above it.
    List {
        /// Only those below this unit, itself included.
        #[arg(long, default_value = "")]
        below: String,
    },
    /// Shows how to complain at a unit, and where one may go next.
    Channels {
        /// The unit's code.
        unit: String,
        /// On which day, e.g. 2026-09-23; today when it is not given.
        #[arg(long, default_value = "")]
        on: String,
    },
    /// Writes the notice that hangs at a unit's counter (投诉渠道公示), with a QR code; who did is kept.
    Notice {
        /// The unit's code.
        unit: String,
        /// Where to; the notice's own name when it is not given.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

pub(super) async fn run(what: &Unit, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?)
        .max_decoding_message_size(LARGEST_MESSAGE);
    match what {
        Unit::List { below } => {
            let request = ListUnitsRequest {
                below: below.clone(),
            };
            let told = answer(client.list_units(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            let rows = told.units.iter().map(row).collect();
            output::table(&["代码", "名称", "类别", "上级", "自", "撤销"], rows);
            Ok(())
        }
        Unit::Channels { unit, on } => {
            let request = ListChannelsRequest {
                unit_code: unit.clone(),
                on: on.clone(),
            };
            let told = answer(client.list_channels(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            for (place, first) in told
                .here
                .iter()
                .zip([true])
                .chain(told.next.iter().zip(std::iter::repeat(false)))
            {
                show(place, first);
            }
            Ok(())
        }
        Unit::Notice { unit, to } => {
            let request = RenderChannelNoticeRequest {
                unit_code: unit.clone(),
            };
            let file = answer(client.render_channel_notice(request).await)?;
            let to = to.clone().unwrap_or_else(|| file.file_name.into());
            std::fs::write(&to, &file.content)
                .with_context(|| format!("无法写入 {}", to.display()))?;
            output::text(&format!("{}: sha256 {}", to.display(), file.digest));
            Ok(())
        }
    }
}

fn row(unit: &directory::v1::Unit) -> Vec<String> {
    let now = unit.periods.last().cloned().unwrap_or_default();
    vec![
        unit.code.clone(),
        now.name,
        said(unit.kind().as_str_name()),
        now.parent_code,
        now.from,
        unit.retired_on.clone(),
    ]
}

fn show(place: &ComplaintPlace, first: bool) {
    let title = if first {
        "投诉渠道"
    } else {
        "上级受理"
    };
    let named = format!("{} {}", place.unit_code, place.name);
    let Some(channels) = &place.channels else {
        output::facts(&[(title, named), ("渠道", "尚未公布".to_owned())]);
        return;
    };
    let from = match place.inherited_from.as_str() {
        "" => channels.from.clone(),
        other => format!("{}(沿用 {other})", channels.from),
    };
    let address = format!("{} {}", channels.address, channels.postcode);
    output::facts(&[
        (title, named),
        ("投诉电话", channels.hotlines.join("、")),
        ("受理时间", channels.hours.clone()),
        ("受理部门", channels.reception.clone()),
        ("通信地址", address.trim().to_owned()),
        ("投诉信箱", channels.letter_box.clone()),
        ("电子邮箱", channels.emails.join("、")),
        ("微信公众号", channels.wechat.clone()),
        ("链接", channels.link.clone()),
        ("自", from),
    ]);
}
