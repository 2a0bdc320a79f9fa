-- What every service needs to tell, to hear and to answer without losing or doubling anything.
-- The same file in every service; the chassis holds the original.

CREATE TABLE outbox (
    position     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           UUID NOT NULL UNIQUE,
    subject      TEXT NOT NULL CHECK (subject <> ''),
    key          TEXT NOT NULL,
    actor        TEXT NOT NULL,
    traceparent  TEXT,
    body         BYTEA NOT NULL,
    occurred_at  TIMESTAMPTZ NOT NULL,
    written_at   TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ
);
COMMENT ON TABLE outbox IS 'Facts this service told; its relay publishes them after commit. Rows are kept, so that they can be told again.';
COMMENT ON COLUMN outbox.position IS 'Order of insertion; of two facts about one thing the earlier has the smaller.';
COMMENT ON COLUMN outbox.id IS 'Id of the message, the same however often it is published.';
COMMENT ON COLUMN outbox.subject IS 'Full protobuf name of the fact and the union it concerns.';
COMMENT ON COLUMN outbox.key IS 'What the fact is about: the id of a case, the code of a unit.';
COMMENT ON COLUMN outbox.actor IS 'Post or service that caused it; never a name.';
COMMENT ON COLUMN outbox.traceparent IS 'W3C trace context of the cause; null when nothing was traced.';
COMMENT ON COLUMN outbox.body IS 'The fact, protobuf.';
COMMENT ON COLUMN outbox.occurred_at IS 'When it happened, by the clock of the service.';
COMMENT ON COLUMN outbox.written_at IS 'When it was told, by the clock of the service.';
COMMENT ON COLUMN outbox.published_at IS 'When the broker had it; null until then.';
CREATE INDEX outbox_unpublished ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_written ON outbox (written_at);

CREATE TABLE inbox (
    message_id UUID PRIMARY KEY,
    heard_at   TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE inbox IS 'Messages this service has done; one that comes again is known by its row.';
COMMENT ON COLUMN inbox.message_id IS 'Id of the message.';
COMMENT ON COLUMN inbox.heard_at IS 'When it was done, by the clock of the service.';

CREATE TABLE parked (
    message_id  UUID PRIMARY KEY,
    consumer    TEXT NOT NULL,
    subject     TEXT NOT NULL,
    key         TEXT NOT NULL,
    actor       TEXT NOT NULL,
    source      TEXT NOT NULL,
    traceparent TEXT,
    body        BYTEA NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    reason      TEXT NOT NULL,
    parked_at   TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE parked IS 'Messages that could not be done; each waits for an operator. Empty on a good day.';
COMMENT ON COLUMN parked.message_id IS 'Id of the message.';
COMMENT ON COLUMN parked.consumer IS 'The service that heard it.';
COMMENT ON COLUMN parked.subject IS 'The subject it came on.';
COMMENT ON COLUMN parked.key IS 'What it is about.';
COMMENT ON COLUMN parked.actor IS 'Post or service that caused it.';
COMMENT ON COLUMN parked.source IS 'The service that told it.';
COMMENT ON COLUMN parked.traceparent IS 'W3C trace context it carried; null when none.';
COMMENT ON COLUMN parked.body IS 'The message, as it came.';
COMMENT ON COLUMN parked.occurred_at IS 'When the fact happened.';
COMMENT ON COLUMN parked.reason IS 'Why it was parked: the whole chain of causes.';
COMMENT ON COLUMN parked.parked_at IS 'When it was parked, by the clock of the service.';

CREATE TABLE requests (
    request_id  UUID PRIMARY KEY,
    rpc         TEXT NOT NULL,
    digest      BYTEA NOT NULL,
    answer      BYTEA NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE requests IS 'Commands this service has done and what it answered; the same request gets the same answer.';
COMMENT ON COLUMN requests.request_id IS 'Id the caller gave.';
COMMENT ON COLUMN requests.rpc IS 'The RPC it called.';
COMMENT ON COLUMN requests.digest IS 'SHA-256 of the request, so that one id cannot stand for two requests.';
COMMENT ON COLUMN requests.answer IS 'What was answered, protobuf.';
COMMENT ON COLUMN requests.answered_at IS 'When, by the clock of the service.';
