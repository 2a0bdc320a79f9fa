//! Two unions see nothing of each other: what 台山 has is looked for in every answer that people of other unions get.
//!
//! RPCs are found in the contracts. 台山's own people ask each for what it shows, which gives the ids, numbers and digests to
//! ask with; then the others ask for the same. Whatever comes back, a refusal too, must not hold a byte of 台山's.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::{
    access::Access,
    auth::{Claims, every_role},
};
use chrono::TimeDelta;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value as Field, prost::Message as _,
};
use serde_json::{Value, json};
use suda_proto::{intake::v1::IdentityKind, routing::v1::DocumentKind};
use suite::{
    Province, person, post,
    raw::{Rpc, call, every_rpc, to_json},
};

use crate::course::{CLERK, Course, HANDLER, HEAD, MANAGEMENT, UNIT_HEAD, complaint, request_id};

/// What stands in 台山's complaint and nowhere else; single words of it are what somebody would search for.
const SECRETS: [&str; 8] = [
    "龙眼树",
    "欧阳采薇",
    "欧阳",
    "13912345678",
    "caiwei@orchard.example",
    "转账截图",
    "果园贷款",
    "荔枝",
];

/// RPCs that are not asked, and why.
const NOT_ASKED: [(&str, &str); 4] = [
    (
        "suda.operation.v1.OperationService/",
        "asked by administrators only, who see no case; tells counts",
    ),
    ("suda.directory.v1.DirectoryService/Login", "takes no token"),
    (
        "suda.directory.v1.DirectoryService/ApplyReference",
        "changes units for all; asked by administrators only",
    ),
    (
        "suda.intake.v1.IntakeService/PutBlob",
        "takes bytes and gives their own digest back",
    ),
];

/// What the year has not come to; the tests of the service look at who sees it.
const NOT_YET: &str = "made after the term that the test lives in";

/// RPCs that show 台山's people nothing of a complaint, and so cannot show it to others.
const SHOWS_NO_COMPLAINT: [(&str, &str); 27] = [
    (
        "suda.archive.v1.RetentionService/GetSchedule",
        "the schedule of the province",
    ),
    (
        "suda.routing.v1.DisclosureService/ListViolations",
        "shown to whoever reported it and to the compliance department",
    ),
    (
        "suda.directory.v1.DirectoryService/WhoAmI",
        "the caller himself",
    ),
    ("suda.directory.v1.DirectoryService/ListUnits", "units"),
    ("suda.directory.v1.DirectoryService/ListPosts", "posts"),
    (
        "suda.directory.v1.DirectoryService/ListCalendars",
        "calendars",
    ),
    (
        "suda.directory.v1.DirectoryService/ListPolicies",
        "policies",
    ),
    (
        "suda.intake.v1.IntakeService/Progress",
        "opened by the query code, which the complainant alone has",
    ),
    (
        "suda.intake.v1.RelationService/ListRelations",
        "the caller's own relations",
    ),
    (
        "suda.routing.v1.CourseService/ShowProperPlace",
        "where somebody should go",
    ),
    (
        "suda.routing.v1.DisclosureService/ListReprisals",
        "shown to whoever reported it and to the compliance department",
    ),
    (
        "suda.sla_watchdog.v1.SlaWatchdogService/Preview",
        "a sum with days, of no case",
    ),
    (
        "suda.sla_watchdog.v1.SlaWatchdogService/ListRungs",
        "codes and instants",
    ),
    (
        "suda.sla_watchdog.v1.SlaWatchdogService/ListTold",
        "what the caller's own posts were told",
    ),
    (
        "suda.sla_watchdog.v1.ForesightService/Backtest",
        "asked with the text of a policy",
    ),
    (
        "suda.sla_watchdog.v1.ForesightService/PreviewLaw",
        "asked with calendars and policies",
    ),
    (
        "suda.archive.v1.ArchiveService/VerifyLedger",
        "whether the chain is whole, and how long it is",
    ),
    ("suda.archive.v1.RetentionService/GetDisposal", NOT_YET),
    ("suda.archive.v1.RetentionService/ListDisposals", NOT_YET),
    ("suda.archive.v1.TransferService/CheckTransfer", NOT_YET),
    ("suda.archive.v1.TransferService/ExportTransfer", NOT_YET),
    ("suda.archive.v1.TransferService/GetTransfer", NOT_YET),
    ("suda.archive.v1.TransferService/ListTransfers", NOT_YET),
    (
        "suda.regulatory_report.v1.ReportService/ExportReport",
        NOT_YET,
    ),
    ("suda.regulatory_report.v1.ReportService/GetReport", NOT_YET),
    (
        "suda.regulatory_report.v1.ReportService/ListReports",
        NOT_YET,
    ),
    (
        "suda.regulatory_report.v1.ReportService/ListScorecards",
        NOT_YET,
    ),
];

