-- What figures are counted from: one row for each case, kept at its highest revision.

CREATE TABLE cases (
    case_id              UUID PRIMARY KEY,
    number               TEXT NOT NULL,
    union_code           TEXT NOT NULL,
    unit_code            TEXT NOT NULL,
    channel              TEXT NOT NULL,
    nature               TEXT NOT NULL,
    received_at          TIMESTAMPTZ NOT NULL,
    lead_unit_code       TEXT NOT NULL DEFAULT '',
    complained_unit_code TEXT NOT NULL DEFAULT '',
    business_code        TEXT NOT NULL DEFAULT '',
    cause_code           TEXT NOT NULL DEFAULT '',
    handled_via_code     TEXT NOT NULL DEFAULT '',
    major                BOOLEAN NOT NULL DEFAULT FALSE,
    outcome              TEXT NOT NULL DEFAULT '',
    ended_at             TIMESTAMPTZ,
    complaint_revision   BIGINT NOT NULL DEFAULT 0,
    case_revision        BIGINT NOT NULL DEFAULT 0,
    CHECK (complaint_revision > 0 OR case_revision > 0)
);
COMMENT ON TABLE cases IS 'Complaints and their cases as intake and routing told them; the same id for both. What routing says of a case is preferred to what intake says of the complaint.';
COMMENT ON COLUMN cases.case_id IS 'The case, which is also the complaint.';
COMMENT ON COLUMN cases.number IS 'Its number.';
COMMENT ON COLUMN cases.union_code IS 'The union whose case it is.';
COMMENT ON COLUMN cases.unit_code IS 'The unit that registered it.';
COMMENT ON COLUMN cases.channel IS 'How it reached us, e.g. "phone".';
COMMENT ON COLUMN cases.nature IS 'What kind of matter it is, e.g. "consumer_complaint".';
COMMENT ON COLUMN cases.received_at IS 'When it reached us: it counts in the term in which this lies.';
COMMENT ON COLUMN cases.lead_unit_code IS 'The unit that handles it; empty when none does.';
COMMENT ON COLUMN cases.complained_unit_code IS 'The unit complained of; empty when none is named.';
COMMENT ON COLUMN cases.business_code IS 'Axis B of JR/T 0169, our id; empty when not known.';
COMMENT ON COLUMN cases.cause_code IS 'Axis C of JR/T 0169, our id; empty when not known.';
COMMENT ON COLUMN cases.handled_via_code IS 'Axis A of JR/T 0169, our id; empty when not known.';
COMMENT ON COLUMN cases.major IS 'Whether it is 重大.';
COMMENT ON COLUMN cases.outcome IS 'How it ended, e.g. "handled"; empty while it is open.';
COMMENT ON COLUMN cases.ended_at IS 'When it was closed or withdrawn; null while it is open.';
COMMENT ON COLUMN cases.complaint_revision IS 'Intake''s highest revision; 0 when only routing told of it.';
COMMENT ON COLUMN cases.case_revision IS 'Routing''s highest revision; 0 when only intake told of it.';
CREATE INDEX cases_received ON cases (union_code, received_at);

CREATE TABLE extensions (
    case_id    UUID PRIMARY KEY,
    granted_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE extensions IS 'When the limit of a case was first extended, even when it was told before the case.';
COMMENT ON COLUMN extensions.case_id IS 'The case.';
COMMENT ON COLUMN extensions.granted_at IS 'When.';

CREATE TABLE clock_results (
    case_id    UUID NOT NULL,
    clock_code TEXT NOT NULL,
    result     TEXT NOT NULL CHECK (result IN ('met', 'breached')),
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, clock_code, result)
);
COMMENT ON TABLE clock_results IS 'Clocks that were met and that were overrun, once each however often it is told.';
COMMENT ON COLUMN clock_results.case_id IS 'The case.';
COMMENT ON COLUMN clock_results.clock_code IS 'The clock, e.g. "G18.1c".';
COMMENT ON COLUMN clock_results.result IS 'met or breached.';
COMMENT ON COLUMN clock_results.at IS 'When it was stopped in time, or ran out; the earliest that was told.';

CREATE TABLE units (
    code       TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    union_code TEXT NOT NULL,
    revision   BIGINT NOT NULL
);
COMMENT ON TABLE units IS 'Units as directory told them.';
COMMENT ON COLUMN units.code IS 'The unit.';
COMMENT ON COLUMN units.kind IS 'province, office, union, department or outlet.';
COMMENT ON COLUMN units.union_code IS 'The union it is or belongs to; for an office or the province its own code.';
COMMENT ON COLUMN units.revision IS 'Directory''s revision; older ones are dropped.';

CREATE TABLE unit_periods (
    code        TEXT NOT NULL REFERENCES units (code) ON DELETE CASCADE,
    from_day    DATE NOT NULL,
    name        TEXT NOT NULL,
    parent_code TEXT NOT NULL,
    PRIMARY KEY (code, from_day)
);
COMMENT ON TABLE unit_periods IS 'What a unit was called and whose it was, from which day on.';
COMMENT ON COLUMN unit_periods.code IS 'The unit.';
COMMENT ON COLUMN unit_periods.from_day IS 'The first day.';
COMMENT ON COLUMN unit_periods.name IS 'Its name then.';
COMMENT ON COLUMN unit_periods.parent_code IS 'Its parent then; empty for the province.';

CREATE TABLE access_log (
    id        UUID PRIMARY KEY,
    at        TIMESTAMPTZ NOT NULL,
    person_id TEXT NOT NULL,
    post      TEXT NOT NULL,
    rpc       TEXT NOT NULL,
    what      TEXT NOT NULL
);
COMMENT ON TABLE access_log IS 'Who read which figures.';
COMMENT ON COLUMN access_log.id IS 'The entry.';
COMMENT ON COLUMN access_log.at IS 'When.';
COMMENT ON COLUMN access_log.person_id IS 'Who.';
COMMENT ON COLUMN access_log.post IS 'In which post.';
COMMENT ON COLUMN access_log.rpc IS 'What was asked.';
COMMENT ON COLUMN access_log.what IS 'Of which unit and term.';
