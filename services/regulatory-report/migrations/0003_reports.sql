-- Reports from draft to receipt (guideline art. 23), and the facts that figures needed besides.

CREATE TABLE reports (
    report_id       UUID PRIMARY KEY,
    unit_code       TEXT NOT NULL,
    year            INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    term            TEXT NOT NULL CHECK (term IN ('first_half', 'second_half', 'year')),
    addendum        INTEGER NOT NULL CHECK (addendum >= 0),
    addendum_reason TEXT NOT NULL DEFAULT '',
    due_at          TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('expected', 'drafted', 'handed_in', 'reviewed', 'signed', 'submitted')),
    revision        BIGINT NOT NULL CHECK (revision > 0),
    nil             BOOLEAN NOT NULL DEFAULT FALSE,
    authors         TEXT[] NOT NULL DEFAULT '{}',
    cut_off_at      TIMESTAMPTZ,
    snapshot        TEXT NOT NULL DEFAULT '',
    signed_at       TIMESTAMPTZ,
    updated_at      TIMESTAMPTZ NOT NULL,
    updated_by      TEXT NOT NULL,
    UNIQUE (unit_code, year, term, addendum),
    CHECK ((addendum = 0) = (addendum_reason = '')),
    CHECK ((state IN ('signed', 'submitted')) = (signed_at IS NOT NULL)),
    CHECK ((signed_at IS NULL) = (cut_off_at IS NULL) AND (signed_at IS NULL) = (snapshot = ''))
);
COMMENT ON TABLE reports IS 'Half-year and yearly reports and their addenda, owned by regulatory-report.';
COMMENT ON COLUMN reports.report_id IS 'The report.';
COMMENT ON COLUMN reports.unit_code IS 'The union, the office or the province.';
COMMENT ON COLUMN reports.year IS 'The year.';
COMMENT ON COLUMN reports.term IS 'Which part of it.';
COMMENT ON COLUMN reports.addendum IS '0 for the report itself, 1 and up for its addenda.';
COMMENT ON COLUMN reports.addendum_reason IS 'Why it corrects a submitted one; empty for the report itself.';
COMMENT ON COLUMN reports.due_at IS 'It is to be submitted before this instant.';
COMMENT ON COLUMN reports.created_at IS 'When it was first expected or begun.';
COMMENT ON COLUMN reports.state IS 'Where it stands.';
COMMENT ON COLUMN reports.revision IS 'Goes up by one with every change.';
COMMENT ON COLUMN reports.nil IS 'Whether it says that there was nothing.';
COMMENT ON COLUMN reports.authors IS 'The ids of the persons who wrote a part of it; they neither review nor sign.';
COMMENT ON COLUMN reports.cut_off_at IS 'Nothing is counted from here on; known once it is signed.';
COMMENT ON COLUMN reports.snapshot IS 'SHA-256 of the frozen figures; empty until it is signed.';
COMMENT ON COLUMN reports.signed_at IS 'When it was signed.';
COMMENT ON COLUMN reports.updated_at IS 'When it last changed.';
COMMENT ON COLUMN reports.updated_by IS 'The transaction that changed it.';
CREATE INDEX reports_due ON reports (due_at, report_id);

CREATE TABLE report_sections (
    report_id  UUID NOT NULL REFERENCES reports (report_id),
    section    TEXT NOT NULL CHECK (section IN ('operation', 'problems', 'causes', 'rectification', 'next_steps')),
    text       TEXT NOT NULL CHECK (text <> ''),
    post       TEXT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (report_id, section)
);
COMMENT ON TABLE report_sections IS 'The text of reports, as it was last written.';
COMMENT ON COLUMN report_sections.report_id IS 'The report.';
COMMENT ON COLUMN report_sections.section IS 'Which section.';
COMMENT ON COLUMN report_sections.text IS 'Its text.';
COMMENT ON COLUMN report_sections.post IS 'The post that wrote it.';
COMMENT ON COLUMN report_sections.written_at IS 'When.';

CREATE TABLE report_steps (
    report_id   UUID NOT NULL REFERENCES reports (report_id),
    revision    BIGINT NOT NULL,
    event       TEXT NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    post        TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    remark      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, revision)
);
COMMENT ON TABLE report_steps IS 'What happened to reports, never changed.';
COMMENT ON COLUMN report_steps.report_id IS 'The report.';
COMMENT ON COLUMN report_steps.revision IS 'The revision it made; steps are in its order.';
COMMENT ON COLUMN report_steps.event IS 'The fact, e.g. "ReportReviewed".';
COMMENT ON COLUMN report_steps.occurred_at IS 'When.';
COMMENT ON COLUMN report_steps.post IS 'The post that took it; empty when the system did.';
COMMENT ON COLUMN report_steps.person_id IS 'The person in it; empty when the system did.';
COMMENT ON COLUMN report_steps.remark IS 'Reasons, opinion, section, receipt.';

