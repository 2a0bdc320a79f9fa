-- How long files are kept and under which number, what bars their disposal, their transfer, their addenda, and who read what.

ALTER TABLE files
    ADD COLUMN fonds_code       TEXT,
    ADD COLUMN class_code       TEXT,
    ADD COLUMN term             TEXT CHECK (term IN ('Y', 'D30', 'D10')),
    ADD COLUMN organ_code       TEXT,
    ADD COLUMN rule_code        TEXT NOT NULL DEFAULT '',
    ADD COLUMN schedule_version INT NOT NULL DEFAULT 0 CHECK (schedule_version >= 0),
    ADD COLUMN expires_on       DATE,
    ADD COLUMN subject          TEXT NOT NULL DEFAULT '',
    ADD COLUMN main_file_id     UUID REFERENCES files (file_id),
    ADD COLUMN addendum_number  INT NOT NULL DEFAULT 0 CHECK (addendum_number >= 0),
    ADD COLUMN transfer_id      UUID,
    ADD COLUMN destroyed_at     TIMESTAMPTZ,
    ADD COLUMN content_gone     BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN stored_only      BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN fold_version     INT NOT NULL DEFAULT 1,
    ADD COLUMN revision         BIGINT NOT NULL DEFAULT 1 CHECK (revision > 0);

-- A file that has its code keeps it: its parts are read from it.
UPDATE files SET
    fonds_code = split_part(archival_code, '-', 1),
    class_code = split_part(split_part(archival_code, '-', 2), '·', 1),
    term       = split_part(archival_code, '-', 3),
    organ_code = split_part(archival_code, '-', 4),
    expires_on = CASE split_part(archival_code, '-', 3)
        WHEN 'D30' THEN make_date(year + 30, 12, 31) WHEN 'D10' THEN make_date(year + 10, 12, 31) END;

ALTER TABLE files
    ALTER COLUMN fonds_code SET NOT NULL,
    ALTER COLUMN class_code SET NOT NULL,
    ALTER COLUMN term SET NOT NULL,
    ALTER COLUMN organ_code SET NOT NULL,
    DROP CONSTRAINT files_case_id_key,
    DROP CONSTRAINT files_union_code_year_item_number_key,
    ADD CONSTRAINT files_case_and_addendum UNIQUE (case_id, addendum_number),
    ADD CONSTRAINT files_series_and_item UNIQUE (fonds_code, class_code, year, term, organ_code, item_number),
    ADD CONSTRAINT files_addendum_has_main CHECK ((addendum_number = 0) = (main_file_id IS NULL)),
    ADD CONSTRAINT files_permanent_never_expires CHECK (term <> 'Y' OR expires_on IS NULL),
    ADD CONSTRAINT files_destroyed_says_nothing CHECK (destroyed_at IS NULL OR (text = '' AND grams = '{}')),
    ADD CONSTRAINT files_gone_was_destroyed CHECK (NOT content_gone OR destroyed_at IS NOT NULL);
COMMENT ON COLUMN files.item_number IS 'Its item number (件号): without gaps in its fonds, class, year, term and organ.';
COMMENT ON COLUMN files.fonds_code IS '全宗号.';
COMMENT ON COLUMN files.class_code IS '门类代码.';
COMMENT ON COLUMN files.term IS '保管期限: Y, D30 or D10.';
COMMENT ON COLUMN files.organ_code IS '机构(问题)代码.';
COMMENT ON COLUMN files.rule_code IS 'The row of the retention schedule that decided the term; empty for files from before the schedule.';
COMMENT ON COLUMN files.schedule_version IS 'The version of that schedule; 0 for the one the program carries.';
COMMENT ON COLUMN files.expires_on IS 'The last day of the term; null when it is kept for ever. A disposal may move it.';
COMMENT ON COLUMN files.subject IS 'What it is about, by code and never by text: for the list of a transfer.';
COMMENT ON COLUMN files.main_file_id IS 'The file it adds to; null for the file of a case.';
COMMENT ON COLUMN files.addendum_number IS 'Which addendum (补卷) of the case, from 1; 0 for the file of a case.';
COMMENT ON COLUMN files.transfer_id IS 'The transfer it was handed over with and that was not returned; null until then.';
COMMENT ON COLUMN files.destroyed_at IS 'When its destruction was decided; null while it is kept.';
COMMENT ON COLUMN files.content_gone IS 'Whether its bytes are gone from the object store.';
COMMENT ON COLUMN files.stored_only IS 'Whether the complainant''s data was erased: it is stored and no longer used (个人信息保护法 art. 47).';
COMMENT ON COLUMN files.fold_version IS 'By which folding its text was made; older ones are folded again.';
COMMENT ON COLUMN files.revision IS 'Goes up by one with every change.';
CREATE INDEX files_expiring ON files (expires_on, archival_code) WHERE destroyed_at IS NULL AND expires_on IS NOT NULL;
CREATE INDEX files_complaint ON files (complaint_id);

