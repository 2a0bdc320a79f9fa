-- Notices, escalation items, and what routing remembers of the others.

CREATE TABLE notices (
    notice_id           UUID PRIMARY KEY,
    case_id             UUID NOT NULL REFERENCES cases,
    kind                INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 10),
    channel             INTEGER NOT NULL,
    to_post             TEXT NOT NULL,
    subject             TEXT NOT NULL,
    body                TEXT NOT NULL,
    requested_at        TIMESTAMPTZ NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('requested', 'delivered', 'failed', 'unreachable')),
    revision            BIGINT NOT NULL DEFAULT 1,
    manner              INTEGER NOT NULL DEFAULT 0,
    sent_at             TIMESTAMPTZ,
    proof_digest        TEXT NOT NULL DEFAULT '',
    proof_size_bytes    BIGINT NOT NULL DEFAULT 0,
    proof_media_type    TEXT NOT NULL DEFAULT '',
    proof_file_name     TEXT NOT NULL DEFAULT '',
    result              TEXT NOT NULL DEFAULT '',
    delivery_revision   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notices_by_case ON notices (case_id, requested_at);
CREATE INDEX notices_by_post ON notices (to_post, requested_at DESC) WHERE to_post <> '';
COMMENT ON TABLE notices IS 'Letters to complainants and alarms to posts, word for word, with the proof of delivery (令2020年第3号 art. 21)';
COMMENT ON COLUMN notices.notice_id IS 'Permanent';
COMMENT ON COLUMN notices.case_id IS 'The case it concerns';
COMMENT ON COLUMN notices.kind IS 'What it is, by the contract''s number';
COMMENT ON COLUMN notices.channel IS 'By which channel it goes, by the contract''s number; 0 is the post''s own list';
COMMENT ON COLUMN notices.to_post IS 'The post it goes to; empty for the complainant';
COMMENT ON COLUMN notices.subject IS 'Its subject line';
COMMENT ON COLUMN notices.body IS 'Its text, as sent';
COMMENT ON COLUMN notices.requested_at IS 'When it was requested';
COMMENT ON COLUMN notices.state IS 'Where it stands';
COMMENT ON COLUMN notices.revision IS 'Goes up by one with every change';
COMMENT ON COLUMN notices.manner IS 'How it was delivered, by the contract''s number; 0 until then';
COMMENT ON COLUMN notices.sent_at IS 'When it was sent, dialled or posted';
COMMENT ON COLUMN notices.proof_digest IS 'The proof: its name in the object store; empty when there is none';
COMMENT ON COLUMN notices.proof_size_bytes IS 'Its size';
COMMENT ON COLUMN notices.proof_media_type IS 'What it is';
COMMENT ON COLUMN notices.proof_file_name IS 'The name it came with';
COMMENT ON COLUMN notices.result IS 'What came of it, in words';
COMMENT ON COLUMN notices.delivery_revision IS 'The revision of the adapter''s word that was taken last';

CREATE TABLE escalations (
    escalation_id           UUID PRIMARY KEY,
    case_id                 UUID NOT NULL REFERENCES cases,
    union_code              TEXT NOT NULL,
    unit_code               TEXT NOT NULL,
    to_post                 TEXT NOT NULL,
    recipient               TEXT NOT NULL CHECK (recipient IN ('office', 'compliance')),
    clock_code              TEXT NOT NULL,
    rung_code               TEXT NOT NULL,
    legal_due_at            TIMESTAMPTZ NOT NULL,
    opened_at               TIMESTAMPTZ NOT NULL,
    state                   TEXT NOT NULL,
    revision                BIGINT NOT NULL,
    acknowledged_by_post    TEXT,
    acknowledged_at         TIMESTAMPTZ,
    answered_by_post        TEXT,
    answered_at             TIMESTAMPTZ,
    answer                  TEXT NOT NULL DEFAULT '',
    CHECK ((acknowledged_by_post IS NULL) = (acknowledged_at IS NULL)),
    CHECK ((answered_by_post IS NULL) = (answered_at IS NULL) AND (answered_at IS NULL) = (answer = '')),
    CHECK (state = CASE WHEN answered_at IS NOT NULL THEN 'answered'
                        WHEN acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'open' END),
    CHECK (answered_at IS NULL OR acknowledged_at IS NOT NULL)
);
CREATE INDEX escalations_by_case ON escalations (case_id, opened_at);
CREATE INDEX escalations_waiting ON escalations (unit_code, opened_at) WHERE state <> 'answered';
COMMENT ON TABLE escalations IS 'Overdue cases laid before an office or the compliance department, to be acknowledged and answered';
COMMENT ON COLUMN escalations.escalation_id IS 'Permanent; the id of the watchdog''s message';
COMMENT ON COLUMN escalations.case_id IS 'The case';
COMMENT ON COLUMN escalations.union_code IS 'The union of the case';
COMMENT ON COLUMN escalations.unit_code IS 'The office or department that must answer';
COMMENT ON COLUMN escalations.to_post IS 'The post it was sent to';
COMMENT ON COLUMN escalations.recipient IS 'Whom the ladder meant';
COMMENT ON COLUMN escalations.clock_code IS 'The clock';
COMMENT ON COLUMN escalations.rung_code IS 'The rung';
COMMENT ON COLUMN escalations.legal_due_at IS 'When the case was due';
COMMENT ON COLUMN escalations.opened_at IS 'When the item was opened';
COMMENT ON COLUMN escalations.state IS 'Where it stands';
COMMENT ON COLUMN escalations.revision IS 'Goes up by one with every change';
COMMENT ON COLUMN escalations.acknowledged_by_post IS 'The post that took note of it';
COMMENT ON COLUMN escalations.acknowledged_at IS 'When';
COMMENT ON COLUMN escalations.answered_by_post IS 'The post that answered it';
COMMENT ON COLUMN escalations.answered_at IS 'When';
COMMENT ON COLUMN escalations.answer IS 'The answer';

