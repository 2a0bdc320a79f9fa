//! Everything that can be asked of a case: lock, ask, save, tell, in the transaction of the door.

use chassis::{auth::Caller, db::Tx, requests};
use chrono::{DateTime, Utc};
use suda_proto::routing::v1 as tells;
use uuid::Uuid;

use crate::{
    desk::Desk,
    domain::{
        case::{Answer, Case, CaseEvent, Handler, Outcome},
        extension::in_shanghai,
        notice,
        recusal::Ground,
        refusal::{Refusal, required},
        standing::{Actor, Role, who_may},
    },
    errors::ActionError,
    publications::{self, Telling},
    store::{
        self,
        record::{self, Entry},
        reference,
    },
};

pub mod accountability;
pub mod appeals;
mod checking;
pub mod command;
pub mod course;
pub mod disclosures;
mod following;
pub mod forgetting;
pub mod grouping;
pub mod hearing;
pub mod items;
pub mod letters;
pub mod matters;
pub mod panels;
pub mod raising;
pub mod rectifications;
pub mod supplementing;

use command::Command;
use following::Led;
use letters::Way;

/// Which request it is, of which case, and what the caller has seen of that.
pub struct Head {
    /// The request's id.
    pub request_id: Uuid,
    /// The RPC.
    pub rpc: &'static str,
    /// The digest of the request.
    pub digest: Vec<u8>,
    /// The case, or the item.
    pub id: Uuid,
    /// The revision the caller has seen.
    pub seen: u64,
}

/// What was done: the case after it, and the id of what was made, in the shape that two of the answers share.
pub type Done = tells::RequestExtensionResponse;

/// A refusal that is kept: the attempt is on record, and the caller is told no.
pub type Kept<T> = Result<T, ActionError>;

/// Who the caller is, once for each of his posts.
#[must_use]
pub fn actors(caller: &Caller) -> Vec<Actor> {
    let posts = caller.posts.iter();
    posts
        .map(|post| Actor {
            post: post.code.clone(),
            unit: post.unit.clone(),
            union: post.union.clone(),
            role: Role::parse(&post.role),
            person: caller.person_id.clone(),
            name: caller.name.clone(),
        })
        .collect()
}

/// Whether the caller may know of a case: by union, by unit when he works in units only, and not when it concerns him.
#[must_use]
pub fn sees(caller: &Caller, case: &Case) -> bool {
    let by_unit = caller.outlet_only().is_none_or(|units| {
        units.iter().any(|unit| {
            *unit == case.registration.unit
                || case.order.as_ref().is_some_and(|order| order.names(unit))
                || case
                    .course
                    .transfer
                    .as_ref()
                    .is_some_and(|given| given.to_unit == *unit)
        })
    });
    let union = caller.sees(&case.registration.union)
        || case
            .course
            .also_union
            .as_ref()
            .is_some_and(|union| caller.sees(union));
    union && by_unit && case.concerned.bars(&caller.person_id).is_none()
}

/// The case as the caller sees it.
///
/// Colleagues and superiors of the person complained of, in the unit complained of, read no name at all, not even a masked
/// one, unless they handle the case (guideline art. 5).
#[must_use]
pub fn veiled(caller: &Caller, case: &Case) -> tells::CaseView {
    let mut view = publications::view(case);
    let handles = case
        .handler
        .as_ref()
        .is_some_and(|handler| handler.person == caller.person_id);
    let colleague = caller
        .outlet_only()
        .is_some_and(|units| units.contains(&case.registration.complained_unit));
    if colleague && !handles && !case.concerned.complained_person.is_empty() {
        "投诉人".clone_into(&mut view.masked_name);
    }
    view
}

