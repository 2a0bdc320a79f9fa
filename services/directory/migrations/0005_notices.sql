-- Who had the notice at a counter made.

CREATE TABLE notices (
    notice_id  UUID PRIMARY KEY,
    unit       TEXT NOT NULL REFERENCES units,
    printed_at TIMESTAMPTZ NOT NULL,
    person_id  TEXT NOT NULL CHECK (person_id <> ''),
    post       TEXT NOT NULL,
    digest     TEXT NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$')
);
CREATE INDEX notices_by_unit ON notices (unit, printed_at DESC);
COMMENT ON TABLE notices IS 'Every notice of how to complain that somebody had made: prints are logged. Never changed.';
COMMENT ON COLUMN notices.notice_id IS 'Permanent.';
COMMENT ON COLUMN notices.unit IS 'The unit at whose counter it hangs.';
COMMENT ON COLUMN notices.printed_at IS 'When.';
COMMENT ON COLUMN notices.person_id IS 'The person.';
COMMENT ON COLUMN notices.post IS 'The post; empty for a person without one.';
COMMENT ON COLUMN notices.digest IS 'SHA-256 of the file, hexadecimal.';
