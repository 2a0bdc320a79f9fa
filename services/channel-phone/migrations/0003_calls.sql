CREATE TABLE calls (
    line           TEXT NOT NULL,
    call_id        TEXT NOT NULL,
    unit_code      TEXT NOT NULL,
    ringing_at     TIMESTAMPTZ,
    answered_at    TIMESTAMPTZ,
    hung_up_at     TIMESTAMPTZ,
    talk_seconds   BIGINT,
    recording      TEXT NOT NULL DEFAULT '',
    raw_digest     TEXT NOT NULL,
    form_due_at    TIMESTAMPTZ,
    missed_form_at TIMESTAMPTZ,
    PRIMARY KEY (line, call_id)
);
CREATE INDEX calls_form_due ON calls (form_due_at) WHERE missed_form_at IS NULL;
COMMENT ON TABLE calls IS 'Owned by this adapter: each call, as far as its events have come in. No number of a caller stands here.';
COMMENT ON COLUMN calls.line IS 'The line.';
COMMENT ON COLUMN calls.call_id IS 'The call centre''s id of the call.';
COMMENT ON COLUMN calls.unit_code IS 'The unit of the line.';
COMMENT ON COLUMN calls.ringing_at IS 'When it rang, UTC; NULL when not told.';
COMMENT ON COLUMN calls.answered_at IS 'When it was answered, UTC; NULL when not told.';
COMMENT ON COLUMN calls.hung_up_at IS 'When it ended, UTC; NULL when not told.';
COMMENT ON COLUMN calls.talk_seconds IS 'How long was spoken, as the call centre says; NULL when not told.';
COMMENT ON COLUMN calls.recording IS 'File name of the recording; empty until there is one.';
COMMENT ON COLUMN calls.raw_digest IS 'SHA-256 of its "answered" event in the object store, which names the caller; else of its first event.';
COMMENT ON COLUMN calls.form_due_at IS 'When its form must be there, UTC; NULL when it needs none.';
COMMENT ON COLUMN calls.missed_form_at IS 'When it was put aside for want of a form, UTC.';

CREATE TABLE call_events (
    line       TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    call_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    raw_digest TEXT NOT NULL,
    taken_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (line, event_id, raw_digest)
);
COMMENT ON TABLE call_events IS 'Owned by this adapter: every event the call centre told, repeats left out.';
COMMENT ON COLUMN call_events.line IS 'The line.';
COMMENT ON COLUMN call_events.event_id IS 'The call centre''s id of the event.';
COMMENT ON COLUMN call_events.call_id IS 'The call it belongs to; empty for none.';
COMMENT ON COLUMN call_events.kind IS 'ringing, answered, hung_up, recording, form or attempt.';
COMMENT ON COLUMN call_events.at IS 'When it happened, UTC, as the call centre says.';
COMMENT ON COLUMN call_events.raw_digest IS 'SHA-256 of the body in the object store.';
COMMENT ON COLUMN call_events.taken_at IS 'When we took it, UTC.';

CREATE TABLE call_forms (
    incoming_id UUID PRIMARY KEY REFERENCES incoming (id),
    line        TEXT NOT NULL,
    call_id     TEXT NOT NULL,
    bound_at    TIMESTAMPTZ,
    note        TEXT NOT NULL DEFAULT '',
    tries       INTEGER NOT NULL DEFAULT 0,
    next_try_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX call_forms_call ON call_forms (line, call_id);
COMMENT ON TABLE call_forms IS 'Owned by this adapter: which form belongs to which call, so that the recording finds its complaint.';
COMMENT ON COLUMN call_forms.incoming_id IS 'The form, as it was kept.';
COMMENT ON COLUMN call_forms.line IS 'The line.';
COMMENT ON COLUMN call_forms.call_id IS 'The call.';
COMMENT ON COLUMN call_forms.bound_at IS 'When the recording became evidence of the complaint, or was given up, UTC.';
COMMENT ON COLUMN call_forms.note IS 'Why the recording was given up; empty when it was not.';
COMMENT ON COLUMN call_forms.tries IS 'How often binding was tried in vain.';
COMMENT ON COLUMN call_forms.next_try_at IS 'Not before this; machine time, for spacing tries.';

CREATE TABLE attempts (
    line       TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    notice_id  TEXT NOT NULL,
    dialled_at TIMESTAMPTZ NOT NULL,
    result     TEXT NOT NULL,
    last       BOOLEAN NOT NULL,
    raw_digest TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    applied_at TIMESTAMPTZ,
    PRIMARY KEY (line, event_id)
);
CREATE INDEX attempts_open ON attempts (dialled_at) WHERE applied_at IS NULL;
COMMENT ON TABLE attempts IS 'Owned by this adapter: each time a person dialled to deliver a notice; the instant of dialling counts.';
COMMENT ON COLUMN attempts.line IS 'The line.';
COMMENT ON COLUMN attempts.event_id IS 'The call centre''s id of the event.';
COMMENT ON COLUMN attempts.notice_id IS 'The notice, as routing named it.';
COMMENT ON COLUMN attempts.dialled_at IS 'When it was dialled, UTC.';
COMMENT ON COLUMN attempts.result IS 'reached, no_answer, busy or refused.';
COMMENT ON COLUMN attempts.last IS 'Whether no further attempt will be made.';
COMMENT ON COLUMN attempts.raw_digest IS 'SHA-256 of the event in the object store: the proof.';
COMMENT ON COLUMN attempts.size_bytes IS 'Size of the event in bytes.';
COMMENT ON COLUMN attempts.applied_at IS 'When the notice took it into account, UTC.';

CREATE TABLE nonces (
    line        TEXT NOT NULL,
    nonce       TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (line, nonce)
);
CREATE INDEX nonces_seen ON nonces (seen_at);
COMMENT ON TABLE nonces IS 'Owned by this adapter: nonces of signed calls, so that none is played again with another body.';
COMMENT ON COLUMN nonces.line IS 'The line.';
COMMENT ON COLUMN nonces.nonce IS 'The nonce.';
COMMENT ON COLUMN nonces.body_digest IS 'SHA-256 of the body it came with.';
COMMENT ON COLUMN nonces.seen_at IS 'When, UTC; forgotten after twice the allowed skew.';
