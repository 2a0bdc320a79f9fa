-- Clocks of cases, the messages of their ladders, and what sla-watchdog knows of others.

CREATE TABLE units (
    code       TEXT PRIMARY KEY,
    revision   BIGINT NOT NULL,
    parent     TEXT NOT NULL,
    union_code TEXT NOT NULL,
    reception  BOOLEAN NOT NULL
);
COMMENT ON TABLE units IS 'Units as directory tells them; for finding whom a message reaches.';
COMMENT ON COLUMN units.code IS 'Permanent code.';
COMMENT ON COLUMN units.revision IS 'The highest revision heard.';
COMMENT ON COLUMN units.parent IS 'Code of the parent now; empty for the province.';
COMMENT ON COLUMN units.union_code IS 'The union it belongs to.';
COMMENT ON COLUMN units.reception IS 'Whether it is the reception of its union, or the compliance department.';

CREATE TABLE posts (
    code      TEXT PRIMARY KEY,
    revision  BIGINT NOT NULL,
    unit      TEXT NOT NULL,
    role      TEXT NOT NULL,
    held      BOOLEAN NOT NULL,
    deputised BOOLEAN NOT NULL,
    duty      BOOLEAN NOT NULL,
    abolished BOOLEAN NOT NULL
);
COMMENT ON TABLE posts IS 'Posts as directory tells them.';
COMMENT ON COLUMN posts.code IS 'Permanent code.';
COMMENT ON COLUMN posts.revision IS 'The highest revision heard.';
COMMENT ON COLUMN posts.unit IS 'Its unit.';
COMMENT ON COLUMN posts.role IS 'What it does, in lower case.';
COMMENT ON COLUMN posts.held IS 'Whether somebody holds it.';
COMMENT ON COLUMN posts.deputised IS 'Whether somebody stands in.';
COMMENT ON COLUMN posts.duty IS 'Whether it is its unit''s duty post.';
COMMENT ON COLUMN posts.abolished IS 'Whether it is abolished.';

