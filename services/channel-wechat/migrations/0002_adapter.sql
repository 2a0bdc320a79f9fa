-- What every channel adapter keeps. The original stands in services/adapter/migrations; each adapter has the same copy.
-- Nothing personal stands here: names, addresses and texts stay in the kept bytes, reached by their digest.

CREATE TABLE incoming (
    id               UUID PRIMARY KEY,
    position         BIGINT GENERATED ALWAYS AS IDENTITY,
    scope            TEXT NOT NULL,
    message_id       TEXT NOT NULL,
    body_digest      TEXT NOT NULL,
    account          TEXT NOT NULL,
    unit_code        TEXT NOT NULL,
    sender_key       TEXT NOT NULL,
    received_at      TIMESTAMPTZ NOT NULL,
    taken_at         TIMESTAMPTZ NOT NULL,
    raw_digest       TEXT NOT NULL,
    flaw             TEXT NOT NULL,
    state            TEXT NOT NULL,
    complaint_id     UUID,
    complaint_number TEXT,
    union_code       TEXT,
    addition         BOOLEAN NOT NULL DEFAULT FALSE,
    answered_at      TIMESTAMPTZ,
    acknowledged_at  TIMESTAMPTZ,
    why              TEXT,
    revision         BIGINT NOT NULL,
    tries            INTEGER NOT NULL DEFAULT 0,
    next_try_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    leased_until     TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
    updated_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT incoming_message UNIQUE (scope, message_id),
    CONSTRAINT incoming_state CHECK (CASE state
        WHEN 'received' THEN complaint_id IS NULL AND why IS NULL
        WHEN 'registered' THEN complaint_id IS NOT NULL
        WHEN 'answering' THEN complaint_id IS NOT NULL AND answered_at IS NOT NULL
        WHEN 'acknowledged' THEN complaint_id IS NOT NULL AND acknowledged_at IS NOT NULL
        WHEN 'unacknowledged' THEN complaint_id IS NOT NULL AND why IS NOT NULL
        WHEN 'quarantined' THEN complaint_id IS NULL AND why IS NOT NULL
        WHEN 'noted' THEN complaint_id IS NULL AND why IS NOT NULL
        ELSE FALSE END),
    CONSTRAINT incoming_complaint CHECK ((complaint_id IS NULL) = (complaint_number IS NULL)
        AND (complaint_id IS NULL) = (union_code IS NULL))
);
CREATE INDEX incoming_due ON incoming (next_try_at) WHERE state IN ('received', 'registered', 'answering');
CREATE INDEX incoming_sender ON incoming (sender_key, answered_at);

