-- Finding a person's complaints by name, and erasing a person's data when nothing bars it any more (个人信息保护法 art. 47).

ALTER TABLE blind_index DROP CONSTRAINT blind_index_kind_check;
ALTER TABLE blind_index ADD CONSTRAINT blind_index_kind_check CHECK (kind IN ('phone', 'email', 'openid', 'id', 'name'));

CREATE TABLE kept_files (
    file_id      uuid PRIMARY KEY,
    complaint_id uuid NOT NULL,
    revision     bigint NOT NULL,
    expires_on   date,
    destroyed    boolean NOT NULL
);
CREATE INDEX kept_files_by_complaint ON kept_files (complaint_id);
COMMENT ON TABLE kept_files IS 'The archive''s files of a complaint, as it told them last: while a term runs, nothing is erased.';
COMMENT ON COLUMN kept_files.file_id IS 'The file, or the addendum.';
COMMENT ON COLUMN kept_files.complaint_id IS 'The complaint.';
COMMENT ON COLUMN kept_files.revision IS 'The archive''s revision; older ones are dropped.';
COMMENT ON COLUMN kept_files.expires_on IS 'The last day of its term; null when it is kept for ever.';
COMMENT ON COLUMN kept_files.destroyed IS 'Whether it was destroyed after its term.';

CREATE TABLE legal_holds (
    hold_id      uuid PRIMARY KEY,
    complaint_id uuid NOT NULL,
    lifted       boolean NOT NULL
);
CREATE INDEX legal_holds_open ON legal_holds (complaint_id) WHERE NOT lifted;
COMMENT ON TABLE legal_holds IS 'Legal holds as the archive told them; a lifted one never comes back.';
COMMENT ON COLUMN legal_holds.hold_id IS 'The hold.';
COMMENT ON COLUMN legal_holds.complaint_id IS 'The complaint.';
COMMENT ON COLUMN legal_holds.lifted IS 'Whether it was lifted.';

CREATE TABLE erasures (
    id           uuid PRIMARY KEY,
    complaint_id uuid NOT NULL UNIQUE REFERENCES complaints (id),
    at           timestamptz NOT NULL,
    person_id    text NOT NULL,
    post         text NOT NULL,
    ground       text NOT NULL CHECK (ground IN ('request', 'term_ended', 'ordered', 'file_destroyed')),
    reference    text NOT NULL,
    reason       text NOT NULL,
    CHECK (ground <> 'ordered' OR reference <> '')
);
COMMENT ON TABLE erasures IS 'Whose data was erased, by whom and on which ground. Only added to; it names nobody.';
COMMENT ON COLUMN erasures.id IS 'Permanent id.';
COMMENT ON COLUMN erasures.complaint_id IS 'Whose data.';
COMMENT ON COLUMN erasures.at IS 'When.';
COMMENT ON COLUMN erasures.person_id IS 'Who did it; the archive''s own name when a destroyed file caused it.';
COMMENT ON COLUMN erasures.post IS 'In which post.';
COMMENT ON COLUMN erasures.ground IS 'On which ground.';
COMMENT ON COLUMN erasures.reference IS 'The document that orders or asks for it; empty when there is none.';
COMMENT ON COLUMN erasures.reason IS 'Why.';

CREATE TABLE doomed_blobs (
    digest text PRIMARY KEY
);
COMMENT ON TABLE doomed_blobs IS 'Originals of a destroyed file that no other complaint has: a task removes their bytes.';
COMMENT ON COLUMN doomed_blobs.digest IS 'SHA-256, hexadecimal.';