CREATE TABLE register_numbers (
    fonds_code TEXT NOT NULL,
    class_code TEXT NOT NULL,
    year       INT NOT NULL,
    term       TEXT NOT NULL,
    organ_code TEXT NOT NULL,
    last       INT NOT NULL CHECK (last > 0),
    PRIMARY KEY (fonds_code, class_code, year, term, organ_code)
);
COMMENT ON TABLE register_numbers IS 'The last item number (件号) given in a series of the register (DA/T 13-2022); they have no gaps.';
COMMENT ON COLUMN register_numbers.fonds_code IS '全宗号.';
COMMENT ON COLUMN register_numbers.class_code IS '门类代码.';
COMMENT ON COLUMN register_numbers.year IS '年度.';
COMMENT ON COLUMN register_numbers.term IS '保管期限代码.';
COMMENT ON COLUMN register_numbers.organ_code IS '机构(问题)代码.';
COMMENT ON COLUMN register_numbers.last IS 'The last number given.';
INSERT INTO register_numbers (fonds_code, class_code, year, term, organ_code, last)
    SELECT fonds_code, class_code, year, term, organ_code, max(item_number) FROM files
    GROUP BY fonds_code, class_code, year, term, organ_code;
DROP TABLE item_numbers;

ALTER TABLE items
    ADD COLUMN first_page INT NOT NULL DEFAULT 1 CHECK (first_page > 0),
    ADD COLUMN pages      INT NOT NULL DEFAULT 1 CHECK (pages > 0);
COMMENT ON COLUMN items.first_page IS 'On which page of the file it begins.';
COMMENT ON COLUMN items.pages IS 'How many pages it counts for.';

ALTER TABLE cases
    ADD COLUMN last_seq     BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN last_told_at TIMESTAMPTZ;
