-- The ledger of every event of every service, and the sealed files of closed cases.

CREATE TABLE ledger_head (
    one  BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    seq  BIGINT NOT NULL CHECK (seq >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
COMMENT ON TABLE ledger_head IS 'The end of the chain: one row, locked by whoever appends, so that any number of replicas makes one chain.';
COMMENT ON COLUMN ledger_head.one IS 'Always true: there is one row.';
COMMENT ON COLUMN ledger_head.seq IS 'The last entry; 0 when there is none.';
COMMENT ON COLUMN ledger_head.hash IS 'Its hash; 64 zeros when there is none.';
INSERT INTO ledger_head (seq, hash) VALUES (0, repeat('0', 64));

CREATE TABLE ledger (
    seq         BIGINT PRIMARY KEY CHECK (seq > 0),
    message_id  UUID NOT NULL,
    source      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    union_code  TEXT NOT NULL,
    key         TEXT NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    actor       TEXT NOT NULL,
    body        BYTEA NOT NULL,
    body_digest TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    prev_hash   TEXT NOT NULL,
    hash        TEXT NOT NULL,
    UNIQUE (message_id, source)
);
COMMENT ON TABLE ledger IS 'Every event of every service, once each, in one chain; rows are never updated or deleted. domain/chain.rs says how they are hashed.';
COMMENT ON COLUMN ledger.seq IS 'Place in the chain, from 1, without gaps.';
COMMENT ON COLUMN ledger.message_id IS 'Id of the message.';
COMMENT ON COLUMN ledger.source IS 'The service that told it.';
COMMENT ON COLUMN ledger.subject IS 'The subject it came on.';
COMMENT ON COLUMN ledger.union_code IS 'The union it concerns.';
COMMENT ON COLUMN ledger.key IS 'What it is about: the id of a case, of a complaint, or another.';
COMMENT ON COLUMN ledger.occurred_at IS 'When it happened.';
COMMENT ON COLUMN ledger.actor IS 'Post or service that caused it.';
COMMENT ON COLUMN ledger.body IS 'The event, protobuf, as it was told.';
COMMENT ON COLUMN ledger.body_digest IS 'SHA-256 of the body, hexadecimal.';
COMMENT ON COLUMN ledger.recorded_at IS 'When the ledger took it, by the clock of the service.';
COMMENT ON COLUMN ledger.prev_hash IS 'Hash of the entry before.';
COMMENT ON COLUMN ledger.hash IS 'Hash of this entry.';
CREATE INDEX ledger_key ON ledger (key, seq);
CREATE INDEX ledger_union ON ledger (union_code, seq);

CREATE FUNCTION ledger_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END
$$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_stands();

CREATE TABLE checkpoints (
    seq        BIGINT PRIMARY KEY CHECK (seq > 0),
    hash       TEXT NOT NULL,
    signed_at  TIMESTAMPTZ NOT NULL,
    key_id     TEXT NOT NULL,
    signature  BYTEA NOT NULL,
    public_pem TEXT NOT NULL
);
COMMENT ON TABLE checkpoints IS 'Signed points of the chain: whoever has one can tell whether anything before it was changed.';
COMMENT ON COLUMN checkpoints.seq IS 'The last entry it covers.';
COMMENT ON COLUMN checkpoints.hash IS 'That entry''s hash.';
COMMENT ON COLUMN checkpoints.signed_at IS 'When it was signed, by the clock of the service.';
COMMENT ON COLUMN checkpoints.key_id IS 'Which key signed it.';
COMMENT ON COLUMN checkpoints.signature IS 'Ed25519 over the text that domain/chain.rs gives.';
COMMENT ON COLUMN checkpoints.public_pem IS 'The public key, PEM.';

CREATE TABLE units (
    code     TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    revision BIGINT NOT NULL
);
COMMENT ON TABLE units IS 'Names of units as directory told them last, so that files are found by them.';
COMMENT ON COLUMN units.code IS 'The unit.';
COMMENT ON COLUMN units.name IS 'Its names, the newest first, separated by spaces.';
COMMENT ON COLUMN units.revision IS 'Directory''s revision; older ones are dropped.';

CREATE TABLE cases (
    case_id      UUID PRIMARY KEY,
    complaint_id UUID NOT NULL,
    number       TEXT NOT NULL,
    union_code   TEXT NOT NULL,
    unit_code    TEXT NOT NULL,
    revision     BIGINT NOT NULL,
    ended_at     TIMESTAMPTZ,
    tries        INT NOT NULL DEFAULT 0,
    waits_for    TEXT NOT NULL DEFAULT ''
);
COMMENT ON TABLE cases IS 'Cases as routing told them last: what is to be sealed, and why it is not yet.';
COMMENT ON COLUMN cases.case_id IS 'The case.';
COMMENT ON COLUMN cases.complaint_id IS 'Its complaint.';
COMMENT ON COLUMN cases.number IS 'The complaint''s number.';
COMMENT ON COLUMN cases.union_code IS 'The union whose case it is.';
COMMENT ON COLUMN cases.unit_code IS 'The unit that answers for it: the lead unit, or the one that registered it.';
COMMENT ON COLUMN cases.revision IS 'Routing''s revision; older ones are dropped.';
COMMENT ON COLUMN cases.ended_at IS 'When it was closed or withdrawn; null while it is open.';
COMMENT ON COLUMN cases.tries IS 'How often sealing was tried without success; those tried least come first.';
COMMENT ON COLUMN cases.waits_for IS 'Why it is not sealed yet, for an operator; empty when nothing is wrong.';
CREATE INDEX cases_ended ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE recusals (
    case_id   UUID NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (case_id, person_id)
);
COMMENT ON TABLE recusals IS 'Who must see nothing of a case: the person complained of, and whoever declared an interest (guideline art. 5 and 19).';
COMMENT ON COLUMN recusals.case_id IS 'The case.';
COMMENT ON COLUMN recusals.person_id IS 'The person.';

CREATE TABLE item_numbers (
    union_code TEXT NOT NULL,
    year       INT NOT NULL,
    last       INT NOT NULL CHECK (last > 0),
    PRIMARY KEY (union_code, year)
);
COMMENT ON TABLE item_numbers IS 'The last item number (件号) given in a union and a year; they have no gaps.';
COMMENT ON COLUMN item_numbers.union_code IS 'The union.';
COMMENT ON COLUMN item_numbers.year IS 'The year of Asia/Shanghai.';
COMMENT ON COLUMN item_numbers.last IS 'The last number given.';

CREATE TABLE files (
    file_id        UUID PRIMARY KEY,
    case_id        UUID NOT NULL UNIQUE,
    complaint_id   UUID NOT NULL,
    number         TEXT NOT NULL,
    union_code     TEXT NOT NULL,
    unit_code      TEXT NOT NULL,
    year           INT NOT NULL,
    item_number    INT NOT NULL CHECK (item_number > 0),
    archival_code  TEXT NOT NULL UNIQUE,
    closed_at      TIMESTAMPTZ NOT NULL,
    reserved_at    TIMESTAMPTZ NOT NULL,
    sealed_at      TIMESTAMPTZ,
    file_digest    TEXT,
    size_bytes     BIGINT,
    last_seq       BIGINT,
    checkpoint_seq BIGINT,
    text           TEXT,
    grams          TEXT[],
    UNIQUE (union_code, year, item_number),
    CHECK ((sealed_at IS NULL) = (file_digest IS NULL) AND (sealed_at IS NULL) = (size_bytes IS NULL)
        AND (sealed_at IS NULL) = (last_seq IS NULL) AND (sealed_at IS NULL) = (checkpoint_seq IS NULL)
        AND (sealed_at IS NULL) = (text IS NULL) AND (sealed_at IS NULL) = (grams IS NULL))
);
COMMENT ON TABLE files IS 'The register of files (guideline art. 22). A row without sealed_at has its number, because the number stands in the file; its file is being made.';
COMMENT ON COLUMN files.file_id IS 'The file.';
COMMENT ON COLUMN files.case_id IS 'The case it holds.';
COMMENT ON COLUMN files.complaint_id IS 'The complaint it holds.';
COMMENT ON COLUMN files.number IS 'The complaint''s number.';
COMMENT ON COLUMN files.union_code IS 'The union whose case it is.';
COMMENT ON COLUMN files.unit_code IS 'The unit that answered for it.';
COMMENT ON COLUMN files.year IS 'The year it is filed under, of Asia/Shanghai.';
COMMENT ON COLUMN files.item_number IS 'Its item number (件号).';
COMMENT ON COLUMN files.archival_code IS 'Its archival code (档号).';
COMMENT ON COLUMN files.closed_at IS 'When the case ended.';
COMMENT ON COLUMN files.reserved_at IS 'When the number was given.';
COMMENT ON COLUMN files.sealed_at IS 'When the file was sealed; null until then.';
COMMENT ON COLUMN files.file_digest IS 'SHA-256 of the file''s bytes: their name in the object store.';
COMMENT ON COLUMN files.size_bytes IS 'How many bytes.';
COMMENT ON COLUMN files.last_seq IS 'The last ledger entry that stands in it.';
COMMENT ON COLUMN files.checkpoint_seq IS 'The newest checkpoint its entries lead to.';
COMMENT ON COLUMN files.text IS 'What it is found by, folded: NFKC, small letters.';
COMMENT ON COLUMN files.grams IS 'The single characters and pairs of neighbours of that text.';
CREATE INDEX files_grams ON files USING gin (grams);
CREATE INDEX files_sealed ON files (sealed_at DESC, file_id DESC);

CREATE TABLE items (
    file_id    UUID NOT NULL REFERENCES files (file_id),
    position   INT NOT NULL,
    path       TEXT NOT NULL,
    title      TEXT NOT NULL,
    author     TEXT NOT NULL,
    made_at    TIMESTAMPTZ,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    PRIMARY KEY (file_id, position)
);
COMMENT ON TABLE items IS 'The catalogues (卷内目录) of sealed files.';
COMMENT ON COLUMN items.file_id IS 'The file.';
COMMENT ON COLUMN items.position IS 'Place in the catalogue, from 1.';
COMMENT ON COLUMN items.path IS 'Path within the file.';
COMMENT ON COLUMN items.title IS 'What it is, in Chinese.';
COMMENT ON COLUMN items.author IS 'Who made it; empty when not known.';
COMMENT ON COLUMN items.made_at IS 'When it was made; null when not known.';
COMMENT ON COLUMN items.media_type IS 'What it is.';
COMMENT ON COLUMN items.size_bytes IS 'How many bytes.';
COMMENT ON COLUMN items.digest IS 'SHA-256, hexadecimal.';

CREATE TABLE access_log (
    id        UUID PRIMARY KEY,
    at        TIMESTAMPTZ NOT NULL,
    person_id TEXT NOT NULL,
    post      TEXT NOT NULL,
    rpc       TEXT NOT NULL,
    what      TEXT NOT NULL,
    reason    TEXT NOT NULL
);
COMMENT ON TABLE access_log IS 'Who read what of the archive.';
COMMENT ON COLUMN access_log.id IS 'The entry.';
COMMENT ON COLUMN access_log.at IS 'When.';
COMMENT ON COLUMN access_log.person_id IS 'Who.';
COMMENT ON COLUMN access_log.post IS 'In which post; empty for a service.';
COMMENT ON COLUMN access_log.rpc IS 'What was asked.';
COMMENT ON COLUMN access_log.what IS 'Of what: a file, a range of the ledger, words of a search.';
COMMENT ON COLUMN access_log.reason IS 'Why; empty where no reason is asked for.';
