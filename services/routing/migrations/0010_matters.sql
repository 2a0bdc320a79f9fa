-- What stands beside a case: appeals, rectifications, accountability, panels, reprisal, violations, grave cases.

-- More kinds of notices than the ordinary course has; the contract has their names.
ALTER TABLE notices DROP CONSTRAINT IF EXISTS notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind BETWEEN 1 AND 99);

CREATE TABLE unit_parents (
    unit_code   TEXT PRIMARY KEY,
    parent_code TEXT NOT NULL,
    revision    BIGINT NOT NULL
);
COMMENT ON TABLE unit_parents IS 'Whose a unit is now, as directory last told it: the line up from a union';
COMMENT ON COLUMN unit_parents.unit_code IS 'The unit';
COMMENT ON COLUMN unit_parents.parent_code IS 'Its parent; empty for the province';
COMMENT ON COLUMN unit_parents.revision IS 'Directory''s revision';

CREATE TABLE matter_history (
    matter_id       UUID NOT NULL,
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
    PRIMARY KEY (matter_id, sequence)
);
COMMENT ON TABLE matter_history IS 'Everything that happened to a matter beside a case, with what was written; only added to';
COMMENT ON COLUMN matter_history.matter_id IS 'The appeal, rectification, entry, panel or report';
COMMENT ON COLUMN matter_history.sequence IS 'Counts up within the matter';
COMMENT ON COLUMN matter_history.event IS 'What: the name of the event';
COMMENT ON COLUMN matter_history.occurred_at IS 'When it happened';
COMMENT ON COLUMN matter_history.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN matter_history.actor_post IS 'The post that did it; empty when the system did';
COMMENT ON COLUMN matter_history.actor_post_name IS 'The post''s name then';
COMMENT ON COLUMN matter_history.actor_person_id IS 'The person who did it; empty when the system did';
COMMENT ON COLUMN matter_history.actor_name IS 'The person''s name';
COMMENT ON COLUMN matter_history.revision IS 'The matter''s revision after it';
COMMENT ON COLUMN matter_history.texts IS 'What was written with it: pairs of heading and text';

CREATE TABLE appeal_numbers (
    unit_code   TEXT NOT NULL,
    year        INTEGER NOT NULL,
    last        INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (unit_code, year)
);
COMMENT ON TABLE appeal_numbers IS 'The last number given by each appeal body in each year; numbers have no gaps';
COMMENT ON COLUMN appeal_numbers.unit_code IS 'The appeal body';
COMMENT ON COLUMN appeal_numbers.year IS 'The year in Shanghai';
COMMENT ON COLUMN appeal_numbers.last IS 'The last number given';

