-- The case, its order, its history and its approvals.

CREATE TABLE cases (
    case_id                 UUID PRIMARY KEY,
    number                  TEXT NOT NULL UNIQUE,
    union_code              TEXT NOT NULL,
    unit_code               TEXT NOT NULL,
    at_reception            BOOLEAN NOT NULL,
    channel                 INTEGER NOT NULL,
    nature                  INTEGER NOT NULL,
    received_at             TIMESTAMPTZ NOT NULL,
    registered_at           TIMESTAMPTZ NOT NULL,
    masked_name             TEXT NOT NULL,
    complained_unit_code    TEXT NOT NULL,
    complained_person_id    TEXT NOT NULL,
    business_code           TEXT NOT NULL,
    cause_code              TEXT NOT NULL,
    handled_via_code        TEXT NOT NULL,
    major                   BOOLEAN NOT NULL,
    reply_channel           INTEGER NOT NULL,
    has_contact             BOOLEAN NOT NULL,
    complaint_revision      BIGINT NOT NULL,
    state                   TEXT NOT NULL,
    revision                BIGINT NOT NULL CHECK (revision > 0),
    moved_at                TIMESTAMPTZ NOT NULL,
    filed_at                TIMESTAMPTZ,
    accepted_at             TIMESTAMPTZ,
    decline_ground          TEXT,
    decline_proposed_by     TEXT,
    order_id                UUID UNIQUE,
    ordered_at              TIMESTAMPTZ,
    lead_unit_code          TEXT,
    co_unit_codes           TEXT[] NOT NULL DEFAULT '{}',
    handler_post            TEXT,
    handler_person_id       TEXT,
    findings_at             TIMESTAMPTZ,
    decision_notified_at    TIMESTAMPTZ,
    result_author           TEXT,
    extension_stage         INTEGER NOT NULL DEFAULT 0 CHECK (extension_stage BETWEEN 0 AND 2),
    ending                  TEXT,
    closed_at               TIMESTAMPTZ,
    updated_by              TEXT NOT NULL,
    CHECK (state IN ('registered', 'settled', 'filed', 'accepted', 'decline_proposed', 'declined', 'answered',
                     'ordered', 'handling', 'result_filed', 'result_passed', 'closed', 'withdrawn', 'archived')),
    CHECK (ending IN ('settled_on_the_spot', 'answered_directly', 'declined', 'handled', 'withdrawn')),
    CHECK (decline_ground IN ('empty', 'groundless', 'against_law', 'answered_before', 'not_ours')),
    CHECK ((decline_ground IS NULL) = (decline_proposed_by IS NULL)),
    CHECK ((order_id IS NULL) = (ordered_at IS NULL) AND (order_id IS NULL) = (lead_unit_code IS NULL)),
    CHECK ((handler_post IS NULL) = (handler_person_id IS NULL)),
    CHECK (state NOT IN ('filed', 'accepted', 'decline_proposed', 'declined', 'answered', 'ordered', 'handling',
                         'result_filed', 'result_passed') OR filed_at IS NOT NULL),
    CHECK (state NOT IN ('decline_proposed', 'declined') OR decline_ground IS NOT NULL),
    CHECK (state NOT IN ('ordered', 'handling', 'result_filed', 'result_passed') OR order_id IS NOT NULL),
    CHECK (state NOT IN ('handling', 'result_filed', 'result_passed') OR handler_post IS NOT NULL),
    CHECK (state <> 'result_filed' OR result_author IS NOT NULL),
    CHECK (state NOT IN ('settled', 'declined', 'answered', 'result_filed', 'result_passed', 'closed')
           OR decision_notified_at IS NOT NULL),
    CHECK (state NOT IN ('settled', 'declined', 'answered', 'result_passed', 'closed', 'withdrawn', 'archived')
           OR ending IS NOT NULL),
    CHECK ((state IN ('closed', 'withdrawn', 'archived')) = (closed_at IS NOT NULL))
);
CREATE INDEX cases_by_union ON cases (union_code, registered_at DESC, case_id DESC);
CREATE INDEX cases_by_registration ON cases (registered_at DESC, case_id DESC);
CREATE INDEX cases_waiting ON cases (union_code, state, moved_at, case_id)
    WHERE state NOT IN ('closed', 'withdrawn', 'archived');
