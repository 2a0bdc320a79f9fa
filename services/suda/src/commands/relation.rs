//! `suda relation`: to whom the caller is related, so that the caller keeps out (回避, guideline art. 19).

use suda_proto::intake::v1::{
    DeclareRelationRequest, EndRelationRequest, IdType, ListRelationsRequest,
    relation_service_client::RelationServiceClient,
};

use crate::{
    given::{Request, Text},
    output::{self, Form, time},
    session::{Session, answer, done},
    words,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Relation {
    /// Declares, once for each person, that the caller is related to somebody; every case of that person is kept from the
    /// caller from then on. Whether that person ever complained is told to nobody.
    Declare(Box<Declare>),
    /// Takes back a declaration of the caller's own; what it barred stays barred.
    End {
        /// The declaration, as `relation list` names it.
        relation: String,
        #[command(flatten)]
        request: Request,
    },
    /// Lists the caller's own declarations; to whom they refer is kept as a blind token only, and so not shown.
    List,
}

/// A declaration; at least one of telephone, e-mail, openid and identity document says to whom.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("whom").required(true).multiple(true).args(["phone", "email", "openid", "id_number"]))]
pub(super) struct Declare {
    /// How the caller is related: kin or business.
    #[arg(long)]
    relation: Text,
    /// The other person's telephone.
    #[arg(long, default_value = "")]
    phone: String,
    /// The other person's e-mail address.
    #[arg(long, default_value = "")]
    email: String,
    /// The other person's WeChat openid.
    #[arg(long, default_value = "")]
    openid: String,
    /// Kind of the other person's identity document.
    #[arg(long, requires = "id_number", value_parser = words::parser("ID_TYPE_", IdType::from_str_name))]
    id_type: Option<IdType>,
    /// Its number.
    #[arg(long, default_value = "", requires = "id_type")]
    id_number: String,
    #[command(flatten)]
    request: Request,
}

pub(super) async fn run(what: Relation, session: &Session, form: Form) -> anyhow::Result<()> {
    let mut client = RelationServiceClient::new(session.peer("intake").await?);
    match what {
        Relation::Declare(asked) => {
            let request_id = asked.request.id();
            let request = DeclareRelationRequest {
                request_id: request_id.clone(),
                relation: asked.relation.0,
                phone: asked.phone,
                email: asked.email,
                openid: asked.openid,
                id_type: asked.id_type.unwrap_or_default().into(),
                id_number: asked.id_number,
            };
            let told = client.declare_relation(request).await;
            let told = done(told, &format!("--request-id {request_id}"))?;
            if form == Form::Json {
                return output::message(&told);
            }
            output::text(&format!("已登记,声明编号 {}", told.relation_id));
        }
        Relation::End { relation, request } => {
            let request_id = request.id();
            let asked = EndRelationRequest {
                request_id: request_id.clone(),
                relation_id: relation,
            };
            let told = client.end_relation(asked).await;
            let told = done(told, &format!("--request-id {request_id}"))?;
            if form == Form::Json {
                return output::message(&told);
            }
            output::text("已撤销;此前已回避的案件仍须回避");
        }
        Relation::List => {
            let told = answer(client.list_relations(ListRelationsRequest {}).await)?;
            if form == Form::Json {
                return output::message(&told);
            }
            let rows = told.relations.iter().map(|relation| {
                vec![
                    relation.relation_id.clone(),
                    relation.relation.clone(),
                    time(relation.declared_at.as_ref()),
                    time(relation.ended_at.as_ref()),
                ]
            });
            output::table(
                &["声明编号", "关系", "登记时间", "撤销时间"],
                rows.collect(),
            );
        }
    }
    Ok(())
}