/// Ids that mark no complaint: of persons, posts and units, and of what the whole province shares.
const SHARED: [&str; 9] = [
    "schedule_digest",
    "policy_digest",
    "calendar_digest",
    "person_id",
    "message_id",
    "key_id",
    "body_digest",
    "clock_id",
    "request_id",
];

/// What can be asked with, by the name of the field it was found in.
type Known = BTreeMap<String, BTreeSet<String>>;

fn is_mark(field: &str) -> bool {
    let names_one = field.ends_with("_id") || field.ends_with("_ids") || field.ends_with("digest");
    (names_one || ["number", "archival_code"].contains(&field))
        && !SHARED.iter().any(|shared| field.ends_with(shared))
}

/// Everything in an answer that tells one complaint, file or notice from another.
fn gather(json: &Value, known: &mut Known) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                let values = value
                    .as_array()
                    .map_or(std::slice::from_ref(value), Vec::as_slice);
                for text in values.iter().filter_map(Value::as_str) {
                    if is_mark(name) && text.len() >= 8 {
                        known
                            .entry(name.clone())
                            .or_default()
                            .insert(text.to_owned());
                    }
                }
                gather(value, known);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, known)),
        _ => {}
    }
}

/// A request of one RPC and the values of 台山 that stand in it.
struct Asked {
    message: DynamicMessage,
    with: BTreeSet<String>,
}

/// Requests for what is known: with nothing, with each id alone, and with one of each.
fn requests(input: &MessageDescriptor, known: &Known) -> Vec<Asked> {
    let mut wanted: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
    let mut all = BTreeMap::new();
    for field in fields_of(input, 2) {
        let name = field.name();
        let values = match name {
            // The ledger goes by what an entry is about.
            "key" => known.get("case_id"),
            "query" => {
                wanted.extend(
                    SECRETS.map(|word| BTreeMap::from([(name.to_owned(), word.to_owned())])),
                );
                None
            }
            _ => known.get(name),
        };
        for value in values.into_iter().flatten().take(3) {
            wanted.push(BTreeMap::from([(name.to_owned(), value.clone())]));
            all.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
        if name.ends_with("union_code") {
            all.insert(name.to_owned(), "589002".to_owned());
        } else if name.ends_with("unit_code") {
            all.insert(name.to_owned(), "589002SL".to_owned());
            for unit in ["589002", "589002SL", "589002XD"] {
                wanted.push(BTreeMap::from([(name.to_owned(), unit.to_owned())]));
            }
        }
    }
    // Bytes are had by what they belong to and their digest, together.
    let owners = known.get("complaint_id").into_iter().flatten().take(3);
    let digests = known.get("digest").into_iter().flatten().take(6);
    if input.get_field_by_name("digest").is_some() {
        wanted.extend(owners.flat_map(|owner| {
            let digests = digests.clone();
            digests.map(|digest| {
                BTreeMap::from([
                    ("complaint_id".to_owned(), owner.clone()),
                    ("digest".to_owned(), digest.clone()),
                ])
            })
        }));
    }
    wanted.push(all);
    let asked = wanted.into_iter().map(|with| Asked {
        message: filled(input, &with, 2),
        with: with.into_values().collect(),
    });
    asked.collect()
}

/// The text fields of a message and of those within it.
fn fields_of(message: &MessageDescriptor, depth: u32) -> Vec<FieldDescriptor> {
    let mut found = Vec::new();
    for field in message.fields() {
        match field.kind() {
            Kind::Message(inner) if depth > 0 && !field.is_list() && !field.is_map() => {
                found.extend(fields_of(&inner, depth - 1));
            }
            Kind::String => found.push(field),
            _ => {}
        }
    }
    found
}

fn filled(
    message: &MessageDescriptor,
    with: &BTreeMap<String, String>,
    depth: u32,
) -> DynamicMessage {
    let mut request = DynamicMessage::new(message.clone());
    for field in message.fields() {
        let name = field.name();
        let value = match field.kind() {
            Kind::String if field.is_list() => with
                .get(name)
                .map(|value| Field::List(vec![Field::String(value.clone())])),
            Kind::String => with
                .get(name)
                .cloned()
                .or_else(|| plausible(name))
                .map(Field::String),
            Kind::Uint32 if name == "year" => Some(Field::U32(2026)),
            Kind::Uint64 if name == "expected_revision" => Some(Field::U64(1)),
            Kind::Enum(kind) if ["term", "format"].contains(&name) => {
                // The last of them: the second half-year comes before the whole one, spreadsheets after JSON.
                let values: Vec<_> = kind.values().map(|value| value.number()).collect();
                let wanted = if name == "term" { 2 } else { values.len() - 1 };
                Some(Field::EnumNumber(values[wanted]))
            }
            // A letter can be had in every format.
            Kind::Enum(kind) if name == "kind" => Some(Field::EnumNumber(match kind.name() {
                "DocumentKind" => DocumentKind::Answer.into(),
                _ => IdentityKind::Phone.into(),
            })),
            Kind::Message(_) if name == "until" => {
                Some(Field::Message(instant(&field, "2026-12-31T00:00:00Z")))
            }
            Kind::Message(inner) if depth > 0 && !field.is_list() && !field.is_map() => {
                let within = filled(&inner, with, depth - 1);
                let empty = within == DynamicMessage::new(inner) || inner_is_time(&field);
                (!empty && field.containing_oneof().is_none()).then_some(Field::Message(within))
            }
            _ => None,
        };
        if let Some(value) = value {
            request.set_field(&field, value);
        }
    }
    request
}

fn inner_is_time(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(inner) if inner.full_name().starts_with("google."))
}