CREATE TABLE units (
    unit_code   TEXT PRIMARY KEY,
    kind        INTEGER NOT NULL,
    name        TEXT NOT NULL,
    union_code  TEXT NOT NULL,
    reception   BOOLEAN NOT NULL,
    retired     BOOLEAN NOT NULL,
    revision    BIGINT NOT NULL
);
CREATE INDEX units_reception ON units (union_code) WHERE reception;
COMMENT ON TABLE units IS 'Units as directory last told them';
COMMENT ON COLUMN units.unit_code IS 'Permanent';
COMMENT ON COLUMN units.kind IS 'What it is, by the contract''s number';
COMMENT ON COLUMN units.name IS 'Its name now';
COMMENT ON COLUMN units.union_code IS 'The union it is, or belongs to';
COMMENT ON COLUMN units.reception IS 'Whether it is the reception of its union';
COMMENT ON COLUMN units.retired IS 'Whether it no longer lives';
COMMENT ON COLUMN units.revision IS 'Directory''s revision';

CREATE TABLE posts (
    post_code           TEXT PRIMARY KEY,
    unit_code           TEXT NOT NULL,
    role                INTEGER NOT NULL,
    name                TEXT NOT NULL,
    holder_person_id    TEXT NOT NULL,
    deputy_person_id    TEXT NOT NULL,
    email               TEXT NOT NULL,
    abolished           BOOLEAN NOT NULL,
    revision            BIGINT NOT NULL
);
CREATE INDEX posts_by_unit ON posts (unit_code, role);
COMMENT ON TABLE posts IS 'Posts as directory last told them';
COMMENT ON COLUMN posts.post_code IS 'Permanent';
COMMENT ON COLUMN posts.unit_code IS 'The unit it is in';
COMMENT ON COLUMN posts.role IS 'What it does, by the contract''s number';
COMMENT ON COLUMN posts.name IS 'Its name';
COMMENT ON COLUMN posts.holder_person_id IS 'Who holds it; empty when vacant';
COMMENT ON COLUMN posts.deputy_person_id IS 'Who stands in; empty when nobody does';
COMMENT ON COLUMN posts.email IS 'Its mailbox; empty when it has none';
COMMENT ON COLUMN posts.abolished IS 'Whether it no longer lives';
COMMENT ON COLUMN posts.revision IS 'Directory''s revision';

CREATE TABLE clock_limits (
    policy_code     TEXT NOT NULL,
    policy_version  BIGINT NOT NULL,
    clock_code      TEXT NOT NULL,
    stage           INTEGER NOT NULL CHECK (stage > 0),
    days            INTEGER NOT NULL CHECK (days > 0),
    effective_from  DATE NOT NULL,
    effective_until DATE,
    PRIMARY KEY (policy_code, policy_version, clock_code, stage)
);
COMMENT ON TABLE clock_limits IS 'How far published policies let a clock be extended, in natural days from receipt';
COMMENT ON COLUMN clock_limits.policy_code IS 'The policy';
COMMENT ON COLUMN clock_limits.policy_version IS 'Its version';
COMMENT ON COLUMN clock_limits.clock_code IS 'The clock';
COMMENT ON COLUMN clock_limits.stage IS 'The stage, from 1';
COMMENT ON COLUMN clock_limits.days IS 'Natural days from receipt';
COMMENT ON COLUMN clock_limits.effective_from IS 'First day of receipt it applies to';
COMMENT ON COLUMN clock_limits.effective_until IS 'Last day of receipt it applies to';
