-- Who had an official paper of a case made, and why.

CREATE TABLE prints (
    print_id    UUID PRIMARY KEY,
    case_id     UUID NOT NULL REFERENCES cases,
    printed_at  TIMESTAMPTZ NOT NULL,
    kind        INTEGER NOT NULL CHECK (kind > 0),
    format      INTEGER NOT NULL CHECK (format BETWEEN 1 AND 2),
    person_id   TEXT NOT NULL CHECK (person_id <> ''),
    post        TEXT NOT NULL,
    reason      TEXT NOT NULL CHECK (char_length(reason) >= 4),
    digest      TEXT NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$')
);
CREATE INDEX prints_by_case ON prints (case_id, printed_at DESC);
COMMENT ON TABLE prints IS 'Every official paper of a case that somebody had made: prints and exports are logged with their reason';
COMMENT ON COLUMN prints.print_id IS 'Permanent';
COMMENT ON COLUMN prints.case_id IS 'The case';
COMMENT ON COLUMN prints.printed_at IS 'When';
COMMENT ON COLUMN prints.kind IS 'Which paper, by the contract''s number';
COMMENT ON COLUMN prints.format IS 'As what, by the contract''s number';
COMMENT ON COLUMN prints.person_id IS 'The person';
COMMENT ON COLUMN prints.post IS 'The post; empty for a person without one';
COMMENT ON COLUMN prints.reason IS 'Why, in the person''s words';
COMMENT ON COLUMN prints.digest IS 'SHA-256 of the file, hexadecimal';