COMMENT ON TABLE incoming IS 'Owned by this adapter: each message that came in, from the moment its bytes were kept.';
COMMENT ON COLUMN incoming.id IS 'Permanent, UUID v7; also the request id towards intake.';
COMMENT ON COLUMN incoming.position IS 'Order in which messages were kept; a sender''s messages are worked on in this order.';
COMMENT ON COLUMN incoming.scope IS 'Within what the message id is unique: all mailboxes, one WeChat account, one telephone line.';
COMMENT ON COLUMN incoming.message_id IS 'The message''s own id, or the SHA-256 of its bytes when it has none.';
COMMENT ON COLUMN incoming.body_digest IS 'SHA-256 of what must be equal in a repeat; another text under the same id is another message.';
COMMENT ON COLUMN incoming.account IS 'The mailbox, account or line it came to.';
COMMENT ON COLUMN incoming.unit_code IS 'The unit of that account.';
COMMENT ON COLUMN incoming.sender_key IS 'Keyed digest of the sender''s address; empty when nobody is named.';
COMMENT ON COLUMN incoming.received_at IS 'When it reached us, UTC; the legal clocks start here.';
COMMENT ON COLUMN incoming.taken_at IS 'When the adapter took it, UTC.';
COMMENT ON COLUMN incoming.raw_digest IS 'SHA-256 of the original bytes in the object store, hexadecimal.';
COMMENT ON COLUMN incoming.flaw IS 'What the door already knew to be wrong with it; empty when nothing.';
COMMENT ON COLUMN incoming.state IS 'received, registered, answering, acknowledged, unacknowledged, quarantined or noted.';
COMMENT ON COLUMN incoming.complaint_id IS 'The complaint it became, or was added to.';
COMMENT ON COLUMN incoming.complaint_number IS 'That complaint''s number.';
COMMENT ON COLUMN incoming.union_code IS 'The union that complaint belongs to.';
COMMENT ON COLUMN incoming.addition IS 'Whether it was added to an older complaint.';
COMMENT ON COLUMN incoming.answered_at IS 'When the acknowledgement was handed over, UTC.';
COMMENT ON COLUMN incoming.acknowledged_at IS 'When the other side had taken it, UTC.';
COMMENT ON COLUMN incoming.why IS 'Why it was put aside, noted or not acknowledged; for a clerk.';
COMMENT ON COLUMN incoming.revision IS 'Goes up by one with every move.';
COMMENT ON COLUMN incoming.tries IS 'How often the present step was tried in vain.';
COMMENT ON COLUMN incoming.next_try_at IS 'Not before this; machine time, for spacing tries.';
COMMENT ON COLUMN incoming.leased_until IS 'Until then one worker has it; machine time.';
COMMENT ON COLUMN incoming.updated_at IS 'When the row was last written; machine time.';

CREATE TABLE arrivals (
    incoming_id UUID NOT NULL REFERENCES incoming (id),
    account     TEXT NOT NULL,
    raw_digest  TEXT NOT NULL,
    note        TEXT NOT NULL,
    arrived_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, raw_digest, note)
);
COMMENT ON TABLE arrivals IS 'Owned by this adapter: every delivery of a message, repeats and second mailboxes included.';
COMMENT ON COLUMN arrivals.incoming_id IS 'The message.';
COMMENT ON COLUMN arrivals.account IS 'The mailbox, account or line it came to.';
COMMENT ON COLUMN arrivals.raw_digest IS 'SHA-256 of the bytes of this delivery.';
COMMENT ON COLUMN arrivals.note IS 'What tells this delivery from the others: a file name, or the time and nonce of a call-back.';
COMMENT ON COLUMN arrivals.arrived_at IS 'When, UTC.';

CREATE TABLE conversations (
    complaint_id     UUID PRIMARY KEY,
    complaint_number TEXT NOT NULL,
    union_code       TEXT NOT NULL,
    account          TEXT NOT NULL,
    sender_key       TEXT NOT NULL,
    token            TEXT NOT NULL UNIQUE,
    anchor           TEXT NOT NULL,
    opened_at        TIMESTAMPTZ NOT NULL,
    last_at          TIMESTAMPTZ NOT NULL,
    closed_at        TIMESTAMPTZ
);
CREATE INDEX conversations_sender ON conversations (account, sender_key, last_at) WHERE closed_at IS NULL;
COMMENT ON TABLE conversations IS 'Owned by this adapter: the exchange with a complainant about one complaint.';
COMMENT ON COLUMN conversations.complaint_id IS 'The complaint.';
COMMENT ON COLUMN conversations.complaint_number IS 'Its number.';
COMMENT ON COLUMN conversations.union_code IS 'The union it belongs to.';
COMMENT ON COLUMN conversations.account IS 'The mailbox, account or line it is held on.';
COMMENT ON COLUMN conversations.sender_key IS 'Keyed digest of the complainant''s address; empty when it began with a notice of ours.';
COMMENT ON COLUMN conversations.token IS 'Signed with our key and never guessed; stands in every message of ours about this complaint.';
COMMENT ON COLUMN conversations.anchor IS 'The message ours are replies to; empty when there is none.';
COMMENT ON COLUMN conversations.opened_at IS 'When it began, UTC.';
COMMENT ON COLUMN conversations.last_at IS 'When the complainant last wrote, UTC.';
COMMENT ON COLUMN conversations.closed_at IS 'When the case was closed or the complaint withdrawn, UTC; NULL while it goes on.';