/// Does what is asked of a case, once.
///
/// The inner error is a refusal to be committed: somebody who must keep out was refused, and that is on record.
pub async fn perform(
    desk: &Desk,
    tx: &Tx,
    caller: &Caller,
    head: &Head,
    command: &Command,
) -> Result<Kept<Done>, ActionError> {
    let now = desk.clock.now();
    if let Command::Course(asked) = command
        && let Some(lead) = checking::find_lead(tx, asked).await?
    {
        store::course::lock_both(tx, head.id, lead.id).await?;
    }
    let found = store::lock(tx, head.id).await?.filter(|case| {
        let also = case.course.also_union.as_ref();
        caller.sees(&case.registration.union) || also.is_some_and(|union| caller.sees(union))
    });
    if let Some(answer) = before(tx, head).await? {
        return Ok(Ok(answer));
    }
    let mut case = found.ok_or(ActionError::NoCase)?;
    let now = case.next_instant(now);
    if let Some(ground) = case.concerned.bars(&caller.person_id) {
        let post = caller
            .posts
            .first()
            .map(|post| post.code.clone())
            .unwrap_or_default();
        let refused = Refused {
            person: &caller.person_id,
            ground,
            attempt: head.rpc,
            by: (&post, caller),
        };
        keep_refusal(desk, tx, &case, &refused, now).await?;
        return Ok(Err(ActionError::NoCase));
    }
    if !sees(caller, &case) {
        return Err(ActionError::NoCase);
    }
    if case.revision != head.seen {
        return Err(ActionError::Stale {
            seen: head.seen,
            now: case.revision,
        });
    }
    let posts = actors(caller);
    let by = who_may(command.verb(), &case, &posts)?;
    let step = Step { desk, tx, by, now };
    let (outcome, made) = match step.ask(&mut case, command).await {
        Err(ActionError::Refused(Refusal::Recused(words))) => {
            let Some((person, ground)) = step.barred(&case, command).await? else {
                return Err(Refusal::Recused(words).into());
            };
            let refused = Refused {
                person: &person,
                ground,
                attempt: head.rpc,
                by: (&by.post, caller),
            };
            keep_refusal(desk, tx, &case, &refused, now).await?;
            return Ok(Err(Refusal::Recused(words).into()));
        }
        // The right place is named (guideline art. 20).
        Err(ActionError::Refused(Refusal::SkipsLevel(union))) => {
            let place = course::proper_place(tx, &case).await?;
            let place = place.map_or(union, |place| place.words());
            return Err(Refusal::SkipsLevel(place).into());
        }
        asked => asked?,
    };
    if let Outcome::Moved(event) = outcome {
        store::save(tx, &case, head.rpc).await?;
        step.keep(&case, &event, command).await?;
    }
    let done = Done {
        case: Some(veiled(caller, &case)),
        extension_id: made.map(|id| id.to_string()).unwrap_or_default(),
    };
    requests::answered(tx, head.request_id, head.rpc, &head.digest, &done, now).await?;
    Ok(Ok(done))
}

/// What was answered when this request came before.
pub(crate) async fn before<A: prost::Message + Default>(
    tx: &Tx,
    head: &Head,
) -> Result<Option<A>, ActionError> {
    let answer = requests::once(tx, head.request_id, head.rpc, &head.digest).await?;
    let decode = |bytes: Vec<u8>| A::decode(bytes.as_slice());
    answer
        .map(decode)
        .transpose()
        .map_err(|error| ActionError::Inconsistent {
            table: "requests",
            id: head.request_id.to_string(),
            what: error.to_string(),
        })
}

struct Refused<'a> {
    person: &'a str,
    ground: Ground,
    attempt: &'static str,
    by: (&'a str, &'a Caller),
}

/// Records and tells that somebody who must keep out was refused (guideline art. 19).
async fn keep_refusal(
    desk: &Desk,
    tx: &Tx,
    case: &Case,
    refused: &Refused<'_>,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let (post, caller) = refused.by;
    let texts = [
        ("尝试", refused.attempt.to_owned()),
        ("须回避人员", refused.person.to_owned()),
        ("原因", refused.ground.words().to_owned()),
    ];
    let entry = Entry {
        event: "RecusalRefused",
        occurred_at: now,
        recorded_at: now,
        post,
        person: &caller.person_id,
        name: &caller.name,
        texts: &texts,
    };
    record::write(tx, case, entry).await?;
    let telling = Telling {
        post,
        occurred_at: now,
        manner: None,
    };
    let what = (refused.person, refused.ground, refused.attempt);
    publications::refused(desk, tx, case, what, &telling).await?;
    Ok(())
}

