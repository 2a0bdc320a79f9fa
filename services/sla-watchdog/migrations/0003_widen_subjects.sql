-- Clocks run for more than cases: appeals, rectifications, items before an office, messages put aside, duties of units that
-- come every year. They may stand still, lapse, and stand on a county's calendar; messages may wait for working time.

ALTER TABLE matters RENAME TO subjects;
ALTER TABLE subjects RENAME COLUMN complaint_id TO subject_id;
ALTER TABLE subjects
    ADD COLUMN kind        TEXT NOT NULL DEFAULT 'case'
        CHECK (kind IN ('case', 'appeal', 'rectification', 'escalation', 'quarantine', 'unit')),
    ADD COLUMN parent_id   UUID,
    ADD COLUMN major       BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN has_contact BOOLEAN NOT NULL DEFAULT true,
    ADD CHECK (kind IN ('appeal', 'rectification', 'escalation') OR parent_id IS NULL);
COMMENT ON TABLE subjects IS 'What clocks run for: complaints and their cases, and whatever else has a limit, as far as clocks and ladders need it.';
COMMENT ON COLUMN subjects.subject_id IS 'The complaint, appeal, task, item or message; for a unit''s yearly duty made from unit and term.';
COMMENT ON COLUMN subjects.case_id IS 'Its case; null until routing tells of it, and where there is none.';
COMMENT ON COLUMN subjects.number IS 'The complaint''s number; for a unit''s yearly duty its year and term.';
COMMENT ON COLUMN subjects.unit_code IS 'Where it was registered; the unit that has it, for what is no case.';
COMMENT ON COLUMN subjects.kind IS 'What kind of thing it is.';
COMMENT ON COLUMN subjects.parent_id IS 'The complaint it belongs to, whose end may end its clocks.';
COMMENT ON COLUMN subjects.major IS 'Whether it is grave (重大): its messages do not wait for working time.';
COMMENT ON COLUMN subjects.has_contact IS 'Whether there is any way to reach the complainant.';
CREATE INDEX subjects_parent ON subjects (parent_id) WHERE parent_id IS NOT NULL;

-- One message may be a fact about two subjects: of a case, and of the item laid before an office.
ALTER TABLE facts RENAME COLUMN complaint_id TO subject_id;
ALTER TABLE facts DROP CONSTRAINT facts_pkey;
ALTER TABLE facts ADD PRIMARY KEY (message_id, subject_id);
ALTER TABLE facts
    ADD COLUMN instants JSONB NOT NULL DEFAULT '{}',
    ADD COLUMN ground   TEXT;
COMMENT ON TABLE facts IS 'What happened to a subject; all its clocks follow from it, whatever order it came in.';
COMMENT ON COLUMN facts.subject_id IS 'The subject.';
COMMENT ON COLUMN facts.instants IS 'Other instants the fact carries, by name.';
COMMENT ON COLUMN facts.ground IS 'The ground it names, e.g. of a pause.';

ALTER TABLE clocks RENAME COLUMN complaint_id TO subject_id;
ALTER TABLE clocks DROP CONSTRAINT clocks_state_check, DROP CONSTRAINT clocks_check;
ALTER TABLE clocks
    ADD COLUMN county_calendar_version BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN paused_at               TIMESTAMPTZ,
    ADD CHECK (state IN ('running', 'overdue', 'paused', 'met', 'breached', 'cancelled', 'lapsed')),
    ADD CHECK ((state IN ('running', 'overdue', 'paused')) = (stopped_at IS NULL)),
    ADD CHECK ((state = 'paused') = (paused_at IS NOT NULL));
COMMENT ON COLUMN clocks.subject_id IS 'What it runs for.';
COMMENT ON COLUMN clocks.calendar_version IS 'The version of the province''s calendar its due instant was computed with.';
COMMENT ON COLUMN clocks.county_calendar_version IS 'The version of the union''s own calendar over it; 0 when there was none.';
COMMENT ON COLUMN clocks.paused_at IS 'Since when it stands still.';
CREATE INDEX clocks_open ON clocks (clock_id) WHERE stopped_at IS NULL;

ALTER TABLE rungs
    ADD COLUMN deliver_at      TIMESTAMPTZ,
    ADD COLUMN unreached_since TIMESTAMPTZ;
UPDATE rungs SET deliver_at = legal_at;
ALTER TABLE rungs ALTER COLUMN deliver_at SET NOT NULL;
COMMENT ON COLUMN rungs.deliver_at IS 'When it is to be told by that and by working time.';
COMMENT ON COLUMN rungs.unreached_since IS 'Since when it is due and nobody can be told.';
DROP INDEX rungs_next;
CREATE INDEX rungs_next ON rungs (deliver_at) WHERE sent_at IS NULL;
CREATE INDEX rungs_told ON rungs (to_post, sent_at) WHERE sent_at IS NOT NULL;

ALTER TABLE units
    ADD COLUMN kind    INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN retired BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN units.kind IS 'What it is, as numbered in suda.directory.v1.UnitKind; 0 when it was heard before this was kept.';
COMMENT ON COLUMN units.retired IS 'Whether it is retired.';

CREATE TABLE beyond (
    subject_id  UUID NOT NULL REFERENCES subjects,
    policy_code TEXT NOT NULL,
    code        TEXT NOT NULL,
    year        INTEGER NOT NULL,
    since       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject_id, policy_code, code)
);
COMMENT ON TABLE beyond IS 'Clocks that cannot be computed, because no calendar reaches far enough; they wait for one.';
COMMENT ON COLUMN beyond.subject_id IS 'What the clock would run for.';
COMMENT ON COLUMN beyond.policy_code IS 'The policy.';
COMMENT ON COLUMN beyond.code IS 'The clock''s code.';
COMMENT ON COLUMN beyond.year IS 'The year that no calendar knows.';
COMMENT ON COLUMN beyond.since IS 'Since when it waits.';
