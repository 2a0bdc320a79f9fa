//! The shape that all verbs of a case share: which case, at which revision, by which request; then the call; then how the
//! case stands.

use chassis::grpc::Peer;
use prost::{Message, Name};
use prost_reflect::Value;
use suda_proto::routing::v1::{
    CaseView, GetCaseRequest, course_service_client::CourseServiceClient,
    routing_service_client::RoutingServiceClient,
};
use tonic::{Response, Status};

use crate::{
    given::{Named, Request},
    output::{self, Form},
    session::{Session, answer, done},
    words,
};

/// A way to routing.
pub(super) type Routing = RoutingServiceClient<Peer>;

/// The way to its side of a case beyond the ordinary course.
pub(super) type Beyond = CourseServiceClient<Peer>;

/// Which case a verb is for.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Which {
    /// The case: its number, e.g. 589002-2026-000001, or its id.
    case: Named,
    /// The revision that was seen; the present one is asked when it is not given.
    #[arg(long)]
    revision: Option<u64>,
    #[command(flatten)]
    request: Request,
}

impl Which {
    /// Moves the case: signs in, finds the case and its revision, has `call` complete and send the request, and says how the
    /// case stands after it.
    pub(super) async fn moves<R, M>(
        self,
        session: &Session,
        form: Form,
        call: impl AsyncFnOnce(&mut Routing, R) -> Result<Response<M>, Status>,
    ) -> anyhow::Result<()>
    where
        R: Message + Name + Default,
        M: Message + Name,
    {
        let (peer, asked, again) = self.asked(session).await?;
        let told = call(&mut RoutingServiceClient::new(peer), asked).await;
        moved(&done(told, &again)?, form)
    }

    /// The same for what takes a case beyond the ordinary course.
    pub(super) async fn turns<R, M>(
        self,
        session: &Session,
        form: Form,
        call: impl AsyncFnOnce(&mut Beyond, R) -> Result<Response<M>, Status>,
    ) -> anyhow::Result<()>
    where
        R: Message + Name + Default,
        M: Message + Name,
    {
        let (peer, asked, again) = self.asked(session).await?;
        let told = call(&mut CourseServiceClient::new(peer), asked).await;
        moved(&done(told, &again)?, form)
    }

    /// A way to routing, the request as far as all verbs say it, and what to add to repeat it.
    async fn asked<R: Message + Name + Default>(
        self,
        session: &Session,
    ) -> anyhow::Result<(Peer, R, String)> {
        let peer = session.peer("routing").await?;
        let mut routing = RoutingServiceClient::new(peer.clone());
        let (case_id, revision) = match (&self.case, self.revision) {
            (Named::Id(id), Some(revision)) => (id.clone(), revision),
            (named, revision) => {
                let case = find(&mut routing, named).await?;
                (case.case_id, revision.unwrap_or(case.revision))
            }
        };
        let request_id = self.request.id();
        let asked = asked("case_id", (&request_id, &case_id, revision))?;
        let again = format!("--request-id {request_id} --revision {revision}");
        Ok((peer, asked, again))
    }
}

/// A request of a verb with what all verbs say: its id, the thing it is about (in the field `of`), the revision that was
/// seen.
pub(super) fn asked<R: Message + Name + Default>(
    of: &'static str,
    (request_id, id, revision): (&str, &str, u64),
) -> anyhow::Result<R> {
    let fields = [
        ("request_id", Value::String(request_id.to_owned())),
        (of, Value::String(id.to_owned())),
        ("expected_revision", Value::U64(revision)),
    ];
    output::made(fields)
}

/// Says how a case stands after a move, and which other things came of it.
pub(super) fn moved<M: Message + Name>(told: &M, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return output::message(told);
    }
    output::text(&line(&output::part(told, "case")?));
    let others = output::as_json(told)?;
    for (name, value) in others.as_object().into_iter().flatten() {
        if let Some(value) = value.as_str().filter(|value| !value.is_empty()) {
            output::text(&format!("{} {value}", called(name)));
        }
    }
    Ok(())
}

/// What else came of a move is called so, by its field.
fn called(field: &str) -> &str {
    match field {
        "order_id" => "督办表标识",
        "extension_id" => "延期申请标识",
        "transfer_id" => "移交标识",
        other => other,
    }
}

/// The case of this name, as routing has it.
pub(super) async fn find(routing: &mut Routing, named: &Named) -> anyhow::Result<CaseView> {
    let (case_id, number) = named.id_and_number();
    let found = answer(routing.get_case(GetCaseRequest { case_id, number }).await)?;
    Ok(found.case.unwrap_or_default())
}

/// A case in one line.
pub(super) fn line(case: &CaseView) -> String {
    let mut line = format!(
        "{} {}(第 {} 版)",
        case.number,
        words::said(case.state().as_str_name()),
        case.revision
    );
    let outcome = words::said(case.outcome().as_str_name());
    if !outcome.is_empty() {
        line.push_str(&format!(" 结果:{outcome}"));
    }
    if !case.handler_post.is_empty() {
        line.push_str(&format!(" 承办岗位:{}", case.handler_post));
    }
    if !case.superior_number.is_empty() {
        line.push_str(&format!(" 来文:{}", case.superior_number));
    }
    if !case.bouncing_unit_code.is_empty() {
        line.push_str(&format!(" 待裁定退单:{}", case.bouncing_unit_code));
    }
    if case.paused_at.is_some() {
        let ground = words::said(case.pause_ground().as_str_name());
        line.push_str(&format!(" 时限中止({ground})"));
    }
    if !case.transferred_to_unit_code.is_empty() {
        line.push_str(&format!(" 移交至:{}", case.transferred_to_unit_code));
    }
    line
}

#[cfg(test)]
mod tests {
    use suda_proto::routing::v1::{
        AcknowledgeEscalationRequest, CaseOutcome, CaseState, CloseRequest,
    };

    use super::*;

    #[test]
    fn a_case_reads_in_one_line() {
        let mut case = CaseView {
            number: "589002-2026-000001".to_owned(),
            state: CaseState::Handling.into(),
            revision: 5,
            handler_post: "589002XD-handler".to_owned(),
            ..CaseView::default()
        };
        assert_eq!(
            line(&case),
            "589002-2026-000001 办理中(第 5 版) 承办岗位:589002XD-handler"
        );
        case.state = CaseState::Closed.into();
        case.outcome = CaseOutcome::Handled.into();
        assert!(line(&case).contains("已办结(第 5 版) 结果:督办办结"));
    }

    #[test]
    fn a_request_says_what_all_verbs_say() {
        let close: CloseRequest = asked("case_id", ("r", "c", 4)).unwrap();
        assert_eq!(
            (
                close.request_id.as_str(),
                close.case_id.as_str(),
                close.expected_revision
            ),
            ("r", "c", 4)
        );
        assert!(asked::<AcknowledgeEscalationRequest>("escalation_id", ("r", "e", 1)).is_ok());
        assert!(asked::<CloseRequest>("escalation_id", ("r", "e", 1)).is_err());
    }
}