/// One step of a case: who takes it, when.
struct Step<'a> {
    desk: &'a Desk,
    tx: &'a Tx,
    by: &'a Actor,
    now: DateTime<Utc>,
}

impl Step<'_> {
    /// Asks the case; also says what was made.
    async fn ask(
        &self,
        case: &mut Case,
        command: &Command,
    ) -> Result<(Outcome, Option<Uuid>), ActionError> {
        let (by, now) = (self.by, self.now);
        let mut made = None;
        let answer: Answer = match command {
            Command::Course(command) => return self.ask_course(case, command).await,
            Command::SettleOnTheSpot { settlement } => case.settle(&by.person, settlement, now),
            Command::FileToReception { reason } => case.file(reason, now, now),
            Command::Accept { .. } => case.accept(now),
            Command::AnswerDirectly { telling, .. } => {
                case.answer_directly(&by.person, Way::parse(case, telling, now)?.at(now), now)
            }
            Command::ProposeDecline {
                ground,
                explanation,
                answered_number,
            } => {
                let answered = self.was_answered(case, *ground, answered_number.trim());
                case.propose_decline(by, (*ground, answered.await?), explanation, now)
            }
            Command::ApproveDecline { .. } => case.approve_decline(by, now),
            Command::RejectDecline { reason } => case.reject_decline(by, reason, now),
            Command::IssueOrder { draft } => {
                let id = self.desk.ids.new_id();
                made = Some(id);
                case.issue_order(id, draft, now)
            }
            Command::SignOrder { unit } => {
                let unit = if unit.is_empty() {
                    by.unit.as_str()
                } else {
                    unit
                };
                if unit != by.unit {
                    return Err(ActionError::invalid("unit_code", "只能为本单位签收"));
                }
                case.sign_order(unit, now)
            }
            Command::AssignHandler { post, person } => {
                let handler = self.handler(case, post, person).await?;
                case.assign(handler, now)
            }
            Command::DeclareInterest { interest } => {
                case.declare_interest(&by.person, interest, now)
            }
            Command::RecordContact { at, summary, .. } => {
                case.record_contact(at.unwrap_or(now), summary, now)
            }
            Command::RecordFindings { findings, .. } => case.record_findings(by, findings, now),
            Command::RecordSolution { solution } => case.record_solution(by, solution, now),
            Command::RecordAnswer { telling, .. } => {
                case.record_answer(by, Way::parse(case, telling, now)?.at(now), now)
            }
            Command::FileResult { result, .. } => case.file_result(by, result, now),
            Command::ReturnResult { reasons } => case.return_result(by, reasons, now),
            Command::PassResult { .. } => case.pass_result(by, now),
            Command::RequestExtension {
                clock,
                stage,
                ground,
                until,
            } => {
                let received_on = in_shanghai(case.registration.received_at).date_naive();
                let allowed = reference::allowed(self.tx, clock, received_on).await?;
                let id = self.desk.ids.new_id();
                made = Some(id);
                case.request_extension(by, (id, clock, *stage), ground, *until, &allowed, now)
            }
            Command::ApproveExtension { id, .. } => case.approve_extension(by, *id, now),
            Command::RefuseExtension { id, reason } => case.refuse_extension(by, *id, reason, now),
            Command::Withdraw { statement } => case.withdraw(statement, now, now),
            Command::Close { .. } => case.close(now),
            Command::UrgeUnit { message } => case.urge(message, now),
        };
        let outcome = answer?;
        if outcome == Outcome::Already {
            made = case
                .waiting
                .as_ref()
                .map(|waiting| waiting.id)
                .filter(|_| made.is_some());
        }
        Ok((outcome, made))
    }

    /// Who is meant by a post: its holder, or its deputy while it is vacant; the post is in the unit that leads.
    async fn handler(&self, case: &Case, post: &str, person: &str) -> Result<Handler, ActionError> {
        let code = required(post, "handler_post", "承办岗位")?;
        let lead = case
            .order
            .as_ref()
            .map(|order| order.lead.as_str())
            .unwrap_or_default();
        let known = reference::post(self.tx, code).await?;
        let Some(known) = known.filter(|post| !post.abolished && post.unit_code == lead) else {
            return Err(ActionError::invalid(
                "handler_post",
                format!("主办单位 {lead} 没有岗位 {code}"),
            ));
        };
        let (holder, deputy) = (known.holder_person_id, known.deputy_person_id);
        let person = match person {
            "" if holder.is_empty() => deputy,
            "" => holder,
            named if named == holder || named == deputy => named.to_owned(),
            _ => {
                return Err(ActionError::invalid(
                    "person_id",
                    format!("该人员不在岗位 {code} 上"),
                ));
            }
        };
        if person.is_empty() {
            return Err(ActionError::invalid(
                "handler_post",
                format!("岗位 {code} 空缺,不能承办"),
            ));
        }
        Ok(Handler {
            post: code.to_owned(),
            person,
        })
    }

    /// Keeps and tells what happened, and writes the letters that follow from it.
    async fn keep(
        &self,
        case: &Case,
        event: &CaseEvent,
        command: &Command,
    ) -> Result<(), ActionError> {
        let Self { desk, tx, by, now } = *self;
        let way = match command {
            Command::AnswerDirectly { telling, .. } | Command::RecordAnswer { telling, .. } => {
                Way::parse(case, telling, now)?
            }
            _ => Way::Send(None),
        };
        self.write_down(case, command).await?;
        let telling = Telling {
            post: &by.post,
            occurred_at: now,
            manner: way.manner(),
        };
        publications::tell(desk, tx, case, event, &telling).await?;
        let me = (by.post.as_str(), now);
        if let Command::Course(asked) = command {
            return self.keep_course(case, event, asked).await;
        }
        match (event, command) {
            (CaseEvent::Accepted, _)
            | (CaseEvent::DeclineRejected(_), Command::RejectDecline { .. }) => {
                if let Command::RejectDecline { reason } = command {
                    record::decide(tx, case, "decline", "refused", reason, (by, now)).await?;
                }
                let words = letters::letterhead(tx, case, None, now).await?.acceptance();
                letters::to_complainant(desk, tx, case, &words, &way, me).await?;
            }
            (
                CaseEvent::AnsweredDirectly | CaseEvent::AnswerSent,
                Command::AnswerDirectly { answer, .. } | Command::RecordAnswer { answer, .. },
            ) => {
                record::put_answer(tx, case, answer, now).await?;
                let unit = case.order.as_ref().map(|order| order.lead.as_str());
                let words = letters::letterhead(tx, case, unit, now)
                    .await?
                    .answer(answer);
                letters::to_complainant(desk, tx, case, &words, &way, me).await?;
                let same = |head: &notice::Letterhead| head.answer(answer);
                following::follow(desk, tx, case, &Led::Told(&same, way.at(now)), me).await?;
            }
            (CaseEvent::DeclineProposed(_), Command::ProposeDecline { explanation, .. }) => {
                record::ask_decline(tx, case, desk.ids.new_id(), explanation.trim(), by, now)
                    .await?;
            }
            (CaseEvent::Declined(ground), Command::ApproveDecline { remark }) => {
                let explanation =
                    record::decide(tx, case, "decline", "approved", remark, (by, now)).await?;
                let words = letters::letterhead(tx, case, None, now)
                    .await?
                    .decline(*ground, &explanation);
                letters::to_complainant(desk, tx, case, &words, &way, me).await?;
                let same = |head: &notice::Letterhead| head.decline(*ground, &explanation);
                following::follow(desk, tx, case, &Led::Told(&same, now), me).await?;
            }
            (CaseEvent::OrderIssued, Command::IssueOrder { draft }) => {
                self.serve_order(case, draft).await?;
            }
            (CaseEvent::OrderSigned(unit), _) => {
                if let Some(order) = &case.order {
                    record::sign(tx, order, unit, by, now).await?;
                }
            }
            (CaseEvent::InterestDeclared(person), Command::DeclareInterest { interest }) => {
                let why = (Ground::DeclaredInterest, interest.as_str());
                record::put_interest(tx, case, person, why, now).await?;
            }
            (CaseEvent::ResultReturned, Command::ReturnResult { reasons }) => {
                if let Some(handler) = &case.handler {
                    let words = notice::result_returned(&case.registration.number, reasons);
                    letters::to_post(desk, tx, case, &words, &handler.post, me).await?;
                }
            }
            (
                CaseEvent::ExtensionRequested(extension),
                Command::RequestExtension { ground, .. },
            ) => {
                record::ask_extension(tx, case, extension, ground.trim(), by, now).await?;
            }
            (CaseEvent::ExtensionGranted(extension), Command::ApproveExtension { remark, .. }) => {
                let ground =
                    record::decide(tx, case, "extension", "approved", remark, (by, now)).await?;
                let words = letters::letterhead(tx, case, None, now)
                    .await?
                    .extension(extension.until, &ground);
                letters::to_complainant(desk, tx, case, &words, &way, me).await?;
            }
            (CaseEvent::ExtensionRefused(_), Command::RefuseExtension { reason, .. }) => {
                record::decide(tx, case, "extension", "refused", reason, (by, now)).await?;
            }
            (CaseEvent::Urged, Command::UrgeUnit { message }) => {
                if let Some(order) = &case.order {
                    let words = notice::urge(&case.registration.number, message.trim());
                    letters::to_unit(desk, tx, case, &words, &order.lead, me).await?;
                }
            }
            (CaseEvent::ResultFiled, _) => store::course::lapse(tx, case, now).await?,
            (CaseEvent::Withdrawn, _) => {
                record::lapse(tx, case, now).await?;
                following::follow(desk, tx, case, &Led::TakenBack, me).await?;
            }
            (CaseEvent::Closed, _) => {
                record::lapse(tx, case, now).await?;
                following::follow(desk, tx, case, &Led::Closed, me).await?;
            }
            // The rest says all there is in the history.
            _ => {}
        }
        Ok(())
    }

    async fn write_down(&self, case: &Case, command: &Command) -> Result<(), ActionError> {
        let texts = command.texts();
        let entry = Entry {
            event: command.event(),
            occurred_at: self.now,
            recorded_at: self.now,
            post: &self.by.post,
            person: &self.by.person,
            name: &self.by.name,
            texts: &texts,
        };
        Ok(record::write(self.tx, case, entry).await?)
    }

    /// Stores an order and serves it on its units, which must live in the case's union (guideline art. 17(2)).
    async fn serve_order(
        &self,
        case: &Case,
        draft: &crate::domain::order::Draft,
    ) -> Result<(), ActionError> {
        let Some(order) = &case.order else {
            return Ok(());
        };
        let mut names = Vec::new();
        for unit in order.units() {
            let field = if unit == order.lead {
                "lead_unit_code"
            } else {
                "co_unit_codes"
            };
            let known = self.unit_for(case, field, unit).await?;
            if known.union_code != case.registration.union {
                store::course::let_see(self.tx, case.id, &known.union_code).await?;
            }
            names.push(known.name);
        }
        let number = &case.registration.number;
        let order_number = format!("{number}-D1");
        record::put_order(
            self.tx,
            case,
            order,
            (draft, &order_number),
            &names,
            self.by,
        )
        .await?;
        for unit in order.units() {
            let words = notice::order_served(
                number,
                &order_number,
                unit == order.lead,
                draft.urgent,
                &draft.requirements,
            );
            letters::to_unit(
                self.desk,
                self.tx,
                case,
                &words,
                unit,
                (&self.by.post, self.now),
            )
            .await?;
        }
        Ok(())
    }
}