/// An instant as the field has it.
fn instant(field: &FieldDescriptor, at: &str) -> DynamicMessage {
    let Kind::Message(kind) = field.kind() else {
        panic!("{} is no instant", field.full_name());
    };
    let mut instant = DynamicMessage::new(kind);
    instant.set_field_by_name("seconds", Field::I64(suite::at(at).timestamp()));
    instant
}

/// What a person would write there.
fn plausible(field: &str) -> Option<String> {
    Some(match field {
        "request_id" => request_id(),
        "reason" | "reasons" | "statement" | "remark" | "opinion" | "content" => {
            "核对有关情况".to_owned()
        }
        "table_code" => "summary".to_owned(),
        "figure_code" => "received".to_owned(),
        "clock_code" => "G18.1c".to_owned(),
        // Found by the telephone number, and by the end of every term.
        "value" => "13912345678".to_owned(),
        "on" => "2199-12-31".to_owned(),
        _ => return None,
    })
}

/// The bytes of an answer, with whatever is packed in them unpacked.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![bytes.to_vec()];
    // A spreadsheet or a sealed file lies somewhere within the message.
    if let Some(start) = bytes.windows(4).position(|window| window == b"PK\x03\x04")
        && let Ok(mut files) = zip::ZipArchive::new(std::io::Cursor::new(&bytes[start..]))
    {
        for index in 0..files.len() {
            let mut inner = Vec::new();
            files
                .by_index(index)
                .unwrap()
                .read_to_end(&mut inner)
                .unwrap();
            found.extend(unpacked(&inner));
        }
    }
    // An exported ledger holds each event in Base64.
    let text = String::from_utf8_lossy(bytes);
    let words =
        text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter)));
    found.extend(
        words
            .filter(|word| word.len() > 40)
            .filter_map(|word| STANDARD.decode(word).ok()),
    );
    found
}

fn leak<'a>(
    answer: &[u8],
    marks: &'a BTreeSet<String>,
    sent: &BTreeSet<String>,
) -> Option<&'a String> {
    let parts = unpacked(answer);
    let parts: Vec<_> = parts
        .iter()
        .map(|part| String::from_utf8_lossy(part))
        .collect();
    marks
        .iter()
        .filter(|mark| !sent.contains(*mark))
        .find(|mark| parts.iter().any(|part| part.contains(mark.as_str())))
}

/// Whether an answer shows something of 台山's complaint.
fn holds_a_mark(answer: &[u8], known: &Known) -> bool {
    let mut marks: BTreeSet<String> = known.values().flatten().cloned().collect();
    marks.extend(SECRETS.map(str::to_owned));
    leak(answer, &marks, &BTreeSet::new()).is_some()
}