CREATE TABLE appeals (
    appeal_id               UUID PRIMARY KEY,
    number                  TEXT NOT NULL UNIQUE,
    case_id                 UUID NOT NULL REFERENCES cases,
    union_code              TEXT NOT NULL,
    level                   INTEGER NOT NULL CHECK (level IN (1, 2)),
    unit_code               TEXT NOT NULL,
    decision_received_at    TIMESTAMPTZ NOT NULL,
    received_at             TIMESTAMPTZ NOT NULL,
    late                    BOOLEAN NOT NULL,
    against_appeal_id       UUID REFERENCES appeals,
    state                   INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    officer_person_id       TEXT NOT NULL DEFAULT '',
    accepted_at             TIMESTAMPTZ,
    decided_at              TIMESTAMPTZ,
    outcome                 INTEGER NOT NULL DEFAULT 0 CHECK (outcome BETWEEN 0 AND 3),
    withdrawn_at            TIMESTAMPTZ,
    follow_up_case_id       UUID UNIQUE REFERENCES cases,
    revision                BIGINT NOT NULL CHECK (revision > 0),
    moved_at                TIMESTAMPTZ NOT NULL,
    CHECK (received_at >= decision_received_at),
    CHECK ((state = 3) = (decided_at IS NOT NULL) AND (decided_at IS NULL) = (outcome = 0)),
    CHECK ((state = 4) = (withdrawn_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (officer_person_id = '')),
    CHECK (state NOT IN (2, 3) OR accepted_at IS NOT NULL),
    CHECK (follow_up_case_id IS NULL OR (outcome = 3 AND follow_up_case_id <> case_id))
);
-- One appeal for a decision and level (guideline art. 20), but for one that was taken back.
CREATE UNIQUE INDEX one_appeal_a_level ON appeals (case_id, level) WHERE state <> 4;
CREATE INDEX appeals_waiting ON appeals (unit_code, moved_at, appeal_id) WHERE state IN (1, 2);
CREATE INDEX appeals_by_union ON appeals (union_code, received_at);
COMMENT ON TABLE appeals IS 'Appeals (guideline art. 20, 令2020年第3号 art. 20); domain/appeal.rs moves them, and nothing else';
COMMENT ON COLUMN appeals.appeal_id IS 'Permanent';
COMMENT ON COLUMN appeals.number IS 'Its number: appeal body, SS, year, four digits';
COMMENT ON COLUMN appeals.case_id IS 'The case whose decision it is against';
COMMENT ON COLUMN appeals.union_code IS 'The union of the case';
COMMENT ON COLUMN appeals.level IS 'Where it lies, by the contract''s number';
COMMENT ON COLUMN appeals.unit_code IS 'The office or department that decides';
COMMENT ON COLUMN appeals.decision_received_at IS 'When the complainant received the decision';
COMMENT ON COLUMN appeals.received_at IS 'When the application was received';
COMMENT ON COLUMN appeals.late IS 'Whether it came later than 30 days after the decision';
COMMENT ON COLUMN appeals.against_appeal_id IS 'The office''s appeal whose decision it is against';
COMMENT ON COLUMN appeals.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN appeals.officer_person_id IS 'The person who took it; empty until then';
COMMENT ON COLUMN appeals.accepted_at IS 'When it was taken';
COMMENT ON COLUMN appeals.decided_at IS 'When it was decided';
COMMENT ON COLUMN appeals.outcome IS 'What was decided, by the contract''s number; 0 until then';
COMMENT ON COLUMN appeals.withdrawn_at IS 'When the complainant took it back';
COMMENT ON COLUMN appeals.follow_up_case_id IS 'The case in which the matter is handled again';
COMMENT ON COLUMN appeals.revision IS 'Goes up by one with every move';
COMMENT ON COLUMN appeals.moved_at IS 'When it last moved';

CREATE TABLE rectifications (
    rectification_id        UUID PRIMARY KEY,
    case_id                 UUID NOT NULL REFERENCES cases,
    union_code              TEXT NOT NULL,
    unit_code               TEXT NOT NULL,
    complained_unit_code    TEXT NOT NULL,
    business_code           TEXT NOT NULL,
    cause_code              TEXT NOT NULL,
    due_at                  TIMESTAMPTZ NOT NULL,
    opened_at               TIMESTAMPTZ NOT NULL,
    state                   INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    reporter_person_id      TEXT NOT NULL DEFAULT '',
    reported_at             TIMESTAMPTZ,
    verified_at             TIMESTAMPTZ,
    rejections              INTEGER NOT NULL DEFAULT 0 CHECK (rejections >= 0),
    revision                BIGINT NOT NULL CHECK (revision > 0),
    moved_at                TIMESTAMPTZ NOT NULL,
    CHECK (due_at > opened_at),
    CHECK ((reported_at IS NULL) = (reporter_person_id = '')),
    CHECK (state = 1 OR reported_at IS NOT NULL),
    CHECK ((state = 3) = (verified_at IS NOT NULL))
);
CREATE INDEX rectifications_waiting ON rectifications (union_code, moved_at, rectification_id) WHERE state <> 3;
CREATE INDEX rectifications_by_case ON rectifications (case_id);
COMMENT ON TABLE rectifications IS 'Tasks to put something right (guideline art. 10, 13(3)); domain/rectification.rs moves them';
COMMENT ON COLUMN rectifications.rectification_id IS 'Permanent';
COMMENT ON COLUMN rectifications.case_id IS 'The case it comes from';
COMMENT ON COLUMN rectifications.union_code IS 'The union';
COMMENT ON COLUMN rectifications.unit_code IS 'The unit that must put it right';
COMMENT ON COLUMN rectifications.complained_unit_code IS 'The unit whose cases are counted; empty for any';
COMMENT ON COLUMN rectifications.business_code IS 'The business whose cases are counted; empty for any';
COMMENT ON COLUMN rectifications.cause_code IS 'The cause whose cases are counted; empty for any';
COMMENT ON COLUMN rectifications.due_at IS 'By when the result must be filed';
COMMENT ON COLUMN rectifications.opened_at IS 'When it was opened';
COMMENT ON COLUMN rectifications.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN rectifications.reporter_person_id IS 'The person who last filed a result, who must not verify it';
COMMENT ON COLUMN rectifications.reported_at IS 'When a result was last filed';
COMMENT ON COLUMN rectifications.verified_at IS 'When it was verified';
COMMENT ON COLUMN rectifications.rejections IS 'How often a result was rejected';
COMMENT ON COLUMN rectifications.revision IS 'Goes up by one with every move';
COMMENT ON COLUMN rectifications.moved_at IS 'When it last moved';
-- Counting the same before and after.
CREATE INDEX cases_by_cause ON cases (union_code, cause_code, received_at);

CREATE TABLE accountability (
    accountability_id   UUID PRIMARY KEY,
    source_key          TEXT NOT NULL UNIQUE,
    case_id             UUID REFERENCES cases,
    union_code          TEXT NOT NULL,
    unit_code           TEXT NOT NULL,
    post_code           TEXT NOT NULL,
    person_id           TEXT NOT NULL,
    ground              INTEGER NOT NULL CHECK (ground BETWEEN 1 AND 7),
    by_system           BOOLEAN NOT NULL,
    raised_at           TIMESTAMPTZ NOT NULL,
    state               INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    sanction            INTEGER NOT NULL DEFAULT 0 CHECK (sanction BETWEEN 0 AND 8),
    decided_at          TIMESTAMPTZ,
    revision            BIGINT NOT NULL CHECK (revision > 0),
    CHECK ((state = 1) = (decided_at IS NULL)),
    CHECK ((state = 2) = (sanction <> 0))
);
CREATE INDEX accountability_waiting ON accountability (union_code, raised_at, accountability_id) WHERE state = 1;
COMMENT ON TABLE accountability IS 'The register of accountability (guideline art. 24, 27); domain/accountability.rs moves it';
COMMENT ON COLUMN accountability.accountability_id IS 'Permanent';
COMMENT ON COLUMN accountability.source_key IS 'What it was raised for, so that it is raised once';
COMMENT ON COLUMN accountability.case_id IS 'The case it comes from';
COMMENT ON COLUMN accountability.union_code IS 'The union';
COMMENT ON COLUMN accountability.unit_code IS 'The unit that is to answer';
COMMENT ON COLUMN accountability.post_code IS 'The post that is to answer; empty when only the unit is known';
COMMENT ON COLUMN accountability.person_id IS 'The person who is to answer; empty when not known';
COMMENT ON COLUMN accountability.ground IS 'Which item of art. 24, by its number';
COMMENT ON COLUMN accountability.by_system IS 'Whether the system raised it';
COMMENT ON COLUMN accountability.raised_at IS 'When it was raised';
COMMENT ON COLUMN accountability.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN accountability.sanction IS 'What was imposed, by the contract''s number; 0 for nothing';
COMMENT ON COLUMN accountability.decided_at IS 'When it was decided';
COMMENT ON COLUMN accountability.revision IS 'Goes up by one with every move';

CREATE TABLE rewards (
    reward_id   UUID PRIMARY KEY,
    case_id     UUID REFERENCES cases,
    union_code  TEXT NOT NULL,
    unit_code   TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    ground      INTEGER NOT NULL CHECK (ground IN (1, 2)),
    beneficiary INTEGER NOT NULL CHECK (beneficiary BETWEEN 1 AND 3),
    honour      BOOLEAN NOT NULL,
    material    BOOLEAN NOT NULL,
    description TEXT NOT NULL CHECK (description <> ''),
    recorded_at TIMESTAMPTZ NOT NULL,
    CHECK (honour OR material),
    CHECK ((beneficiary = 2) = (person_id <> '')),
    CHECK ((beneficiary = 3) = (ground = 2)),
    CHECK (beneficiary <> 3 OR case_id IS NOT NULL)
);
CREATE INDEX rewards_by_union ON rewards (union_code, recorded_at);
COMMENT ON TABLE rewards IS 'Rewards (guideline art. 25, 26); a complainant is named by the case only';
COMMENT ON COLUMN rewards.reward_id IS 'Permanent';
COMMENT ON COLUMN rewards.case_id IS 'The case';
COMMENT ON COLUMN rewards.union_code IS 'The union';
COMMENT ON COLUMN rewards.unit_code IS 'The unit rewarded, or that of the person';
COMMENT ON COLUMN rewards.person_id IS 'The member of staff; empty for others';
COMMENT ON COLUMN rewards.ground IS 'Why, by the contract''s number';
COMMENT ON COLUMN rewards.beneficiary IS 'Who, by the contract''s number';
COMMENT ON COLUMN rewards.honour IS 'Whether it is honour';
COMMENT ON COLUMN rewards.material IS 'Whether it is money or goods';
COMMENT ON COLUMN rewards.description IS 'What it is, and for what';
COMMENT ON COLUMN rewards.recorded_at IS 'When it was recorded';

CREATE TABLE panels (
    panel_id        UUID PRIMARY KEY,
    case_id         UUID NOT NULL REFERENCES cases,
    union_code      TEXT NOT NULL,
    examined_units  TEXT[] NOT NULL,
    convened_at     TIMESTAMPTZ NOT NULL,
    state           INTEGER NOT NULL CHECK (state IN (1, 2)),
    finding         INTEGER NOT NULL DEFAULT 0 CHECK (finding BETWEEN 0 AND 2),
    decided_at      TIMESTAMPTZ,
    revision        BIGINT NOT NULL CHECK (revision > 0),
    CHECK ((state = 2) = (decided_at IS NOT NULL) AND (decided_at IS NULL) = (finding = 0))
);
CREATE UNIQUE INDEX one_panel_sits ON panels (case_id) WHERE state = 1;
COMMENT ON TABLE panels IS 'Panels on suspected malicious complaints (Z6.4, Z6.5); the case runs on';
COMMENT ON COLUMN panels.panel_id IS 'Permanent';
COMMENT ON COLUMN panels.case_id IS 'The case';
COMMENT ON COLUMN panels.union_code IS 'The union';
COMMENT ON COLUMN panels.examined_units IS 'The units that no member may come from: complained of, or handling the case';
COMMENT ON COLUMN panels.convened_at IS 'When it was convened';
COMMENT ON COLUMN panels.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN panels.finding IS 'What it found, by the contract''s number; 0 until then';
COMMENT ON COLUMN panels.decided_at IS 'When it decided';
COMMENT ON COLUMN panels.revision IS 'Goes up by one with every move';

CREATE TABLE panel_members (
    panel_id    UUID NOT NULL REFERENCES panels,
    post_code   TEXT NOT NULL,
    unit_code   TEXT NOT NULL,
    person_id   TEXT NOT NULL CHECK (person_id <> ''),
    place       INTEGER NOT NULL,
    opinion     INTEGER NOT NULL DEFAULT 0 CHECK (opinion BETWEEN 0 AND 2),
    PRIMARY KEY (panel_id, person_id)
);
CREATE INDEX panel_members_waiting ON panel_members (person_id) WHERE opinion = 0;
COMMENT ON TABLE panel_members IS 'Who sits on a panel';
COMMENT ON COLUMN panel_members.panel_id IS 'The panel';
COMMENT ON COLUMN panel_members.post_code IS 'The post';
COMMENT ON COLUMN panel_members.unit_code IS 'The unit it was in when the panel was convened';
COMMENT ON COLUMN panel_members.person_id IS 'The person';
COMMENT ON COLUMN panel_members.place IS 'The place on the list';
COMMENT ON COLUMN panel_members.opinion IS 'What the member finds, by the contract''s number; 0 until given';

CREATE TABLE reprisals (
    reprisal_id         UUID PRIMARY KEY,
    unit_code           TEXT NOT NULL,
    case_number         TEXT NOT NULL,
    kind                INTEGER NOT NULL CHECK (kind IN (1, 2)),
    reporter_person_id  TEXT NOT NULL CHECK (reporter_person_id <> ''),
    reported_at         TIMESTAMPTZ NOT NULL,
    state               INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    acknowledged_at     TIMESTAMPTZ,
    answered_at         TIMESTAMPTZ,
    revision            BIGINT NOT NULL CHECK (revision > 0),
    CHECK ((state >= 2) = (acknowledged_at IS NOT NULL) AND (state = 3) = (answered_at IS NOT NULL))
);
CREATE INDEX reprisals_waiting ON reprisals (unit_code, reported_at) WHERE state <> 3;
COMMENT ON TABLE reprisals IS 'Reports of reprisal and obstruction (guideline art. 5); seen by the compliance department and by whoever reported';
COMMENT ON COLUMN reprisals.reprisal_id IS 'Permanent';
COMMENT ON COLUMN reprisals.unit_code IS 'The compliance department';
COMMENT ON COLUMN reprisals.case_number IS 'The number of the complaint; empty when none was given';
COMMENT ON COLUMN reprisals.kind IS 'What is reported, by the contract''s number';
COMMENT ON COLUMN reprisals.reporter_person_id IS 'Who reported; shown to nobody';
COMMENT ON COLUMN reprisals.reported_at IS 'When it was reported';
COMMENT ON COLUMN reprisals.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN reprisals.acknowledged_at IS 'When it was acknowledged';
COMMENT ON COLUMN reprisals.answered_at IS 'When it was answered';
COMMENT ON COLUMN reprisals.revision IS 'Goes up by one with every move';

CREATE TABLE violations (
    violation_id        UUID PRIMARY KEY,
    compliance_unit     TEXT NOT NULL,
    unit_code           TEXT NOT NULL,
    case_number         TEXT NOT NULL,
    concerned_unit      TEXT NOT NULL CHECK (concerned_unit <> ''),
    concerned_person_id TEXT NOT NULL,
    reporter_person_id  TEXT NOT NULL CHECK (reporter_person_id <> ''),
    reported_at         TIMESTAMPTZ NOT NULL,
    state               INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    transferred_at      TIMESTAMPTZ,
    received_at         TIMESTAMPTZ,
    receipt_number      TEXT NOT NULL DEFAULT '',
    revision            BIGINT NOT NULL CHECK (revision > 0),
    CHECK ((state >= 2) = (transferred_at IS NOT NULL) AND (state = 3) = (received_at IS NOT NULL)),
    CHECK ((received_at IS NULL) = (receipt_number = '')),
    CHECK ((unit_code = compliance_unit) = (state = 1))
);
CREATE INDEX violations_waiting ON violations (unit_code, reported_at) WHERE state <> 3;
COMMENT ON TABLE violations IS 'Serious violations by staff (guideline art. 21), from the report to the receipt of who pursues them';
COMMENT ON COLUMN violations.violation_id IS 'Permanent';
COMMENT ON COLUMN violations.compliance_unit IS 'The compliance department';
COMMENT ON COLUMN violations.unit_code IS 'The department that has it now';
COMMENT ON COLUMN violations.case_number IS 'The number of the complaint it came to light by; empty when none';
COMMENT ON COLUMN violations.concerned_unit IS 'The unit of the staff concerned';
COMMENT ON COLUMN violations.concerned_person_id IS 'The member of staff, who never sees it; empty when not known';
COMMENT ON COLUMN violations.reporter_person_id IS 'Who reported';
COMMENT ON COLUMN violations.reported_at IS 'When it was reported';
COMMENT ON COLUMN violations.state IS 'Where it stands, by the contract''s number';
COMMENT ON COLUMN violations.transferred_at IS 'When it was transferred';
COMMENT ON COLUMN violations.received_at IS 'When the receipt was given';
COMMENT ON COLUMN violations.receipt_number IS 'The number of the receipt; empty until then';
COMMENT ON COLUMN violations.revision IS 'Goes up by one with every move';

CREATE TABLE majors (
    major_id    UUID PRIMARY KEY,
    case_id     UUID NOT NULL REFERENCES cases,
    union_code  TEXT NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind IN (1, 2)),
    known_at    TIMESTAMPTZ NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    UNIQUE (case_id, kind),
    CHECK (known_at <= reported_at)
);
CREATE INDEX majors_by_union ON majors (union_code, reported_at);
COMMENT ON TABLE majors IS 'Grave and urgent cases as they were told up the line (guideline art. 24(4), 令2020年第3号 art. 29)';
COMMENT ON COLUMN majors.major_id IS 'Permanent';
COMMENT ON COLUMN majors.case_id IS 'The case';
COMMENT ON COLUMN majors.union_code IS 'The union';
COMMENT ON COLUMN majors.kind IS 'Grave or urgent, by the contract''s number';
COMMENT ON COLUMN majors.known_at IS 'When the union knew';
COMMENT ON COLUMN majors.reported_at IS 'When it was reported';

CREATE TABLE major_notices (
    major_id    UUID NOT NULL REFERENCES majors,
    place       INTEGER NOT NULL,
    recipient   TEXT NOT NULL CHECK (recipient IN ('senior_management', 'office', 'compliance')),
    to_post     TEXT NOT NULL,
    sent_at     TIMESTAMPTZ,
    PRIMARY KEY (major_id, place),
    CHECK ((to_post = '') = (sent_at IS NULL))
);
COMMENT ON TABLE major_notices IS 'Who was told of a grave or urgent case, lowest first';
COMMENT ON COLUMN major_notices.major_id IS 'What was told';
COMMENT ON COLUMN major_notices.place IS 'The place in the line';
COMMENT ON COLUMN major_notices.recipient IS 'Whom the line means';
COMMENT ON COLUMN major_notices.to_post IS 'The post; empty when there was none to tell';
COMMENT ON COLUMN major_notices.sent_at IS 'When it was told';
