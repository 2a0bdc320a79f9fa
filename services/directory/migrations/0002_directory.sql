-- Units, posts, people, accounts, calendars and policies.

CREATE TABLE units (
    code       TEXT PRIMARY KEY,
    union_code TEXT NOT NULL,
    kind       INTEGER NOT NULL,
    parent     TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    body       BYTEA NOT NULL
);
COMMENT ON TABLE units IS 'Units as they are now, with all names and parents they had. Never deleted.';
COMMENT ON COLUMN units.code IS 'Permanent code.';
COMMENT ON COLUMN units.union_code IS 'The union it is, or belongs to.';
COMMENT ON COLUMN units.kind IS 'What it is, as numbered in suda.directory.v1.UnitKind.';
COMMENT ON COLUMN units.parent IS 'Code of its parent now; empty for the province.';
COMMENT ON COLUMN units.revision IS 'Goes up by one with every change.';
COMMENT ON COLUMN units.body IS 'The unit, protobuf.';

CREATE TABLE posts (
    code     TEXT PRIMARY KEY,
    unit     TEXT NOT NULL REFERENCES units,
    holder   TEXT NOT NULL,
    deputy   TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body     BYTEA NOT NULL
);
COMMENT ON TABLE posts IS 'Posts as they are now. Never deleted.';
COMMENT ON COLUMN posts.code IS 'Permanent code.';
COMMENT ON COLUMN posts.unit IS 'Its unit.';
COMMENT ON COLUMN posts.holder IS 'Id of who holds it; empty when vacant.';
COMMENT ON COLUMN posts.deputy IS 'Id of who stands in; empty when nobody does.';
COMMENT ON COLUMN posts.revision IS 'Goes up by one with every change.';
COMMENT ON COLUMN posts.body IS 'The post, protobuf.';
CREATE INDEX posts_holder ON posts (holder);
CREATE INDEX posts_deputy ON posts (deputy);
CREATE INDEX posts_unit ON posts (unit);

CREATE TABLE people (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    left_at      TIMESTAMPTZ,
    password     TEXT,
    failures     INTEGER NOT NULL,
    locked_until TIMESTAMPTZ
);
COMMENT ON TABLE people IS 'People who hold posts, and their accounts. Never deleted.';
COMMENT ON COLUMN people.id IS 'Permanent id; also the name of the account.';
COMMENT ON COLUMN people.name IS 'Name to show.';
COMMENT ON COLUMN people.left_at IS 'When the reference stopped naming the person; the account is closed since.';
COMMENT ON COLUMN people.password IS 'Argon2 hash of the own password; null while the first password of the configuration holds.';
COMMENT ON COLUMN people.failures IS 'Wrong passwords in a row.';
COMMENT ON COLUMN people.locked_until IS 'Until when nobody signs in, after too many wrong passwords.';

CREATE TABLE publications (
    kind    TEXT NOT NULL CHECK (kind IN ('calendar', 'policy')),
    code    TEXT NOT NULL,
    version BIGINT NOT NULL,
    digest  TEXT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (kind, code, version)
);
COMMENT ON TABLE publications IS 'Calendars and policies, every version that was published. Never changed.';
COMMENT ON COLUMN publications.kind IS 'What it is.';
COMMENT ON COLUMN publications.code IS 'Which.';
COMMENT ON COLUMN publications.version IS 'Its version, from 1.';
COMMENT ON COLUMN publications.digest IS 'SHA-256 of the file it was read from.';
COMMENT ON COLUMN publications.body IS 'It, protobuf.';