/// Whether an RPC changes something: it then knows its repeats by this field.
fn is_command(rpc: &Rpc) -> bool {
    rpc.method.input().get_field_by_name("request_id").is_some()
}

fn asked_rpcs() -> Vec<Rpc> {
    let left_out = |rpc: &Rpc| NOT_ASKED.iter().any(|(name, _)| rpc.name.starts_with(name));
    every_rpc()
        .into_iter()
        .filter(|rpc| !left_out(rpc))
        .collect()
}

/// 台山's: one for every role there is.
fn owners() -> Vec<Claims> {
    let roles = every_role().into_iter();
    roles
        .map(|role| {
            person(
                "p-suite",
                vec![post("589002SL-x", "589002SL", "589002", &role)],
            )
        })
        .collect()
}

/// People of a union, or of an office: one for each role that is held there.
async fn people_of(province: &Province, union: &str) -> Vec<Claims> {
    let list = "suda.directory.v1.DirectoryService/ListUnits";
    let units = province.ask("p44hgofficer", list, json!({})).await.unwrap();
    let units = units["units"].as_array().unwrap().iter();
    let codes: BTreeSet<_> = units
        .filter(|unit| unit["union_code"] == union)
        .map(|unit| unit["code"].as_str().unwrap().to_owned())
        .collect();
    let list = "suda.directory.v1.DirectoryService/ListPosts";
    let posts = province.ask("p44hgofficer", list, json!({})).await.unwrap();
    let mut people = BTreeMap::new();
    for held in posts["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|view| &view["post"])
    {
        let text = |field: &str| held[field].as_str().unwrap_or_default().to_owned();
        let unit = text("unit_code");
        let holders = [text("holder_person_id"), text("deputy_person_id")];
        let holder = holders.into_iter().find(|holder| !holder.is_empty());
        if let Some(holder) = holder.filter(|_| codes.contains(&unit)) {
            let role = text("role").trim_start_matches("ROLE_").to_lowercase();
            let post = post(&text("code"), &unit, union, &role);
            people
                .entry(role)
                .or_insert_with(|| person(&holder, vec![post]));
        }
    }
    people.into_values().collect()
}

/// 台山's complaint lives to the archive, a second one climbs to the office, and a mail is put aside.
async fn live(province: &Province) {
    let put = json!({ "data": STANDARD.encode("\u{89}PNG 龙眼树下拍的"), "file_name": "转账截图-龙眼树.png" });
    let rpc = "suda.intake.v1.IntakeService/PutBlob";
    let blob = province.ask(CLERK, rpc, put).await.unwrap()["blob"].take();
    let told = json!({
        "complainant": { "name": "欧阳采薇", "phone": "13912345678", "email": "caiwei@orchard.example", "address": "龙眼树村一号", "capacity": "CAPACITY_SELF" },
        "content": "果园贷款在龙眼树下面签的字,合同没有给我。",
        "demand": "把果园贷款的合同给我一份",
        "evidence": [{ "blob": blob, "description": "转账截图" }],
    });
    let mut course = Course::begin(province, CLERK, complaint(told.clone())).await;
    course.order().await;
    course.moves(UNIT_HEAD, "SignOrder", json!({})).await;
    course
        .moves(
            UNIT_HEAD,
            "AssignHandler",
            json!({ "handler_post": "589002XD-handler" }),
        )
        .await;
    let contact = json!({ "manner": "MANNER_PHONE_CALL", "summary": "已致电欧阳采薇" });
    course.moves(HANDLER, "RecordContact", contact).await;
    course
        .moves(
            HANDLER,
            "RecordFindings",
            json!({ "findings": "荔枝收购款已结清" }),
        )
        .await;
    course
        .moves(
            HANDLER,
            "RecordSolution",
            json!({ "solution": "送交果园贷款合同" }),
        )
        .await;
    let answer = json!({
        "answer": { "facts": "龙眼树下签字属实", "basis": "合同法", "conclusion": "送交果园贷款合同", "remedies": "可申请核查" },
        "delivery": { "manner": "MANNER_PHONE_CALL", "note": "已电话答复" },
    });
    course.moves(HANDLER, "RecordAnswer", answer).await;
    course
        .moves(
            HANDLER,
            "FileResult",
            json!({ "result": "果园贷款合同已送交" }),
        )
        .await;
    course
        .moves(CLERK, "PassResult", json!({ "opinion": "荔枝一事属实" }))
        .await;
    course
        .moves(CLERK, "Close", json!({ "remark": "果园贷款办结" }))
        .await;
    province.sealed(1).await;

    let mut told = told;
    told["evidence"] = json!([]);
    let mut second = Course::begin(province, CLERK, complaint(told)).await;
    second.order().await;
    beside(&course, second.id()).await;
    let layout = &province.stack.layout;
    let draft = layout.path("mail/in/tmp/headless");
    std::fs::write(&draft, "龙眼树\u{0}荔枝").unwrap();
    std::fs::rename(draft, layout.path("mail/in/new/headless")).unwrap();
    // The ladder of the second one reaches the office and the compliance department.
    province.advance(TimeDelta::days(24)).await;
}

/// What can stand beside a case: an appeal, a task, a panel, what was told up the line, a reward, a hold.
async fn beside(course: &Course<'_>, open_case: &str) {
    let (case_id, number) = (course.id(), course.number());
    let proof = json!([{ "digest": "ab".repeat(32), "file_name": "转账截图-荔枝.png" }]);
    let now = course.province.now("routing").await.to_rfc3339();
    let asked = [
        (
            CLERK,
            "suda.routing.v1.AppealService/LodgeAppeal",
            json!({ "case_id": case_id, "level": "APPEAL_LEVEL_OFFICE", "received_at": now, "grounds": "荔枝款没有结清" }),
        ),
        (
            HEAD,
            "suda.routing.v1.RectificationService/OpenRectification",
            json!({
                "case_id": case_id, "unit_code": "589002XD", "problem": "龙眼树下签合同", "requirements": "合同当面交给客户",
                "due_at": "2026-11-30T09:30:00Z",
            }),
        ),
        (
            HEAD,
            "suda.routing.v1.PanelService/ConvenePanel",
            json!({
                "case_id": open_case, "suspicion": "果园贷款一事多次虚构", "evidence": proof,
                "member_posts": ["589002KJ-head", "58900202-head", "5890-officer"],
            }),
        ),
        (
            HEAD,
            "suda.routing.v1.DisclosureService/ReportMajor",
            json!({
                "case_id": case_id, "kind": "MAJOR_KIND_MAJOR", "known_at": now, "circumstances": "荔枝园多人到场",
            }),
        ),
        (
            CLERK,
            "suda.routing.v1.DisclosureService/ReportViolation",
            json!({
                "case_number": number, "unit_code": "589002XD", "account": "果园贷款合同疑似伪造签名",
            }),
        ),
        (
            CLERK,
            "suda.routing.v1.DisclosureService/ReportReprisal",
            json!({
                "case_number": number, "kind": "REPRISAL_KIND_RETALIATION", "account": "威胁欧阳采薇撤回",
            }),
        ),
        (
            MANAGEMENT,
            "suda.routing.v1.AccountabilityService/RecordReward",
            json!({
                "case_id": case_id, "ground": "REWARD_GROUND_LOSS_AVERTED", "beneficiary": "REWARD_BENEFICIARY_COMPLAINANT",
                "honour": true, "description": "举报果园贷款问题属实",
            }),
        ),
        (
            HEAD,
            "suda.archive.v1.RetentionService/SetHold",
            json!({
                "number": number, "ground": "HOLD_GROUND_LITIGATION", "reason": "荔枝款诉讼",
            }),
        ),
    ];
    for (account, rpc, mut with) in asked {
        with["request_id"] = json!(request_id());
        let done = course.province.ask(account, rpc, with).await;
        done.unwrap_or_else(|refused| panic!("{rpc}: {refused}"));
    }
    course.province.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_other_unions_find_no_byte_of_a_unions_data_in_any_answer() {
    let province = Province::start("2026-09-23T10:00:00+08:00").await;
    live(&province).await;
    // The neighbours have a complaint of their own, so that they do see something.
    let own = json!({ "unit_code": "589003SL", "matter": { "complained_unit_code": "58900301" }, "content": "排队太久。" });
    Course::begin(&province, "p589003slclerk", complaint(own)).await;

    let access = Access::parse(suda_proto::ACCESS).unwrap();
    let rpcs = asked_rpcs();
    let known = shown_to_its_own(&province, &access, &rpcs).await;
    let mut marks: BTreeSet<String> = known.values().flatten().cloned().collect();
    marks.extend(SECRETS.map(str::to_owned));
    assert!(marks.len() > 20, "{marks:?}");

    // A neighbour under the same office, and an office of elsewhere with its unions.
    let mut others = people_of(&province, "589003").await;
    others.extend(people_of(&province, "5910").await);
    assert!(others.len() > 7, "{} people", others.len());
    let looking = others
        .iter()
        .map(|other| finds_nothing(&province, (&access, &rpcs), (&known, &marks), other));
    let (tried, answered) = futures::future::join_all(looking)
        .await
        .into_iter()
        .fold((0, 0), |sum, found| (sum.0 + found.0, sum.1 + found.1));
    assert!(
        tried > 500 && answered > 50,
        "{tried} tried, {answered} answered"
    );
    province.stop().await;
}

/// Asks everything that somebody of elsewhere may ask; gives how much was tried and how much was answered.
async fn finds_nothing(
    province: &Province,
    (access, rpcs): (&Access, &[Rpc]),
    (known, marks): (&Known, &BTreeSet<String>),
    other: &Claims,
) -> (usize, usize) {
    let roles: Vec<_> = other.posts.iter().map(|post| post.role.as_str()).collect();
    let (mut tried, mut answered) = (0, 0);
    for rpc in rpcs.iter().filter(|rpc| access.allows(&roles, &rpc.name)) {
        let mut asked = requests(&rpc.method.input(), known);
        if is_command(rpc) {
            asked.retain(|asked| !asked.with.is_empty());
        }
        let peer = province.peer_of(other, rpc.service);
        for asked in asked {
            let answer = call(peer.clone(), &rpc.name, asked.message.encode_to_vec()).await;
            tried += 1;
            let bytes = match answer {
                Ok(messages) => {
                    assert!(
                        !is_command(rpc) || messages.is_empty(),
                        "{} lets {} do something with {:?} of 台山's",
                        rpc.name,
                        other.sub,
                        asked.with
                    );
                    answered += usize::from(messages.iter().any(|message| !message.is_empty()));
                    messages.concat()
                }
                Err(refused) => [refused.message().as_bytes(), refused.details()].concat(),
            };
            assert_eq!(
                leak(&bytes, marks, &asked.with),
                None,
                "{} shows something of 台山's to {}, asked with {:?}",
                rpc.name,
                other.sub,
                asked.with
            );
        }
    }
    (tried, answered)
}

/// Asks every reading RPC as 台山's own people; each must show something, or stand in a list with its reason.
async fn shown_to_its_own(province: &Province, access: &Access, rpcs: &[Rpc]) -> Known {
    let mut known = Known::new();
    // What one RPC shows, another is asked with.
    let mut silent: BTreeSet<&str> = rpcs
        .iter()
        .filter(|rpc| !is_command(rpc))
        .map(|rpc| rpc.name.as_str())
        .collect();
    let listed: BTreeSet<_> = SHOWS_NO_COMPLAINT.iter().map(|(name, _)| *name).collect();
    for last in [false, false, true] {
        for rpc in rpcs {
            // What stands in the list is asked once, when most is known.
            let name = rpc.name.as_str();
            if !silent.contains(name) || (listed.contains(name) && !last) {
                continue;
            }
            let mut shown = false;
            let owners = owners();
            let allowed = owners
                .iter()
                .filter(|owner| access.allows(&[owner.posts[0].role.as_str()], &rpc.name));
            for owner in allowed {
                let peer = province.peer_of(owner, rpc.service);
                for asked in requests(&rpc.method.input(), &known) {
                    let answer = call(peer.clone(), &rpc.name, asked.message.encode_to_vec()).await;
                    for message in answer.into_iter().flatten() {
                        // What the whole province shares marks no complaint.
                        if !rpc.service.starts_with("directory")
                            && !rpc.name.ends_with("/GetSchedule")
                        {
                            gather(&to_json(&rpc.method.output(), &message), &mut known);
                        }
                        shown = shown || holds_a_mark(&message, &known);
                    }
                }
                if shown {
                    break;
                }
            }
            if shown {
                silent.remove(rpc.name.as_str());
            }
        }
    }
    assert_eq!(
        silent, listed,
        "left: what shows 台山's own people nothing of their complaint. Let the test's complaint have it, or say in \
         SHOWS_NO_COMPLAINT why it cannot"
    );
    known
}