CREATE INDEX cases_by_lead ON cases (lead_unit_code, moved_at)
    WHERE lead_unit_code IS NOT NULL AND state NOT IN ('closed', 'withdrawn', 'archived');
CREATE INDEX cases_by_handler ON cases (handler_post, moved_at) WHERE state = 'handling';
COMMENT ON TABLE cases IS 'A case and what is true of it now; domain/case.rs moves it, and nothing else';
COMMENT ON COLUMN cases.case_id IS 'Permanent; the id of its complaint, for one complaint is one case';
COMMENT ON COLUMN cases.number IS 'The complaint''s number';
COMMENT ON COLUMN cases.union_code IS 'The union it belongs to';
COMMENT ON COLUMN cases.unit_code IS 'The unit where it was registered';
COMMENT ON COLUMN cases.at_reception IS 'Whether that unit is the reception itself';
COMMENT ON COLUMN cases.channel IS 'How the complaint reached us, by the contract''s number';
COMMENT ON COLUMN cases.nature IS 'What kind of matter it is, by the contract''s number';
COMMENT ON COLUMN cases.received_at IS 'When the complaint reached us';
COMMENT ON COLUMN cases.registered_at IS 'When it was registered';
COMMENT ON COLUMN cases.masked_name IS 'The complainant''s name, masked; the name itself is never here';
COMMENT ON COLUMN cases.complained_unit_code IS 'The unit complained of; empty when not known';
COMMENT ON COLUMN cases.complained_person_id IS 'The member of staff complained of, who must keep out; empty when none';
COMMENT ON COLUMN cases.business_code IS 'Business, axis B of JR/T 0169; empty when not known';
COMMENT ON COLUMN cases.cause_code IS 'Cause, axis C of JR/T 0169; empty when not known';
COMMENT ON COLUMN cases.handled_via_code IS 'Where the business was done, axis A of JR/T 0169; empty when not known';
COMMENT ON COLUMN cases.major IS 'Whether it is grave (重大)';
COMMENT ON COLUMN cases.reply_channel IS 'How the complainant is to be answered, by the contract''s number';
COMMENT ON COLUMN cases.has_contact IS 'Whether there is any way to reach the complainant';
COMMENT ON COLUMN cases.complaint_revision IS 'The revision of intake''s view that the columns above were taken from';
COMMENT ON COLUMN cases.state IS 'Where it stands';
COMMENT ON COLUMN cases.revision IS 'Goes up by one with every move';
COMMENT ON COLUMN cases.moved_at IS 'When it last moved';
COMMENT ON COLUMN cases.filed_at IS 'When it was filed to the reception';
COMMENT ON COLUMN cases.accepted_at IS 'When it was accepted';
COMMENT ON COLUMN cases.decline_ground IS 'The ground of the decline that was proposed';
COMMENT ON COLUMN cases.decline_proposed_by IS 'The person who proposed it, who must not approve it';
COMMENT ON COLUMN cases.order_id IS 'Its supervision order';
COMMENT ON COLUMN cases.ordered_at IS 'When that was issued, and so served';
COMMENT ON COLUMN cases.lead_unit_code IS 'The handling unit that leads';
COMMENT ON COLUMN cases.co_unit_codes IS 'The units that help';
COMMENT ON COLUMN cases.handler_post IS 'The post that handles it';
COMMENT ON COLUMN cases.handler_person_id IS 'The person in it';
COMMENT ON COLUMN cases.findings_at IS 'When findings were last recorded';
COMMENT ON COLUMN cases.decision_notified_at IS 'When the complainant was first told the decision';
COMMENT ON COLUMN cases.result_author IS 'The person who filed the result, who must not review it';
COMMENT ON COLUMN cases.extension_stage IS 'The stages of the legal limit that were granted';
COMMENT ON COLUMN cases.ending IS 'How it ended, or is ending';
COMMENT ON COLUMN cases.closed_at IS 'When it was closed or withdrawn';
COMMENT ON COLUMN cases.updated_by IS 'What was last done to the row';

