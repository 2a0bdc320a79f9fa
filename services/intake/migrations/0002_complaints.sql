-- Complaints as they were received, who made them, and what they handed in.
-- What belongs to a complainant stands here encrypted only; what is in the clear may be told to everybody in the union.

CREATE TABLE units (
    code        text PRIMARY KEY,
    kind        integer NOT NULL,
    union_code  text NOT NULL,
    reception   boolean NOT NULL,
    retired_on  date,
    revision    bigint NOT NULL
);
COMMENT ON TABLE units IS 'What directory tells of units, as far as registering needs it.';
COMMENT ON COLUMN units.code IS 'Permanent code.';
COMMENT ON COLUMN units.kind IS 'What it is, as the contract numbers it.';
COMMENT ON COLUMN units.union_code IS 'The union it is, or belongs to.';
COMMENT ON COLUMN units.reception IS 'Whether it is the 受理部门 of its union, or the 合规部.';
COMMENT ON COLUMN units.retired_on IS 'First day it receives nothing any more.';
COMMENT ON COLUMN units.revision IS 'The highest revision heard; older ones are dropped.';

CREATE TABLE numbers (
    union_code  text NOT NULL,
    year        integer NOT NULL,
    last        bigint NOT NULL CHECK (last > 0),
    PRIMARY KEY (union_code, year)
);
COMMENT ON TABLE numbers IS 'Counters of complaint numbers (F2.3). A row is raised in the transaction that uses the number: no gaps.';
COMMENT ON COLUMN numbers.union_code IS 'Whose numbers.';
COMMENT ON COLUMN numbers.year IS 'Of which year, in Shanghai.';
COMMENT ON COLUMN numbers.last IS 'The last number given.';

CREATE TABLE vault_fingerprints (
    name         text PRIMARY KEY,
    fingerprint  text NOT NULL
);
COMMENT ON TABLE vault_fingerprints IS 'Which keys of the vault file this database was written with: a process with others does not start.';
COMMENT ON COLUMN vault_fingerprints.name IS 'The key''s name in the file.';
COMMENT ON COLUMN vault_fingerprints.fingerprint IS 'A digest that tells it from another.';

