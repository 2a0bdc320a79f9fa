//! Intake from outside: over gRPC, with a real PostgreSQL and a real broker.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a test stops where it fails, and a measurement prints"
)]

mod adding;
mod erasing;
mod grouping;
mod looking;
mod quarantining;
mod refusing;
mod registering;
mod relating;

use std::sync::atomic::{AtomicU64, Ordering};

use chassis::{
    grpc::Peer,
    testing::{Person, Stack, person},
};
use chrono::TimeDelta;
use intake::Intake;
use suda_proto::{
    common::v1::{Blob, Channel, Nature},
    directory::v1::{Unit, UnitChanged, UnitKind},
    intake::v1::{
        Complainant, EvidenceItem, Matter, PutBlobRequest, RegisterRequest, RegisterResponse,
        Source, intake_service_client::IntakeServiceClient,
    },
};
use tonic::{Code, Status};
use uuid::Uuid;

type Client = IntakeServiceClient<Peer>;

/// What must not be found anywhere in the clear.
const SECRETS: [&str; 8] = [
    "欧阳明月",
    "13812345678",
    "oTestOpenid_0001",
    "mingyue@example.com",
    "11010519491231002X",
    "台城街道环城西路八号",
    "柜员把我的存折扔在地上",
    "夏侯代表",
];

/// A running intake that has heard of nothing.
async fn bare() -> Stack {
    Stack::start::<Intake>(|setup| {
        setup.set(
            "service.vault_file",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/intake-vault.toml"),
        );
    })
    .await
}

/// A running intake that knows the units of two unions.
async fn started() -> Stack {
    let stack = bare().await;
    for (code, kind, union, reception, retired_on) in [
        ("589002", UnitKind::Union, "589002", false, ""),
        ("589002SL", UnitKind::Department, "589002", true, ""),
        ("58900201", UnitKind::Outlet, "589002", false, ""),
        ("58900202", UnitKind::Outlet, "589002", false, ""),
        ("58900209", UnitKind::Outlet, "589002", false, "2026-01-01"),
        ("589001SL", UnitKind::Department, "589001", true, ""),
        ("58900101", UnitKind::Outlet, "589001", false, ""),
    ] {
        let unit = Unit {
            code: code.into(),
            kind: kind.into(),
            revision: 1,
            reception,
            retired_on: retired_on.into(),
            union_code: union.into(),
            ..Unit::default()
        };
        stack
            .publish(
                &UnitChanged {
                    unit: Some(unit),
                    occurred_at: None,
                },
                union,
                code,
            )
            .await;
    }
    stack.settle().await;
    stack
}

fn client(stack: &Stack, who: &Person) -> Client {
    IntakeServiceClient::new(stack.channel_as(who))
        .max_decoding_message_size(chassis::grpc::LARGEST_MESSAGE)
        .max_encoding_message_size(chassis::grpc::LARGEST_MESSAGE)
}

fn clerk() -> Person {
    person("P-clerk").post("589002SL-clerk", "589002SL", "589002", "reception_clerk")
}

fn other_clerk() -> Person {
    person("P-other").post("589001SL-clerk", "589001SL", "589001", "reception_clerk")
}

fn receiver() -> Person {
    person("P-receiver").post("58900201-receiver", "58900201", "589002", "outlet_receiver")
}

fn adapter() -> Person {
    person("channel-email")
        .post("channel-email", "channel-email", "*", "channel")
        .unions(["*"])
}

fn archive() -> Person {
    person("archive")
        .post("archive", "archive", "*", "service")
        .unions(["*"])
}

fn new_id() -> String {
    static LAST: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(u128::from(LAST.fetch_add(1, Ordering::Relaxed))).to_string()
}

