//! Offices and the compliance department answer what was escalated to them: taken note of on the day, answered on the next.

use std::sync::Arc;

use anyhow::Context as _;
use chassis::grpc::{Peer, instant};
use chrono::{DateTime, Utc};
use suda_proto::{
    common::v1::{Page, Role},
    routing::v1::{
        AcknowledgeEscalationRequest, AnswerEscalationRequest, EscalationState, EscalationView,
        ListEscalationsRequest, routing_service_client::RoutingServiceClient,
    },
};

use super::cast::Cast;
use crate::{given::uuid, session::answer};

type Routing = RoutingServiceClient<Peer>;

/// Everybody above the unions looks through what lies there; gives how many items were answered.
pub(super) async fn answer_all(cast: &Arc<Cast>, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut answered = 0;
    // Not by the officer who may have to decide on an appeal in the same case (guideline art. 20).
    let offices = cast.offices.iter().map(|unit| (unit, Role::OfficeHead));
    for (unit, role) in offices.chain([(&cast.compliance, Role::ComplianceOfficer)]) {
        let officer = cast.holder(unit, role)?.to_owned();
        let mut routing = Routing::new(cast.peer(&officer, "routing").await?);
        answered += one(&mut routing, unit, now)
            .await
            .with_context(|| format!("what was escalated to {unit}"))?;
    }
    Ok(answered)
}

async fn one(routing: &mut Routing, unit: &str, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let mut answered = 0;
    for item in listed(routing, unit, EscalationState::Acknowledged).await? {
        if item.acknowledged_at.as_ref().and_then(instant) < Some(now) {
            let request = AnswerEscalationRequest {
                request_id: uuid(),
                escalation_id: item.escalation_id,
                expected_revision: item.revision,
                answer: "已督促承办单位限期办结".to_owned(),
            };
            answer(routing.answer_escalation(request).await)?;
            answered += 1;
        }
    }
    for item in listed(routing, unit, EscalationState::Open).await? {
        let request = AcknowledgeEscalationRequest {
            request_id: uuid(),
            escalation_id: item.escalation_id,
            expected_revision: item.revision,
        };
        answer(routing.acknowledge_escalation(request).await)?;
    }
    Ok(answered)
}

async fn listed(
    routing: &mut Routing,
    unit: &str,
    state: EscalationState,
) -> anyhow::Result<Vec<EscalationView>> {
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let request = ListEscalationsRequest {
            page: Some(Page { size: 200, token }),
            unit_code: unit.to_owned(),
            state: state.into(),
            ..ListEscalationsRequest::default()
        };
        let told = answer(routing.list_escalations(request).await)?;
        found.extend(told.escalations.into_iter().filter_map(|item| item.view));
        if told.next_token.is_empty() {
            return Ok(found);
        }
        token = told.next_token;
    }
}
