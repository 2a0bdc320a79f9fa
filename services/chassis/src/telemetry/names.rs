//! Every attribute and metric of the chassis, once.
//!
//! OpenTelemetry's own names come first; ours begin with `complaint.` (attributes) and `suda_` (metrics).

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Version of the service.
pub const SERVICE_VERSION: &str = "service.version";
/// Always `nats`.
pub const MESSAGING_SYSTEM: &str = "messaging.system";
/// The subject of a message.
pub const MESSAGING_DESTINATION: &str = "messaging.destination.name";
/// The id of a message.
pub const MESSAGING_MESSAGE_ID: &str = "messaging.message.id";
/// The durable consumer that hears a message.
pub const MESSAGING_CONSUMER: &str = "messaging.consumer.group.name";
/// Always `grpc`.
pub const RPC_SYSTEM: &str = "rpc.system";
/// Full name of the called service.
pub const RPC_SERVICE: &str = "rpc.service";
/// The called method.
pub const RPC_METHOD: &str = "rpc.method";
/// How the call ended, as gRPC counts it.
pub const RPC_CODE: &str = "rpc.grpc.status_code";
/// Permanent id of the person or service that calls.
pub const CALLER: &str = "enduser.id";
/// What a message is about: a case id or another key.
pub const KEY: &str = "complaint.case.id";
/// Name of a transaction.
pub const TRANSACTION: &str = "db.operation.name";

/// Calls answered, by `rpc` and `code`, with how long they took.
pub const RPC_SECONDS: &str = "suda_rpc_duration_seconds";
/// Calls made to other services, by `rpc` and `code`, with how long they took.
pub const RPC_CLIENT_SECONDS: &str = "suda_rpc_client_duration_seconds";
/// Calls being answered now.
pub const RPC_RUNNING: &str = "suda_rpc_running";
/// Handlers that panicked.
pub const RPC_PANICS: &str = "suda_rpc_panics_total";
/// Transactions, by `name` and `result`, with how long they took.
pub const TRANSACTION_SECONDS: &str = "suda_transaction_duration_seconds";
/// Facts told but not yet published.
pub const OUTBOX_UNPUBLISHED: &str = "suda_outbox_unpublished";
/// Age of the oldest of them.
pub const OUTBOX_OLDEST_SECONDS: &str = "suda_outbox_oldest_seconds";
/// Facts published.
pub const OUTBOX_PUBLISHED: &str = "suda_outbox_published_total";
/// Messages heard, by `subject` and `end` (done, repeat, again, parked), with how long they took.
pub const INBOX_SECONDS: &str = "suda_inbox_duration_seconds";
/// Age of a message when it was done.
pub const INBOX_AGE_SECONDS: &str = "suda_inbox_age_seconds";
/// Messages that the broker still holds for this service.
pub const INBOX_PENDING: &str = "suda_inbox_pending";
/// Messages that could not be done and wait for a person.
pub const PARKED: &str = "suda_parked";
/// Rounds of repeating tasks, by `task` and `result`, with how long they took.
pub const REPEAT_SECONDS: &str = "suda_repeat_duration_seconds";

/// The limits of the histograms, in seconds: from a quick answer to a day's delay.
pub const SECONDS: [f64; 18] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    600.0, 3_600.0, 86_400.0,
];

/// Tells the recorder what each metric means.
pub(super) fn describe() {
    describe_histogram!(
        RPC_SECONDS,
        Unit::Seconds,
        "Calls answered, by rpc and code."
    );
    describe_histogram!(
        RPC_CLIENT_SECONDS,
        Unit::Seconds,
        "Calls made to other services, by rpc and code."
    );
    describe_gauge!(RPC_RUNNING, "Calls being answered now.");
    describe_counter!(RPC_PANICS, "Handlers that panicked.");
    describe_histogram!(
        TRANSACTION_SECONDS,
        Unit::Seconds,
        "Transactions, by name and result."
    );
    describe_gauge!(OUTBOX_UNPUBLISHED, "Facts told but not yet published.");
    describe_gauge!(
        OUTBOX_OLDEST_SECONDS,
        Unit::Seconds,
        "Age of the oldest unpublished fact."
    );
    describe_counter!(OUTBOX_PUBLISHED, "Facts published.");
    describe_histogram!(
        INBOX_SECONDS,
        Unit::Seconds,
        "Messages heard, by subject and end."
    );
    describe_histogram!(
        INBOX_AGE_SECONDS,
        Unit::Seconds,
        "Age of a message when it was done."
    );
    describe_gauge!(
        INBOX_PENDING,
        "Messages the broker still holds for this service."
    );
    describe_gauge!(
        PARKED,
        "Messages that could not be done and wait for a person."
    );
    describe_histogram!(
        REPEAT_SECONDS,
        Unit::Seconds,
        "Rounds of repeating tasks, by task and result."
    );
}