/// A complaint with everything in it that must stay with us.
fn complaint() -> RegisterRequest {
    RegisterRequest {
        request_id: new_id(),
        unit_code: "58900201".into(),
        channel: Channel::Visit.into(),
        nature: Nature::ConsumerComplaint.into(),
        complainant: Some(Complainant {
            name: "欧阳明月".into(),
            phone: "138-1234-5678".into(),
            email: "Mingyue@example.com".into(),
            openid: "oTestOpenid_0001".into(),
            address: "台城街道环城西路八号".into(),
            id_type: 1,
            id_number: "11010519491231002x".into(),
            ..Complainant::default()
        }),
        matter: Some(Matter {
            complained_unit_code: "58900202".into(),
            complained_person_id: "P-complained".into(),
            business_code: "B04.account".into(),
            amount_fen: 20_000,
            ..Matter::default()
        }),
        content: "柜员把我的存折扔在地上,态度十分恶劣,排队两个小时无人理会。".into(),
        demand: "要求当面道歉".into(),
        ..RegisterRequest::default()
    }
}

/// The same, as an adapter sends it.
fn message(id: &str) -> RegisterRequest {
    RegisterRequest {
        channel: Channel::Email.into(),
        source: Some(Source {
            account: "mail:jiangmen".into(),
            message_id: id.into(),
            raw_digest: "ab".repeat(32),
        }),
        ..complaint()
    }
}

async fn register(client: &mut Client, request: RegisterRequest) -> RegisterResponse {
    client.register(request).await.unwrap().into_inner()
}

fn number(answer: &RegisterResponse) -> String {
    answer.complaint.clone().unwrap().number
}

fn complaint_id(answer: &RegisterResponse) -> String {
    answer.complaint.clone().unwrap().complaint_id
}

/// Keeps a file and makes it a piece of evidence.
async fn evidence(client: &mut Client, bytes: &[u8], file_name: &str) -> EvidenceItem {
    let request = PutBlobRequest {
        data: bytes.to_vec(),
        file_name: file_name.into(),
    };
    let blob = client
        .put_blob(request)
        .await
        .unwrap()
        .into_inner()
        .blob
        .unwrap();
    EvidenceItem {
        blob: Some(Blob {
            file_name: file_name.into(),
            ..blob
        }),
        kind: 1,
        description: "回单照片".into(),
    }
}

/// The field a refusal names.
fn field(status: &Status) -> String {
    use tonic_types::StatusExt as _;
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    status
        .get_error_details()
        .bad_request()
        .unwrap()
        .field_violations[0]
        .field
        .clone()
}

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

fn at(stack: &Stack, delta: TimeDelta) -> Option<prost_types::Timestamp> {
    Some(chassis::grpc::timestamp(
        chassis::clock::Clock::now(&*stack.clock) + delta,
    ))
}

/// How many rows a table has.
async fn count(stack: &Stack, table: &str) -> i64 {
    stack
        .count(&format!("SELECT count(*) AS count FROM {table}"))
        .await
}

/// Everything that stands in a table, as bytes: text as it is, and what is encrypted too.
async fn bytes_of(stack: &Stack, table: &str) -> Vec<u8> {
    use sea_orm::ConnectionTrait as _;
    let statement = chassis::db::sql(
        &format!("SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM {table} t"),
        [],
    );
    let text: String = stack
        .db
        .reader()
        .query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "text")
        .unwrap();
    // Columns of bytes are printed as \x…; both forms are searched.
    let mut bytes = text.clone().into_bytes();
    for part in text.split("\\x").skip(1) {
        let hexadecimal: String = part.chars().take_while(char::is_ascii_hexdigit).collect();
        bytes.push(b' ');
        bytes.extend(hex::decode(&hexadecimal[..hexadecimal.len() / 2 * 2]).unwrap());
    }
    bytes
}

/// Every secret that stands somewhere in these bytes.
fn secrets_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |secret: &&&str| {
        bytes
            .windows(secret.len())
            .any(|window| window.eq_ignore_ascii_case(secret.as_bytes()))
    };
    SECRETS.iter().filter(holds).copied().collect()
}