CREATE TABLE vault_keys (
    id            uuid PRIMARY KEY,
    kek_id        text NOT NULL,
    wrapped       bytea,
    destroyed_at  timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE vault_keys IS 'One key for each complaint''s complainant. To destroy it is to erase identity and text for good.';
COMMENT ON COLUMN vault_keys.id IS 'Permanent id; also part of what every encryption with the key is bound to.';
COMMENT ON COLUMN vault_keys.kek_id IS 'Which key of the vault file wraps it.';
COMMENT ON COLUMN vault_keys.wrapped IS 'The key, AES-256-GCM under that key; gone once destroyed.';
COMMENT ON COLUMN vault_keys.destroyed_at IS 'When it was destroyed.';

CREATE TABLE complaints (
    id                      uuid PRIMARY KEY,
    number                  text NOT NULL UNIQUE,
    union_code              text NOT NULL,
    unit_code               text NOT NULL,
    registered_at_reception boolean NOT NULL,
    channel                 text NOT NULL,
    nature                  text NOT NULL,
    received_at             timestamptz NOT NULL,
    registered_at           timestamptz NOT NULL,
    received_by_post        text NOT NULL,
    late_reason             text NOT NULL,
    masked_name             text NOT NULL,
    anonymous               boolean NOT NULL,
    complained_unit_code    text NOT NULL,
    complained_person_id    text NOT NULL,
    business_code           text NOT NULL,
    cause_code              text NOT NULL,
    handled_via_code        text NOT NULL,
    amount_fen              bigint NOT NULL CHECK (amount_fen >= 0),
    currency                text NOT NULL CHECK ((currency = '') = (amount_fen = 0)),
    persons                 integer NOT NULL CHECK (persons > 0),
    major                   boolean NOT NULL,
    settled_on_the_spot     boolean NOT NULL,
    referral_number         text NOT NULL,
    referral_due_at         timestamptz CHECK (referral_due_at IS NULL OR referral_number <> ''),
    reply_channel           text CHECK (reply_channel IN ('letter', 'email', 'phone', 'wechat')),
    has_contact             boolean NOT NULL,
    raw_digest              text NOT NULL,
    revision                bigint NOT NULL CHECK (revision > 0),
    withdrawn_at            timestamptz,
    key_id                  uuid NOT NULL REFERENCES vault_keys (id),
    sealed_identity         bytea NOT NULL,
    sealed_narrative        bytea NOT NULL,
    sealed_query_code       bytea NOT NULL,
    query_code_mac          bytea NOT NULL,
    sealed_withdrawal       bytea,
    CHECK (received_at <= registered_at),
    CHECK (has_contact = (reply_channel IS NOT NULL))
);
CREATE INDEX complaints_by_union ON complaints (union_code, registered_at DESC, id DESC);
CREATE INDEX complaints_by_time ON complaints (registered_at DESC, id DESC);
COMMENT ON TABLE complaints IS 'A complaint as it was received. Its case is routing''s.';
COMMENT ON COLUMN complaints.id IS 'Permanent id.';
COMMENT ON COLUMN complaints.number IS 'Union, year and six digits, without gaps.';
COMMENT ON COLUMN complaints.union_code IS 'Whose complaint it is.';
COMMENT ON COLUMN complaints.unit_code IS 'The unit that registered it.';
COMMENT ON COLUMN complaints.registered_at_reception IS 'Whether that is the 受理部门.';
COMMENT ON COLUMN complaints.channel IS 'How it reached us.';
COMMENT ON COLUMN complaints.nature IS 'What kind of matter it is.';
COMMENT ON COLUMN complaints.received_at IS 'When it reached us; the legal clocks start here.';
COMMENT ON COLUMN complaints.registered_at IS 'When it was entered.';
COMMENT ON COLUMN complaints.received_by_post IS 'The post, or the adapter, that received it.';
COMMENT ON COLUMN complaints.late_reason IS 'Why it was entered on a later day; empty when it was not.';
COMMENT ON COLUMN complaints.masked_name IS 'The complainant''s name as everybody may see it.';
COMMENT ON COLUMN complaints.anonymous IS 'Whether the complainant stays anonymous on purpose.';
COMMENT ON COLUMN complaints.complained_unit_code IS 'The unit complained of; empty when none.';
COMMENT ON COLUMN complaints.complained_person_id IS 'Staff complained of, as directory knows him; he sees nothing of it (guideline art. 5).';
COMMENT ON COLUMN complaints.business_code IS 'Axis B of JR/T 0169; empty when not known.';
COMMENT ON COLUMN complaints.cause_code IS 'Axis C of JR/T 0169; empty when not known.';
COMMENT ON COLUMN complaints.handled_via_code IS 'Axis A of JR/T 0169; empty when not known.';
COMMENT ON COLUMN complaints.amount_fen IS 'The amount concerned in hundredths; 0 when none.';
COMMENT ON COLUMN complaints.currency IS 'ISO 4217; empty when there is no amount.';
COMMENT ON COLUMN complaints.persons IS 'How many complain together.';
COMMENT ON COLUMN complaints.major IS 'Whether it is 重大.';
COMMENT ON COLUMN complaints.settled_on_the_spot IS 'Whether the receiving unit settled it at once.';
COMMENT ON COLUMN complaints.referral_number IS '来文号; empty when it was not referred.';
COMMENT ON COLUMN complaints.referral_due_at IS 'The limit the superior set.';
COMMENT ON COLUMN complaints.reply_channel IS 'How the complainant is to be answered; none without a contact.';
COMMENT ON COLUMN complaints.has_contact IS 'Whether there is any contact.';
COMMENT ON COLUMN complaints.raw_digest IS 'SHA-256 of the original message; empty when there is none.';
COMMENT ON COLUMN complaints.revision IS 'Goes up by one with every change.';
COMMENT ON COLUMN complaints.withdrawn_at IS 'When the withdrawal arrived.';
COMMENT ON COLUMN complaints.key_id IS 'The key of everything sealed here.';
COMMENT ON COLUMN complaints.sealed_identity IS 'Complainant and representatives, encrypted.';
COMMENT ON COLUMN complaints.sealed_narrative IS 'What the complainant said, encrypted.';
COMMENT ON COLUMN complaints.sealed_query_code IS 'The query code, encrypted, for the letters.';
COMMENT ON COLUMN complaints.query_code_mac IS 'The query code, keyed digest, for checking it.';
COMMENT ON COLUMN complaints.sealed_withdrawal IS 'What was said on withdrawing, encrypted.';

CREATE TABLE complaint_units (
    complaint_id  uuid NOT NULL REFERENCES complaints (id),
    unit_code     text NOT NULL,
    PRIMARY KEY (complaint_id, unit_code)
);
CREATE INDEX complaint_units_by_unit ON complaint_units (unit_code);
COMMENT ON TABLE complaint_units IS 'Which handling units may see a complaint: the one that registered it, and those that were ordered.';
COMMENT ON COLUMN complaint_units.complaint_id IS 'The complaint.';
COMMENT ON COLUMN complaint_units.unit_code IS 'The unit.';

CREATE TABLE recusals (
    complaint_id  uuid NOT NULL,
    person_id     text NOT NULL,
    PRIMARY KEY (complaint_id, person_id)
);
COMMENT ON TABLE recusals IS 'Who declared an interest, and so sees nothing of a complaint (guideline art. 19).';
COMMENT ON COLUMN recusals.complaint_id IS 'The complaint.';
COMMENT ON COLUMN recusals.person_id IS 'Who.';

CREATE TABLE case_states (
    complaint_id  uuid PRIMARY KEY,
    revision      bigint NOT NULL,
    state         text NOT NULL,
    changed_at    timestamptz NOT NULL
);
COMMENT ON TABLE case_states IS 'How far routing says the case is, for the complainant who asks.';
COMMENT ON COLUMN case_states.complaint_id IS 'The complaint.';
COMMENT ON COLUMN case_states.revision IS 'The highest revision of the case heard.';
COMMENT ON COLUMN case_states.state IS 'The state, in the words of progress.';
COMMENT ON COLUMN case_states.changed_at IS 'When it came to be so.';

CREATE TABLE arrivals (
    request_id     uuid NOT NULL UNIQUE,
    rpc            text NOT NULL,
    digest         bytea NOT NULL,
    account        text,
    message_id     text,
    complaint_id   uuid,
    part_id        uuid,
    arrived_at     timestamptz NOT NULL,
    UNIQUE (account, message_id),
    CHECK ((account IS NULL) = (message_id IS NULL))
);
COMMENT ON TABLE arrivals IS 'Every request and every message taken, so that a repeat is known. It holds no answer: answers hold query codes.';
COMMENT ON COLUMN arrivals.request_id IS 'The request.';
COMMENT ON COLUMN arrivals.rpc IS 'What was asked.';
COMMENT ON COLUMN arrivals.digest IS 'SHA-256 of the request: the same id with another content is refused.';
COMMENT ON COLUMN arrivals.account IS 'The adapter''s account; none when a clerk entered it.';
COMMENT ON COLUMN arrivals.message_id IS 'The message in that account.';
COMMENT ON COLUMN arrivals.complaint_id IS 'The complaint it became or belongs to.';
COMMENT ON COLUMN arrivals.part_id IS 'The material or quarantined message it became.';
COMMENT ON COLUMN arrivals.arrived_at IS 'When it was taken.';

CREATE TABLE blind_index (
    complaint_id  uuid NOT NULL REFERENCES complaints (id),
    kind          text NOT NULL CHECK (kind IN ('phone', 'email', 'openid', 'id')),
    token         bytea NOT NULL,
    PRIMARY KEY (complaint_id, kind, token)
);
CREATE INDEX blind_index_by_token ON blind_index (token);
COMMENT ON TABLE blind_index IS 'Finds the same person again without knowing who it is: HMAC-SHA256 of contacts in their normal form.';
COMMENT ON COLUMN blind_index.complaint_id IS 'The complaint.';
COMMENT ON COLUMN blind_index.kind IS 'What was digested.';
COMMENT ON COLUMN blind_index.token IS 'The keyed digest.';

CREATE TABLE files (
    digest        text PRIMARY KEY,
    size_bytes    bigint NOT NULL,
    media_type    text NOT NULL,
    first_put_at  timestamptz NOT NULL
);
COMMENT ON TABLE files IS 'What is known of the bytes in the object store.';
COMMENT ON COLUMN files.digest IS 'SHA-256, hexadecimal; also the name in the object store.';
COMMENT ON COLUMN files.size_bytes IS 'How many bytes.';
COMMENT ON COLUMN files.media_type IS 'What they are, found by looking at them.';
COMMENT ON COLUMN files.first_put_at IS 'When they were first handed in.';

CREATE TABLE evidence (
    id             uuid PRIMARY KEY,
    complaint_id   uuid NOT NULL REFERENCES complaints (id),
    request_id     uuid NOT NULL,
    position       integer NOT NULL,
    digest         text NOT NULL REFERENCES files (digest),
    kind           text NOT NULL,
    sealed_about   bytea NOT NULL,
    added_at       timestamptz NOT NULL,
    added_by_post  text NOT NULL
);
CREATE INDEX evidence_by_complaint ON evidence (complaint_id, added_at, position);
CREATE INDEX evidence_by_request ON evidence (request_id);
COMMENT ON TABLE evidence IS 'The files of a complaint.';
COMMENT ON COLUMN evidence.id IS 'Permanent id.';
COMMENT ON COLUMN evidence.complaint_id IS 'Whose.';
COMMENT ON COLUMN evidence.request_id IS 'The request it came with.';
COMMENT ON COLUMN evidence.position IS 'Its place in that request.';
COMMENT ON COLUMN evidence.digest IS 'The bytes.';
COMMENT ON COLUMN evidence.kind IS 'What it is good for.';
COMMENT ON COLUMN evidence.sealed_about IS 'File name and description, encrypted: people put names there.';
COMMENT ON COLUMN evidence.added_at IS 'When.';
COMMENT ON COLUMN evidence.added_by_post IS 'By which post.';

CREATE TABLE materials (
    id              uuid PRIMARY KEY,
    complaint_id    uuid NOT NULL REFERENCES complaints (id),
    channel         text NOT NULL,
    received_at     timestamptz NOT NULL,
    added_at        timestamptz NOT NULL,
    added_by_post   text NOT NULL,
    sealed_content  bytea NOT NULL,
    new_facts       boolean NOT NULL,
    raw_digest      text NOT NULL
);
CREATE INDEX materials_by_complaint ON materials (complaint_id, added_at);
COMMENT ON TABLE materials IS 'What complainants sent later.';
COMMENT ON COLUMN materials.id IS 'Permanent id.';
COMMENT ON COLUMN materials.complaint_id IS 'To which complaint.';
COMMENT ON COLUMN materials.channel IS 'How it reached us.';
COMMENT ON COLUMN materials.received_at IS 'When it reached us.';
COMMENT ON COLUMN materials.added_at IS 'When it was entered.';
COMMENT ON COLUMN materials.added_by_post IS 'By which post.';
COMMENT ON COLUMN materials.sealed_content IS 'What it says, encrypted.';
COMMENT ON COLUMN materials.new_facts IS 'Whether it brings new facts and reasons (令2020年第3号 art. 18(3)).';
COMMENT ON COLUMN materials.raw_digest IS 'SHA-256 of the original message; empty when there is none.';

CREATE TABLE reveals (
    id            uuid PRIMARY KEY,
    complaint_id  uuid NOT NULL REFERENCES complaints (id),
    at            timestamptz NOT NULL,
    person_id     text NOT NULL,
    post          text NOT NULL,
    reason        text NOT NULL CHECK (reason <> '')
);
CREATE INDEX reveals_by_complaint ON reveals (complaint_id, at);
COMMENT ON TABLE reveals IS 'Who looked at an identity, when and why. Only added to.';
COMMENT ON COLUMN reveals.id IS 'Permanent id.';
COMMENT ON COLUMN reveals.complaint_id IS 'Whose identity.';
COMMENT ON COLUMN reveals.at IS 'When.';
COMMENT ON COLUMN reveals.person_id IS 'Who looked.';
COMMENT ON COLUMN reveals.post IS 'In which post.';
COMMENT ON COLUMN reveals.reason IS 'Why.';

CREATE TABLE access_log (
    position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL,
    rpc           text NOT NULL,
    complaint_id  uuid NOT NULL,
    person_id     text NOT NULL,
    post          text NOT NULL,
    purpose       text NOT NULL
);
CREATE INDEX access_log_by_complaint ON access_log (complaint_id, at);
COMMENT ON TABLE access_log IS 'Every other look at a complaint, its files or its contact. Only added to.';
COMMENT ON COLUMN access_log.position IS 'In which order.';
COMMENT ON COLUMN access_log.at IS 'When.';
COMMENT ON COLUMN access_log.rpc IS 'By which door.';
COMMENT ON COLUMN access_log.complaint_id IS 'Of what; for an unreadable message its quarantine id.';
COMMENT ON COLUMN access_log.person_id IS 'Who looked.';
COMMENT ON COLUMN access_log.post IS 'In which post.';
COMMENT ON COLUMN access_log.purpose IS 'For what: a notice, a file, or nothing said.';

CREATE TABLE quarantine (
    id                uuid PRIMARY KEY,
    union_code        text NOT NULL,
    unit_code         text NOT NULL,
    channel           text NOT NULL,
    account           text NOT NULL,
    message_key       text NOT NULL,
    message_id        text NOT NULL,
    raw_digest        text NOT NULL,
    received_at       timestamptz NOT NULL,
    opened_at         timestamptz NOT NULL,
    due_at            timestamptz NOT NULL,
    why               text NOT NULL,
    outcome           text CHECK (outcome IN ('registered', 'dismissed')),
    complaint_id      uuid,
    dismiss_reason    text,
    resolved_at       timestamptz,
    resolved_by_post  text,
    UNIQUE (account, message_key),
    CHECK ((outcome IS NULL) = (resolved_at IS NULL)),
    CHECK ((outcome IS NOT DISTINCT FROM 'registered') = (complaint_id IS NOT NULL)),
    CHECK ((outcome IS NOT DISTINCT FROM 'dismissed') = (dismiss_reason IS NOT NULL))
);
CREATE INDEX quarantine_open ON quarantine (opened_at, id) WHERE outcome IS NULL;
COMMENT ON TABLE quarantine IS 'Messages that could not be read; to be resolved the same day (guideline art. 24(1)).';
COMMENT ON COLUMN quarantine.id IS 'Permanent id.';
COMMENT ON COLUMN quarantine.union_code IS 'Whose message it is.';
COMMENT ON COLUMN quarantine.unit_code IS 'The unit whose mailbox, line or account it came to.';
COMMENT ON COLUMN quarantine.channel IS 'How it reached us.';
COMMENT ON COLUMN quarantine.account IS 'The adapter''s account.';
COMMENT ON COLUMN quarantine.message_key IS 'The message id, or the digest when it has none: a repeat is known by it.';
COMMENT ON COLUMN quarantine.message_id IS 'The message in that account; empty when it has none.';
COMMENT ON COLUMN quarantine.raw_digest IS 'SHA-256 of the original bytes.';
COMMENT ON COLUMN quarantine.received_at IS 'When it reached us.';
COMMENT ON COLUMN quarantine.opened_at IS 'When it was put aside.';
COMMENT ON COLUMN quarantine.due_at IS 'The end of that day.';
COMMENT ON COLUMN quarantine.why IS 'Why it could not be read.';
COMMENT ON COLUMN quarantine.outcome IS 'How it ended.';
COMMENT ON COLUMN quarantine.complaint_id IS 'The complaint registered from it.';
COMMENT ON COLUMN quarantine.dismiss_reason IS 'Why it is no complaint.';
COMMENT ON COLUMN quarantine.resolved_at IS 'When.';
COMMENT ON COLUMN quarantine.resolved_by_post IS 'By which post.';

CREATE TABLE progress_attempts (
    number             text PRIMARY KEY,
    window_started_at  timestamptz NOT NULL,
    attempts           integer NOT NULL
);
COMMENT ON TABLE progress_attempts IS 'How often somebody asked for progress with a wrong code lately.';
COMMENT ON COLUMN progress_attempts.number IS 'The number asked for, whether it exists or not.';
COMMENT ON COLUMN progress_attempts.window_started_at IS 'When counting began.';
COMMENT ON COLUMN progress_attempts.attempts IS 'How many since.';