COMMENT ON COLUMN cases.last_seq IS 'The last ledger entry about it that belongs into a file.';
COMMENT ON COLUMN cases.last_told_at IS 'When the ledger took that entry; null when there is none.';
CREATE INDEX cases_union_ended ON cases (union_code, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE ledger_concerns (
    case_id UUID NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (case_id, seq)
);
COMMENT ON TABLE ledger_concerns IS 'Ledger entries about a case that are told under another key: its appeals, orders, notices, whatever names the case.';
COMMENT ON COLUMN ledger_concerns.case_id IS 'The case.';
COMMENT ON COLUMN ledger_concerns.seq IS 'The entry.';

CREATE TABLE schedules (
    version    INT PRIMARY KEY CHECK (version > 0),
    text       TEXT NOT NULL,
    digest     TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL,
    applied_by TEXT NOT NULL
);
COMMENT ON TABLE schedules IS 'Versions of the retention schedule (保管期限表); rows are only added. The program carries version 0.';
COMMENT ON COLUMN schedules.version IS 'Its version.';
COMMENT ON COLUMN schedules.text IS 'Its text, TOML.';
COMMENT ON COLUMN schedules.digest IS 'SHA-256 of it.';
COMMENT ON COLUMN schedules.applied_at IS 'When it was applied.';
COMMENT ON COLUMN schedules.applied_by IS 'The post that applied it.';

CREATE TABLE holds (
    hold_id      UUID PRIMARY KEY,
    case_id      UUID NOT NULL,
    complaint_id UUID NOT NULL,
    number       TEXT NOT NULL,
    union_code   TEXT NOT NULL,
    ground       TEXT NOT NULL CHECK (ground IN ('litigation', 'regulator', 'audit', 'investigation', 'other')),
    reason       TEXT NOT NULL CHECK (reason <> ''),
    set_at       TIMESTAMPTZ NOT NULL,
    set_by       TEXT NOT NULL,
    set_by_post  TEXT NOT NULL,
    lifted_at    TIMESTAMPTZ,
    lifted_by    TEXT NOT NULL DEFAULT '',
    lifted_by_post TEXT NOT NULL DEFAULT '',
    lift_reason  TEXT NOT NULL DEFAULT '',
    CHECK ((lifted_at IS NULL) = (lift_reason = ''))
);
COMMENT ON TABLE holds IS 'Legal holds (封存): while one stands, no file of the case is destroyed.';
COMMENT ON COLUMN holds.hold_id IS 'The hold.';
COMMENT ON COLUMN holds.case_id IS 'The case.';
COMMENT ON COLUMN holds.complaint_id IS 'Its complaint.';
COMMENT ON COLUMN holds.number IS 'The complaint''s number.';
COMMENT ON COLUMN holds.union_code IS 'The union.';
COMMENT ON COLUMN holds.ground IS 'Why, by kind.';
COMMENT ON COLUMN holds.reason IS 'Why, in words.';
COMMENT ON COLUMN holds.set_at IS 'When it was set.';
COMMENT ON COLUMN holds.set_by IS 'Who set it.';
COMMENT ON COLUMN holds.set_by_post IS 'In which post.';
COMMENT ON COLUMN holds.lifted_at IS 'When it was lifted; null while it stands.';
COMMENT ON COLUMN holds.lifted_by IS 'Who lifted it.';
COMMENT ON COLUMN holds.lifted_by_post IS 'In which post.';
COMMENT ON COLUMN holds.lift_reason IS 'Why it was lifted; empty while it stands.';
CREATE INDEX holds_open ON holds (case_id) WHERE lifted_at IS NULL;

CREATE TABLE transfers (
    transfer_id     UUID PRIMARY KEY,
    union_code      TEXT NOT NULL,
    year            INT NOT NULL,
    batch           INT NOT NULL CHECK (batch > 0),
    state           TEXT NOT NULL CHECK (state IN ('handed_over', 'accepted', 'returned')),
    files           INT NOT NULL CHECK (files >= 0),
    payload_bytes   BIGINT NOT NULL CHECK (payload_bytes >= 0),
    bag_digest      TEXT NOT NULL,
    bag_bytes       BIGINT NOT NULL CHECK (bag_bytes > 0),
    handed_at       TIMESTAMPTZ NOT NULL,
    handed_by       TEXT NOT NULL,
    handed_by_post  TEXT NOT NULL,
    decided_at      TIMESTAMPTZ,
    decided_by      TEXT NOT NULL DEFAULT '',
    decided_by_post TEXT NOT NULL DEFAULT '',
    findings        TEXT NOT NULL DEFAULT '',
    bag_gone        BOOLEAN NOT NULL DEFAULT FALSE,
    revision        BIGINT NOT NULL CHECK (revision > 0),
    UNIQUE (union_code, year, batch),
    CHECK ((state = 'handed_over') = (decided_at IS NULL)),
    CHECK (state <> 'returned' OR findings <> ''),
    CHECK (decided_by = '' OR decided_by <> handed_by)
);
COMMENT ON TABLE transfers IS 'Year-end transfers from the reception to the archive room (guideline art. 22).';
COMMENT ON COLUMN transfers.transfer_id IS 'The transfer.';
COMMENT ON COLUMN transfers.union_code IS 'The union.';
COMMENT ON COLUMN transfers.year IS 'The year the files are of.';
COMMENT ON COLUMN transfers.batch IS 'Which batch of the union and year, from 1, without gaps.';
COMMENT ON COLUMN transfers.state IS 'Where it stands.';
COMMENT ON COLUMN transfers.files IS 'How many files.';
COMMENT ON COLUMN transfers.payload_bytes IS 'How many bytes they have.';
COMMENT ON COLUMN transfers.bag_digest IS 'SHA-256 of the bag: its name in the object store.';
COMMENT ON COLUMN transfers.bag_bytes IS 'How many bytes the bag has.';
COMMENT ON COLUMN transfers.handed_at IS 'When it was handed over.';
COMMENT ON COLUMN transfers.handed_by IS 'Who handed it over.';
COMMENT ON COLUMN transfers.handed_by_post IS 'In which post.';
COMMENT ON COLUMN transfers.decided_at IS 'When it was accepted or returned; null until then.';
COMMENT ON COLUMN transfers.decided_by IS 'Who decided; never who handed it over.';
COMMENT ON COLUMN transfers.decided_by_post IS 'In which post.';
COMMENT ON COLUMN transfers.findings IS 'What the archive room found.';
COMMENT ON COLUMN transfers.bag_gone IS 'Whether the bag was removed, because a file in it was destroyed after its term.';
COMMENT ON COLUMN transfers.revision IS 'Goes up by one with every change.';

CREATE TABLE transfer_files (
    transfer_id UUID NOT NULL REFERENCES transfers (transfer_id),
    position    INT NOT NULL CHECK (position > 0),
    file_id     UUID NOT NULL REFERENCES files (file_id),
    path        TEXT NOT NULL,
    PRIMARY KEY (transfer_id, position),
    UNIQUE (transfer_id, file_id)
);
COMMENT ON TABLE transfer_files IS 'What a transfer handed over (移交清册).';
COMMENT ON COLUMN transfer_files.transfer_id IS 'The transfer.';
COMMENT ON COLUMN transfer_files.position IS '序号.';
COMMENT ON COLUMN transfer_files.file_id IS 'The file.';
COMMENT ON COLUMN transfer_files.path IS 'Where it lies in the bag.';
CREATE INDEX transfer_files_file ON transfer_files (file_id);

CREATE TABLE transfer_checks (
    transfer_id UUID NOT NULL REFERENCES transfers (transfer_id),
    code        TEXT NOT NULL,
    property    TEXT NOT NULL,
    title       TEXT NOT NULL,
    result      TEXT NOT NULL CHECK (result IN ('passed', 'failed', 'not_executed')),
    examined    INT NOT NULL,
    findings    TEXT[] NOT NULL,
    PRIMARY KEY (transfer_id, code)
);
COMMENT ON TABLE transfer_checks IS 'The four checks (DA/T 70) as they were executed for the decision on a transfer.';
COMMENT ON COLUMN transfer_checks.transfer_id IS 'The transfer.';
COMMENT ON COLUMN transfer_checks.code IS 'The check.';
COMMENT ON COLUMN transfer_checks.property IS 'Of which property.';
COMMENT ON COLUMN transfer_checks.title IS 'What was checked.';
COMMENT ON COLUMN transfer_checks.result IS 'What came of it.';
COMMENT ON COLUMN transfer_checks.examined IS 'How many things were looked at.';
COMMENT ON COLUMN transfer_checks.findings IS 'What was found, a sentence each.';

CREATE TABLE disposals (
    disposal_id      UUID PRIMARY KEY,
    union_code       TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'refused')),
    opinion          TEXT NOT NULL CHECK (opinion <> ''),
    proposed_at      TIMESTAMPTZ NOT NULL,
    proposed_by      TEXT NOT NULL,
    proposed_by_post TEXT NOT NULL,
    decision_opinion TEXT NOT NULL DEFAULT '',
    decided_at       TIMESTAMPTZ,
    decided_by       TEXT NOT NULL DEFAULT '',
    decided_by_post  TEXT NOT NULL DEFAULT '',
    revision         BIGINT NOT NULL CHECK (revision > 0),
    CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CHECK (decided_by = '' OR decided_by <> proposed_by)
);
COMMENT ON TABLE disposals IS 'Appraisals of files whose term ended (鉴定销毁): one proposes, another decides. Rows are kept for ever.';
COMMENT ON COLUMN disposals.disposal_id IS 'The disposal.';
COMMENT ON COLUMN disposals.union_code IS 'The union.';
COMMENT ON COLUMN disposals.state IS 'Where it stands.';
COMMENT ON COLUMN disposals.opinion IS 'The appraisal.';
COMMENT ON COLUMN disposals.proposed_at IS 'When it was proposed.';
COMMENT ON COLUMN disposals.proposed_by IS 'Who proposed it.';
COMMENT ON COLUMN disposals.proposed_by_post IS 'In which post.';
COMMENT ON COLUMN disposals.decision_opinion IS 'The second person''s opinion.';
COMMENT ON COLUMN disposals.decided_at IS 'When it was decided; null until then.';
COMMENT ON COLUMN disposals.decided_by IS 'Who decided; never who proposed.';
COMMENT ON COLUMN disposals.decided_by_post IS 'In which post.';
COMMENT ON COLUMN disposals.revision IS 'Goes up by one with every change.';

CREATE TABLE disposal_files (
    disposal_id UUID NOT NULL REFERENCES disposals (disposal_id),
    file_id     UUID NOT NULL REFERENCES files (file_id),
    keep_until  DATE,
    PRIMARY KEY (disposal_id, file_id)
);
COMMENT ON TABLE disposal_files IS 'What a disposal says of each file (销毁清册).';
COMMENT ON COLUMN disposal_files.disposal_id IS 'The disposal.';
COMMENT ON COLUMN disposal_files.file_id IS 'The file.';
COMMENT ON COLUMN disposal_files.keep_until IS 'Until when it is kept longer; null when it is destroyed.';

ALTER TABLE access_log ADD COLUMN union_code TEXT NOT NULL DEFAULT '';
COMMENT ON COLUMN access_log.union_code IS 'The union it was of; empty when it was of several or none.';
CREATE INDEX access_log_newest ON access_log (at DESC, id DESC);