CREATE TABLE deliveries (
    notice_id        TEXT PRIMARY KEY,
    complaint_id     TEXT NOT NULL,
    case_id          TEXT NOT NULL,
    union_code       TEXT NOT NULL,
    complaint_number TEXT NOT NULL,
    to_post          TEXT NOT NULL,
    requested_at     TIMESTAMPTZ NOT NULL,
    state            TEXT NOT NULL,
    sent_at          TIMESTAMPTZ,
    settled_at       TIMESTAMPTZ,
    proof_digest     TEXT NOT NULL,
    proof_size_bytes BIGINT NOT NULL,
    proof_media_type TEXT NOT NULL,
    result           TEXT NOT NULL,
    revision         BIGINT NOT NULL,
    tries            INTEGER NOT NULL DEFAULT 0,
    next_try_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    leased_until     TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
    updated_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT deliveries_state CHECK (CASE state
        WHEN 'pending' THEN sent_at IS NULL AND settled_at IS NULL
        WHEN 'manual' THEN sent_at IS NULL AND settled_at IS NULL
        WHEN 'handed_over' THEN sent_at IS NOT NULL AND settled_at IS NULL
        WHEN 'confirmed' THEN sent_at IS NOT NULL AND settled_at IS NOT NULL
        WHEN 'failed' THEN settled_at IS NOT NULL
        WHEN 'unknown' THEN sent_at IS NOT NULL AND settled_at IS NOT NULL
        WHEN 'dropped' THEN sent_at IS NULL
        ELSE FALSE END)
);
CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE state IN ('pending', 'handed_over');
COMMENT ON TABLE deliveries IS 'Owned by this adapter: each notice routing asked to send, handed over at most once.';
COMMENT ON COLUMN deliveries.notice_id IS 'The notice, as routing named it.';
COMMENT ON COLUMN deliveries.complaint_id IS 'The complaint it concerns; empty for none.';
COMMENT ON COLUMN deliveries.case_id IS 'The case it concerns; empty for none.';
COMMENT ON COLUMN deliveries.union_code IS 'The union it belongs to.';
COMMENT ON COLUMN deliveries.complaint_number IS 'The number of the complaint it concerns.';
COMMENT ON COLUMN deliveries.to_post IS 'The post it goes to; empty for a complainant.';
COMMENT ON COLUMN deliveries.requested_at IS 'When routing asked, UTC.';
COMMENT ON COLUMN deliveries.state IS 'pending, manual, handed_over, confirmed, failed, unknown or dropped.';
COMMENT ON COLUMN deliveries.sent_at IS 'When it was sent or dialled, UTC: the instant that counts.';
COMMENT ON COLUMN deliveries.settled_at IS 'When the outcome was known, UTC.';
COMMENT ON COLUMN deliveries.proof_digest IS 'SHA-256 of the proof in the object store; empty when there is none.';
COMMENT ON COLUMN deliveries.proof_size_bytes IS 'Size of the proof in bytes.';
COMMENT ON COLUMN deliveries.proof_media_type IS 'What the proof is, e.g. message/rfc822.';
COMMENT ON COLUMN deliveries.result IS 'What the other side said, in words for a clerk.';
COMMENT ON COLUMN deliveries.revision IS 'Goes up by one with every move.';
COMMENT ON COLUMN deliveries.tries IS 'How often it was tried in vain before a hand-over.';
COMMENT ON COLUMN deliveries.next_try_at IS 'Not before this; machine time, for spacing tries.';
COMMENT ON COLUMN deliveries.leased_until IS 'Until then one worker has it; machine time.';
COMMENT ON COLUMN deliveries.updated_at IS 'When the row was last written; machine time.';
