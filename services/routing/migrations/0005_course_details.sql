-- The words beside a case's course: who said what when it was handed over, bounced, laid to rest, called back.

CREATE TABLE transfers (
    transfer_id         UUID PRIMARY KEY,
    case_id             UUID NOT NULL REFERENCES cases,
    matter              TEXT NOT NULL CHECK (matter IN ('criminal_case', 'personnel', 'skipped_level')),
    to_unit_code        TEXT NOT NULL,
    to_unit_name        TEXT NOT NULL,
    reason              TEXT NOT NULL,
    transferred_at      TIMESTAMPTZ NOT NULL,
    transferred_by_post TEXT NOT NULL,
    receipted_at        TIMESTAMPTZ,
    receipted_by_post   TEXT,
    receipt_number      TEXT,
    CHECK ((receipted_at IS NULL) = (receipt_number IS NULL)
           AND (receipted_at IS NULL) = (receipted_by_post IS NULL))
);
CREATE INDEX transfers_by_case ON transfers (case_id, transferred_at);
COMMENT ON TABLE transfers IS 'Cases handed to another unit, with the receipt of that (guideline art. 10, 20)';
COMMENT ON COLUMN transfers.transfer_id IS 'Permanent';
COMMENT ON COLUMN transfers.case_id IS 'The case';
COMMENT ON COLUMN transfers.matter IS 'Why';
COMMENT ON COLUMN transfers.to_unit_code IS 'The unit';
COMMENT ON COLUMN transfers.to_unit_name IS 'Its name then';
COMMENT ON COLUMN transfers.reason IS 'What made it that; may be empty for a skipped level';
COMMENT ON COLUMN transfers.transferred_at IS 'When it was handed over';
COMMENT ON COLUMN transfers.transferred_by_post IS 'The post that handed it over';
COMMENT ON COLUMN transfers.receipted_at IS 'When the receipt came';
COMMENT ON COLUMN transfers.receipted_by_post IS 'The post that gave it';
COMMENT ON COLUMN transfers.receipt_number IS 'Its number; for a skipped level the union''s own complaint';

CREATE TABLE bounces (
    case_id             UUID NOT NULL REFERENCES cases,
    unit_code           TEXT NOT NULL,
    basis               TEXT NOT NULL CHECK (basis <> ''),
    asked_by_post       TEXT NOT NULL,
    asked_by_person_id  TEXT NOT NULL,
    asked_at            TIMESTAMPTZ NOT NULL,
    ruling              TEXT NOT NULL DEFAULT 'pending' CHECK (ruling IN ('pending', 'upheld', 'refused', 'lapsed')),
    reason              TEXT NOT NULL DEFAULT '',
    ruled_by_post       TEXT,
    ruled_at            TIMESTAMPTZ,
    new_unit_code       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (case_id, unit_code),
    CHECK ((ruling = 'pending') = (ruled_at IS NULL))
);
CREATE UNIQUE INDEX one_bounce_waits ON bounces (case_id) WHERE ruling = 'pending';
COMMENT ON TABLE bounces IS 'Bounces (退单): one for each unit and case, as its key says; no limit stops for one';
COMMENT ON COLUMN bounces.case_id IS 'The case';
COMMENT ON COLUMN bounces.unit_code IS 'The unit';
COMMENT ON COLUMN bounces.basis IS 'Why it is not the unit''s to handle';
COMMENT ON COLUMN bounces.asked_by_post IS 'The post that asked';
COMMENT ON COLUMN bounces.asked_by_person_id IS 'The person who asked, who must not rule';
COMMENT ON COLUMN bounces.asked_at IS 'When';
COMMENT ON COLUMN bounces.ruling IS 'What came of it; lapsed when the case went on without a ruling';
COMMENT ON COLUMN bounces.reason IS 'Why it was ruled so';
COMMENT ON COLUMN bounces.ruled_by_post IS 'The post that ruled; empty when it lapsed';
COMMENT ON COLUMN bounces.ruled_at IS 'When';
COMMENT ON COLUMN bounces.new_unit_code IS 'The unit that took its place; empty when none did';

CREATE TABLE pauses (
    case_id     UUID NOT NULL REFERENCES cases,
    began_at    TIMESTAMPTZ NOT NULL,
    ground      TEXT NOT NULL CHECK (ground IN ('appraisal', 'mediation')),
    basis       TEXT NOT NULL CHECK (basis <> ''),
    ended_at    TIMESTAMPTZ,
    PRIMARY KEY (case_id, began_at),
    CHECK (ended_at >= began_at)
);
CREATE UNIQUE INDEX one_pause_runs ON pauses (case_id) WHERE ended_at IS NULL;
COMMENT ON TABLE pauses IS 'When the legal limit of a case rested, and why (令2020年第3号 art. 18(2), 23)';
COMMENT ON COLUMN pauses.case_id IS 'The case';
COMMENT ON COLUMN pauses.began_at IS 'Since when';
COMMENT ON COLUMN pauses.ground IS 'Why';
COMMENT ON COLUMN pauses.basis IS 'Who appraises or mediates what';
COMMENT ON COLUMN pauses.ended_at IS 'Until when';

CREATE TABLE follow_ups (
    case_id         UUID NOT NULL REFERENCES cases,
    revision        BIGINT NOT NULL,
    satisfaction    TEXT NOT NULL CHECK (satisfaction IN ('satisfied', 'dissatisfied', 'not_reached')),
    remark          TEXT NOT NULL CHECK (remark <> ''),
    called_at       TIMESTAMPTZ NOT NULL,
    called_by_post  TEXT NOT NULL,
    PRIMARY KEY (case_id, revision)
);
COMMENT ON TABLE follow_ups IS 'Call-backs (回访), by somebody who neither handled nor answered the case (guideline art. 12(6))';
COMMENT ON COLUMN follow_ups.case_id IS 'The case';
COMMENT ON COLUMN follow_ups.revision IS 'The case''s revision after it';
COMMENT ON COLUMN follow_ups.satisfaction IS 'What was heard';
COMMENT ON COLUMN follow_ups.remark IS 'In the complainant''s words';
COMMENT ON COLUMN follow_ups.called_at IS 'When';
COMMENT ON COLUMN follow_ups.called_by_post IS 'The post that called';

CREATE TABLE investigation_groups (
    case_id         UUID NOT NULL REFERENCES cases,
    revision        BIGINT NOT NULL,
    task            TEXT NOT NULL CHECK (task <> ''),
    unit_codes      TEXT[] NOT NULL,
    member_posts    TEXT[] NOT NULL,
    formed_at       TIMESTAMPTZ NOT NULL,
    formed_by_post  TEXT NOT NULL,
    PRIMARY KEY (case_id, revision),
    CHECK (cardinality(unit_codes) > 1 AND cardinality(member_posts) > 0)
);
COMMENT ON TABLE investigation_groups IS 'Special investigation groups (F3.1); the newest of a case holds';
COMMENT ON COLUMN investigation_groups.case_id IS 'The case';
COMMENT ON COLUMN investigation_groups.revision IS 'The case''s revision after it';
COMMENT ON COLUMN investigation_groups.task IS 'What is to be found out';
COMMENT ON COLUMN investigation_groups.unit_codes IS 'Its units, the leading one first';
COMMENT ON COLUMN investigation_groups.member_posts IS 'The posts that investigate';
COMMENT ON COLUMN investigation_groups.formed_at IS 'When it was formed';
COMMENT ON COLUMN investigation_groups.formed_by_post IS 'The post that formed it';