CREATE TABLE orders (
    order_id        UUID PRIMARY KEY,
    case_id         UUID NOT NULL UNIQUE REFERENCES cases,
    order_number    TEXT NOT NULL UNIQUE,
    matter          TEXT NOT NULL,
    requirements    TEXT NOT NULL CHECK (requirements <> ''),
    urgent          BOOLEAN NOT NULL,
    issued_at       TIMESTAMPTZ NOT NULL,
    issued_by_post  TEXT NOT NULL
);
COMMENT ON TABLE orders IS 'Supervision orders (督办表, 附表2)';
COMMENT ON COLUMN orders.order_id IS 'Permanent';
COMMENT ON COLUMN orders.case_id IS 'The case';
COMMENT ON COLUMN orders.order_number IS 'Its number: the complaint''s, with -D1';
COMMENT ON COLUMN orders.matter IS 'The matter in short';
COMMENT ON COLUMN orders.requirements IS 'What is required of the units';
COMMENT ON COLUMN orders.urgent IS 'Whether it is urgent';
COMMENT ON COLUMN orders.issued_at IS 'When it was issued, and so served';
COMMENT ON COLUMN orders.issued_by_post IS 'The post that issued it';

CREATE TABLE order_units (
    order_id        UUID NOT NULL REFERENCES orders,
    unit_code       TEXT NOT NULL,
    unit_name       TEXT NOT NULL,
    lead            BOOLEAN NOT NULL,
    place           INTEGER NOT NULL,
    signed_at       TIMESTAMPTZ,
    signed_by_post  TEXT,
    PRIMARY KEY (order_id, unit_code),
    CHECK ((signed_at IS NULL) = (signed_by_post IS NULL))
);
CREATE UNIQUE INDEX one_unit_leads ON order_units (order_id) WHERE lead;
CREATE INDEX order_units_unsigned ON order_units (unit_code) WHERE signed_at IS NULL;
COMMENT ON TABLE order_units IS 'The units an order goes to; signing for it changes no clock';
COMMENT ON COLUMN order_units.order_id IS 'The order';
COMMENT ON COLUMN order_units.unit_code IS 'The unit';
COMMENT ON COLUMN order_units.unit_name IS 'Its name when the order was issued';
COMMENT ON COLUMN order_units.lead IS 'Whether it leads (主办)';
COMMENT ON COLUMN order_units.place IS 'Its place on the order';
COMMENT ON COLUMN order_units.signed_at IS 'When it signed';
COMMENT ON COLUMN order_units.signed_by_post IS 'The post that signed';

CREATE TABLE history (
    case_id         UUID NOT NULL REFERENCES cases,
    sequence        BIGINT NOT NULL,
    event           TEXT NOT NULL,
    occurred_at     TIMESTAMPTZ NOT NULL,
    recorded_at     TIMESTAMPTZ NOT NULL,
    actor_post      TEXT NOT NULL,
    actor_post_name TEXT NOT NULL,
    actor_person_id TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    revision        BIGINT NOT NULL,
    texts           JSONB NOT NULL DEFAULT '[]',
    PRIMARY KEY (case_id, sequence)
);
COMMENT ON TABLE history IS 'Everything that happened to a case, with what was written; only added to';
COMMENT ON COLUMN history.case_id IS 'The case';
COMMENT ON COLUMN history.sequence IS 'Counts up within the case';
COMMENT ON COLUMN history.event IS 'What: the name of the event';
COMMENT ON COLUMN history.occurred_at IS 'When it happened';
COMMENT ON COLUMN history.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN history.actor_post IS 'The post that did it; empty when the system did';
COMMENT ON COLUMN history.actor_post_name IS 'The post''s name then';
COMMENT ON COLUMN history.actor_person_id IS 'The person who did it; empty when the system did';
COMMENT ON COLUMN history.actor_name IS 'The person''s name';
COMMENT ON COLUMN history.revision IS 'The case''s revision after it';
COMMENT ON COLUMN history.texts IS 'What was written with it: pairs of heading and text';

