//! `suda taxonomy`: what complaints are classified by, and who handles what.

use suda_proto::directory::v1::{
    GetTaxonomyRequest, RoutingRow, Taxonomy as Told, TaxonomyAxis, TaxonomyEntry,
    directory_service_client::DirectoryServiceClient,
};

use crate::{
    output::{self, Form},
    session::{Session, answer},
    words::{self, said},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Taxonomy {
    /// Lists the names of an axis, or of all.
    List {
        /// The axis.
        #[arg(long, value_parser = words::parser("TAXONOMY_AXIS_", TaxonomyAxis::from_str_name))]
        axis: Option<TaxonomyAxis>,
    },
    /// Shows the routing table: the first row that fits decides.
    Rows,
}

pub(super) async fn run(what: &Taxonomy, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = DirectoryServiceClient::new(session.peer("directory").await?);
    let told = answer(client.get_taxonomy(GetTaxonomyRequest {}).await)?;
    if form == Form::Json {
        return output::message(&told);
    }
    let taxonomy = told.taxonomy.unwrap_or_default();
    match what {
        Taxonomy::List { axis } => {
            let wanted = |entry: &&TaxonomyEntry| axis.is_none_or(|axis| entry.axis() == axis);
            let rows = taxonomy.entries.iter().filter(wanted).map(entry);
            output::table(
                &["类别", "代码", "名称", "上级", "标准代码", "依据"],
                rows.collect(),
            );
        }
        Taxonomy::Rows => {
            let rows = taxonomy.rows.iter().map(|row| line(&taxonomy, row));
            output::table(
                &["归口", "事项", "条件", "主办", "协办", "依据"],
                rows.collect(),
            );
        }
    }
    Ok(())
}

fn entry(entry: &TaxonomyEntry) -> Vec<String> {
    let name = if entry.retired {
        format!("{}(停用)", entry.name)
    } else {
        entry.name.clone()
    };
    vec![
        said(entry.axis().as_str_name()),
        entry.code.clone(),
        name,
        entry.parent_code.clone(),
        entry.official_code.clone(),
        entry.source.clone(),
    ]
}

fn line(taxonomy: &Told, row: &RoutingRow) -> Vec<String> {
    let place = |word: &String| place(taxonomy, word);
    let helpers: Vec<String> = row.helpers.iter().map(place).collect();
    vec![
        row.code.clone(),
        row.name.clone(),
        conditions(row),
        place(&row.lead),
        helpers.join("、"),
        row.source.clone(),
    ]
}

fn place(taxonomy: &Told, word: &str) -> String {
    match word {
        "complained_unit" => "被投诉单位".to_owned(),
        "reception" => "受理部门".to_owned(),
        function => taxonomy
            .entries
            .iter()
            .find(|entry| entry.axis() == TaxonomyAxis::Function && entry.code == function)
            .map_or(function, |entry| entry.name.as_str())
            .to_owned(),
    }
}

fn conditions(row: &RoutingRow) -> String {
    let natures: Vec<String> = row
        .natures()
        .map(|nature| said(nature.as_str_name()))
        .collect();
    let lists = [
        ("业务", &row.business_codes),
        ("原因", &row.cause_codes),
        ("办理渠道", &row.handled_via_codes),
        ("性质", &natures),
    ];
    let mut met: Vec<String> = lists
        .into_iter()
        .filter(|(_, codes)| !codes.is_empty())
        .map(|(name, codes)| format!("{name} {}", codes.join("/")))
        .collect();
    if row.person_complained {
        met.push("有被投诉人".to_owned());
    }
    if met.is_empty() {
        met.push("其余".to_owned());
    }
    met.join(",")
}
