//! `suda group`: similar complaints that were warned of (群体性投诉预警, guideline art. 9).

use suda_proto::intake::v1::{
    GetGroupRequest, GroupView, ListGroupsRequest, group_service_client::GroupServiceClient,
};

use crate::{
    output::{self, Form, time},
    session::{Session, answer},
    words::said,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Group {
    /// Lists groups of similar complaints, newest first.
    List {
        /// Only of this union.
        #[arg(long, default_value = "")]
        union: String,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Shows a group with the numbers of its complaints.
    Show {
        /// The group, as the warning names it.
        group: String,
    },
}

pub(super) async fn run(what: &Group, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = GroupServiceClient::new(session.peer("intake").await?);
    match what {
        Group::List { union, limit } => {
            let request = ListGroupsRequest {
                union_code: union.clone(),
                limit: *limit,
            };
            let told = answer(client.list_groups(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            let rows = told.groups.iter().map(row).collect();
            output::table(
                &[
                    "预警编号",
                    "机构",
                    "被投诉单位",
                    "情形",
                    "人数",
                    "件数",
                    "省内同类",
                    "最近收到",
                ],
                rows,
            );
        }
        Group::Show { group } => {
            let request = GetGroupRequest {
                group_id: group.clone(),
            };
            let told = answer(client.get_group(request).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            let group = told.group.unwrap_or_default();
            output::facts(&[
                ("预警编号", group.group_id.clone()),
                ("机构", group.union_code.clone()),
                ("被投诉单位", group.unit_code.clone()),
                ("情形", said(group.ground().as_str_name())),
                ("业务类别", group.business_code.clone()),
                ("原因类别", group.cause_code.clone()),
                ("人数", group.complainants.to_string()),
                ("件数", group.complaints.to_string()),
                ("省内同期同类", group.province_complaints.to_string()),
                (
                    "预警标准",
                    format!(
                        "{} 日内 {} 人({})",
                        group.days, group.threshold, group.article
                    ),
                ),
                ("最早收到", time(group.first_received_at.as_ref())),
                ("最近收到", time(group.last_received_at.as_ref())),
            ]);
            let rows = told
                .complaint_numbers
                .into_iter()
                .map(|number| vec![number]);
            output::section("投诉", &["编号"], rows.collect());
        }
    }
    Ok(())
}

fn row(group: &GroupView) -> Vec<String> {
    vec![
        group.group_id.clone(),
        group.union_code.clone(),
        group.unit_code.clone(),
        said(group.ground().as_str_name()),
        group.complainants.to_string(),
        group.complaints.to_string(),
        group.province_complaints.to_string(),
        time(group.last_received_at.as_ref()),
    ]
}