CREATE TABLE answers (
    case_id     UUID NOT NULL REFERENCES cases,
    revision    BIGINT NOT NULL,
    facts       TEXT NOT NULL CHECK (facts <> ''),
    basis       TEXT NOT NULL CHECK (basis <> ''),
    conclusion  TEXT NOT NULL CHECK (conclusion <> ''),
    remedies    TEXT NOT NULL CHECK (remedies <> ''),
    answered_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, revision)
);
COMMENT ON TABLE answers IS 'Answers in their four parts (令2020年第3号 art. 19); the newest of a case holds';
COMMENT ON COLUMN answers.case_id IS 'The case';
COMMENT ON COLUMN answers.revision IS 'The case''s revision after it';
COMMENT ON COLUMN answers.facts IS '核实的事实';
COMMENT ON COLUMN answers.basis IS '依据和理由';
COMMENT ON COLUMN answers.conclusion IS '处理结论';
COMMENT ON COLUMN answers.remedies IS '救济途径';
COMMENT ON COLUMN answers.answered_at IS 'When it was recorded';

CREATE TABLE approvals (
    approval_id         UUID PRIMARY KEY,
    case_id             UUID NOT NULL REFERENCES cases,
    matter              TEXT NOT NULL CHECK (matter IN ('decline', 'extension')),
    clock_code          TEXT,
    stage               INTEGER,
    until               TIMESTAMPTZ,
    approver_role       TEXT NOT NULL CHECK (approver_role IN ('reception_head', 'senior_management')),
    ground              TEXT NOT NULL,
    asked_by_post       TEXT NOT NULL,
    asked_by_person_id  TEXT NOT NULL,
    asked_at            TIMESTAMPTZ NOT NULL,
    decision            TEXT NOT NULL DEFAULT 'pending' CHECK (decision IN ('pending', 'approved', 'refused', 'lapsed')),
    decided_by_post     TEXT,
    decided_at          TIMESTAMPTZ,
    remark              TEXT NOT NULL DEFAULT '',
    CHECK ((matter = 'extension') = (clock_code IS NOT NULL)),
    CHECK ((clock_code IS NULL) = (stage IS NULL) AND (clock_code IS NULL) = (until IS NULL)),
    CHECK ((decision = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX one_approval_waits ON approvals (case_id, matter) WHERE decision = 'pending';
CREATE INDEX approvals_by_case ON approvals (case_id, asked_at);
COMMENT ON TABLE approvals IS 'Approvals asked for: declines (guideline art. 15) and extensions (art. 18, 令2020年第3号 art. 18)';
COMMENT ON COLUMN approvals.approval_id IS 'Permanent; for an extension also its id';
COMMENT ON COLUMN approvals.case_id IS 'The case';
COMMENT ON COLUMN approvals.matter IS 'What for';
COMMENT ON COLUMN approvals.clock_code IS 'The clock to be extended';
COMMENT ON COLUMN approvals.stage IS 'Which stage of it';
COMMENT ON COLUMN approvals.until IS 'Until when';
COMMENT ON COLUMN approvals.approver_role IS 'The rank that must decide';
COMMENT ON COLUMN approvals.ground IS 'Why it was asked for';
COMMENT ON COLUMN approvals.asked_by_post IS 'The post that asked';
COMMENT ON COLUMN approvals.asked_by_person_id IS 'The person who asked, who must not decide';
COMMENT ON COLUMN approvals.asked_at IS 'When it was asked';
COMMENT ON COLUMN approvals.decision IS 'What came of it; lapsed when the case ended first';
COMMENT ON COLUMN approvals.decided_by_post IS 'The post that decided; empty when it lapsed';
COMMENT ON COLUMN approvals.decided_at IS 'When it was decided';
COMMENT ON COLUMN approvals.remark IS 'The remark or the reason';

CREATE TABLE interests (
    case_id     UUID NOT NULL REFERENCES cases,
    person_id   TEXT NOT NULL,
    interest    TEXT NOT NULL CHECK (interest <> ''),
    declared_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
COMMENT ON TABLE interests IS 'Who declared an interest in a case and so keeps out of it (guideline art. 19)';
COMMENT ON COLUMN interests.case_id IS 'The case';
COMMENT ON COLUMN interests.person_id IS 'The person';
COMMENT ON COLUMN interests.interest IS 'What the interest is';
COMMENT ON COLUMN interests.declared_at IS 'When it was declared';