CREATE TABLE calendars (
    code    TEXT NOT NULL,
    version BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE calendars IS 'Published calendars, every version.';
COMMENT ON COLUMN calendars.code IS 'Which.';
COMMENT ON COLUMN calendars.version IS 'Its version.';
COMMENT ON COLUMN calendars.body IS 'The calendar, protobuf.';

CREATE TABLE policies (
    code    TEXT NOT NULL,
    version BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE policies IS 'Published policies, every version.';
COMMENT ON COLUMN policies.code IS 'Which.';
COMMENT ON COLUMN policies.version IS 'Its version.';
COMMENT ON COLUMN policies.body IS 'The policy, protobuf.';

CREATE TABLE matters (
    complaint_id UUID PRIMARY KEY,
    case_id      UUID,
    number       TEXT NOT NULL,
    union_code   TEXT NOT NULL,
    unit_code    TEXT NOT NULL,
    nature       INTEGER NOT NULL,
    at_reception BOOLEAN NOT NULL,
    received_at  TIMESTAMPTZ NOT NULL,
    revision     BIGINT NOT NULL,
    lead_unit    TEXT NOT NULL,
    handler_post TEXT NOT NULL
);
COMMENT ON TABLE matters IS 'Complaints and their cases, as far as clocks and ladders need them.';
COMMENT ON COLUMN matters.complaint_id IS 'The complaint.';
COMMENT ON COLUMN matters.case_id IS 'Its case; null until routing tells of it.';
COMMENT ON COLUMN matters.number IS 'The complaint''s number.';
COMMENT ON COLUMN matters.union_code IS 'The union.';
COMMENT ON COLUMN matters.unit_code IS 'Where it was registered.';
COMMENT ON COLUMN matters.nature IS 'Its nature, as numbered in suda.common.v1.Nature.';
COMMENT ON COLUMN matters.at_reception IS 'Whether it was registered at the reception.';
COMMENT ON COLUMN matters.received_at IS 'When it reached us.';
COMMENT ON COLUMN matters.revision IS 'The highest revision of the case heard; 0 before.';
COMMENT ON COLUMN matters.lead_unit IS 'The lead unit ordered to handle it; empty before.';
COMMENT ON COLUMN matters.handler_post IS 'The handler''s post; empty before one is assigned.';
CREATE INDEX matters_case ON matters (case_id);

CREATE TABLE facts (
    message_id    UUID PRIMARY KEY,
    complaint_id  UUID NOT NULL REFERENCES matters,
    event         TEXT NOT NULL,
    at            TIMESTAMPTZ NOT NULL,
    extends_clock TEXT,
    extends_stage INTEGER,
    CHECK ((extends_clock IS NULL) = (extends_stage IS NULL))
);
COMMENT ON TABLE facts IS 'What happened to a complaint and its case; all clocks follow from it, whatever order it came in.';
COMMENT ON COLUMN facts.message_id IS 'Id of the message.';
COMMENT ON COLUMN facts.complaint_id IS 'The complaint.';
COMMENT ON COLUMN facts.event IS 'Full name of the event.';
COMMENT ON COLUMN facts.at IS 'When it happened.';
COMMENT ON COLUMN facts.extends_clock IS 'The clock an extension extends.';
COMMENT ON COLUMN facts.extends_stage IS 'Which extension of that clock it is.';
CREATE INDEX facts_complaint ON facts (complaint_id);

CREATE TABLE clocks (
    clock_id         UUID PRIMARY KEY,
    complaint_id     UUID NOT NULL REFERENCES matters,
    code             TEXT NOT NULL,
    policy_code      TEXT NOT NULL,
    policy_version   BIGINT NOT NULL,
    calendar_version BIGINT NOT NULL,
    started_at       TIMESTAMPTZ NOT NULL,
    due_at           TIMESTAMPTZ NOT NULL,
    rolled_at        TIMESTAMPTZ,
    due_version      BIGINT NOT NULL,
    extensions       INTEGER NOT NULL,
    provisional      BOOLEAN NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('running', 'overdue', 'met', 'breached', 'cancelled')),
    stopped_at       TIMESTAMPTZ,
    stopped_by       TEXT,
    UNIQUE (complaint_id, policy_code, code),
    CHECK ((state IN ('running', 'overdue')) = (stopped_at IS NULL)),
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL))
);
COMMENT ON TABLE clocks IS 'Clocks. The result of one that ended is a fact and is not computed again.';
COMMENT ON COLUMN clocks.clock_id IS 'Permanent id.';
COMMENT ON COLUMN clocks.complaint_id IS 'The complaint.';
COMMENT ON COLUMN clocks.code IS 'Its code in the policy, e.g. G18.1b.';
COMMENT ON COLUMN clocks.policy_code IS 'The policy.';
COMMENT ON COLUMN clocks.policy_version IS 'Its version.';
COMMENT ON COLUMN clocks.calendar_version IS 'The version of the calendar its due instant was computed with.';
COMMENT ON COLUMN clocks.started_at IS 'From when it is counted.';
COMMENT ON COLUMN clocks.due_at IS 'The last instant that is in time.';
COMMENT ON COLUMN clocks.rolled_at IS 'Where a natural limit that ends on a day off would roll to.';
COMMENT ON COLUMN clocks.due_version IS 'Goes up by one whenever the due instant moves.';
COMMENT ON COLUMN clocks.extensions IS 'How often it was extended.';
COMMENT ON COLUMN clocks.provisional IS 'Whether its sum touches a year without an official calendar.';
COMMENT ON COLUMN clocks.state IS 'How it stands.';
COMMENT ON COLUMN clocks.stopped_at IS 'When it ended.';
COMMENT ON COLUMN clocks.stopped_by IS 'The fact that ended it.';
CREATE INDEX clocks_due ON clocks (due_at) WHERE state = 'running';

CREATE TABLE rungs (
    clock_id    UUID NOT NULL REFERENCES clocks,
    rung        TEXT NOT NULL,
    due_version BIGINT NOT NULL,
    recipient   TEXT NOT NULL,
    legal_at    TIMESTAMPTZ NOT NULL,
    escalation  BOOLEAN NOT NULL,
    sent_at     TIMESTAMPTZ,
    to_post     TEXT,
    to_unit     TEXT,
    via         TEXT,
    PRIMARY KEY (clock_id, rung, due_version, recipient),
    CHECK ((sent_at IS NULL) = (to_post IS NULL))
);
COMMENT ON TABLE rungs IS 'The messages of each clock''s ladder: planned, then sent once.';
COMMENT ON COLUMN rungs.clock_id IS 'The clock.';
COMMENT ON COLUMN rungs.rung IS 'The rung''s name.';
COMMENT ON COLUMN rungs.due_version IS 'The version of the due instant it was planned for.';
COMMENT ON COLUMN rungs.recipient IS 'Whom the ladder means.';
COMMENT ON COLUMN rungs.legal_at IS 'When the ladder says it is to be told.';
COMMENT ON COLUMN rungs.escalation IS 'Whether it is about a limit that is past.';
COMMENT ON COLUMN rungs.sent_at IS 'When it was told.';
COMMENT ON COLUMN rungs.to_post IS 'The post that was told.';
COMMENT ON COLUMN rungs.to_unit IS 'The unit of that post.';
COMMENT ON COLUMN rungs.via IS 'How it came to that post.';
CREATE INDEX rungs_next ON rungs (legal_at) WHERE sent_at IS NULL;