CREATE TABLE report_receipts (
    report_id    UUID NOT NULL REFERENCES reports (report_id),
    recipient    TEXT NOT NULL CHECK (recipient IN ('regulator', 'association', 'compliance')),
    delivered_at TIMESTAMPTZ NOT NULL,
    receipt      TEXT NOT NULL CHECK (receipt <> ''),
    post         TEXT NOT NULL,
    PRIMARY KEY (report_id, recipient)
);
COMMENT ON TABLE report_receipts IS 'Who has which report, with the receipt.';
COMMENT ON COLUMN report_receipts.report_id IS 'The report.';
COMMENT ON COLUMN report_receipts.recipient IS 'Who has it.';
COMMENT ON COLUMN report_receipts.delivered_at IS 'Since when.';
COMMENT ON COLUMN report_receipts.receipt IS 'The number of the receipt, or how it was handed over.';
COMMENT ON COLUMN report_receipts.post IS 'The post that recorded it.';

CREATE TABLE report_documents (
    report_id  UUID NOT NULL REFERENCES reports (report_id),
    format     TEXT NOT NULL CHECK (format IN ('json', 'xlsx', 'pdf', 'docx')),
    digest     TEXT NOT NULL CHECK (length(digest) = 64),
    file_name  TEXT NOT NULL,
    media_type TEXT NOT NULL,
    received   INTEGER NOT NULL CHECK (received >= 0),
    carried    INTEGER NOT NULL CHECK (carried >= 0),
    PRIMARY KEY (report_id, format)
);
COMMENT ON TABLE report_documents IS 'The documents of signed reports, frozen with the signature; their bytes lie in the object store.';
COMMENT ON COLUMN report_documents.report_id IS 'The report.';
COMMENT ON COLUMN report_documents.format IS 'What it is written in.';
COMMENT ON COLUMN report_documents.digest IS 'SHA-256 of the bytes, and their name in the object store.';
COMMENT ON COLUMN report_documents.file_name IS 'A name for the file.';
COMMENT ON COLUMN report_documents.media_type IS 'What it is.';
COMMENT ON COLUMN report_documents.received IS 'How many complaints it says were received, for comparison with the reports above it.';
COMMENT ON COLUMN report_documents.carried IS 'How many it says were carried forward, for comparison with the term after it.';

CREATE TABLE case_turns (
    case_id         UUID PRIMARY KEY,
    returned_at     TIMESTAMPTZ,
    repeats_another BOOLEAN NOT NULL DEFAULT FALSE,
    followed_up_at  TIMESTAMPTZ,
    satisfied       BOOLEAN,
    CHECK ((followed_up_at IS NULL) = (satisfied IS NULL))
);
COMMENT ON TABLE case_turns IS 'Turns a case took that its own view does not tell, even when they were told before the case.';
COMMENT ON COLUMN case_turns.case_id IS 'The case.';
COMMENT ON COLUMN case_turns.returned_at IS 'When its result was first returned.';
COMMENT ON COLUMN case_turns.repeats_another IS 'Whether the same facts had been answered before (guideline art. 16).';
COMMENT ON COLUMN case_turns.followed_up_at IS 'When the complainant was last called back (guideline art. 12(6)).';
COMMENT ON COLUMN case_turns.satisfied IS 'Whether he was satisfied then.';

CREATE TABLE appeals (
    appeal_id  UUID PRIMARY KEY,
    case_id    UUID NOT NULL,
    lodged_at  TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    outcome    TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'upheld', 'changed', 're_handle')),
    revision   BIGINT NOT NULL CHECK (revision > 0),
    CHECK (outcome = '' OR decided_at IS NOT NULL)
);
COMMENT ON TABLE appeals IS 'Appeals as routing told them (guideline art. 20).';
COMMENT ON COLUMN appeals.appeal_id IS 'The appeal.';
COMMENT ON COLUMN appeals.case_id IS 'The case whose decision it is against.';
COMMENT ON COLUMN appeals.lodged_at IS 'When it arrived.';
COMMENT ON COLUMN appeals.decided_at IS 'When it was decided or withdrawn; null while it is open.';
COMMENT ON COLUMN appeals.outcome IS 'How it was decided; empty while it is open or when it was withdrawn.';
COMMENT ON COLUMN appeals.revision IS 'Routing''s revision; older ones are dropped.';
CREATE INDEX appeals_of ON appeals (case_id);
