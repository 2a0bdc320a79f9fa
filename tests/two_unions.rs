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
use prost_reflect::prost::Message as _;
use serde_json::{Value, json};
use suite::{
    Province, person, post,
    raw::{Rpc, call, every_rpc, to_json},
};

use crate::course::{Course, complaint};

mod asking;
mod living;

use asking::requests;
use living::live;

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
const NOT_ASKED: [(&str, &str); 5] = [
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
        "suda.directory.v1.DirectoryService/RenderChannelNotice",
        "what ListChannels gives, on paper",
    ),
    (
        "suda.intake.v1.IntakeService/PutBlob",
        "takes bytes and gives their own digest back",
    ),
];

/// What the year has not come to; the tests of the service look at who sees it.
const NOT_YET: &str = "made after the term that the test lives in";

/// A group that is warned of has five complainants; the tests of intake look at who sees it.
const NO_GROUP: &str = "fewer complain here than a warning takes";

/// RPCs that show 台山's people nothing of a complaint, and so cannot show it to others.
const SHOWS_NO_COMPLAINT: [(&str, &str); 31] = [
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
        "suda.directory.v1.DirectoryService/GetTaxonomy",
        "names and the routing table",
    ),
    (
        "suda.directory.v1.DirectoryService/ListChannels",
        "what is published",
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
    ("suda.intake.v1.GroupService/GetGroup", NO_GROUP),
    ("suda.intake.v1.GroupService/ListGroups", NO_GROUP),
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
