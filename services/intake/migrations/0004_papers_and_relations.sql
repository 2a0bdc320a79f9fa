-- Papers that are still owed, and members of staff who are related to complainants.

ALTER TABLE complaints
    ADD COLUMN missing_papers text CHECK (missing_papers IN ('authorisation', 'succession'));
COMMENT ON COLUMN complaints.missing_papers IS 'The kind of evidence that an agent, an heir or representatives still owe (令2020年第3号 art. 12, 14)';

CREATE TABLE relations (
    id           uuid PRIMARY KEY,
    person_id    text NOT NULL,
    relation     text NOT NULL CHECK (relation <> ''),
    declared_at  timestamptz NOT NULL,
    ended_at     timestamptz,
    CHECK (ended_at >= declared_at)
);
CREATE INDEX relations_by_person ON relations (person_id, declared_at);
COMMENT ON TABLE relations IS 'Members of staff who declared to be related to somebody who may complain (guideline art. 19); to whom, stands in relation_tokens, blind';
COMMENT ON COLUMN relations.id IS 'Permanent';
COMMENT ON COLUMN relations.person_id IS 'The member of staff, as directory knows him';
COMMENT ON COLUMN relations.relation IS 'How they are related, with names and numbers masked';
COMMENT ON COLUMN relations.declared_at IS 'When it was declared';
COMMENT ON COLUMN relations.ended_at IS 'When it was taken back; what it barred stays barred';

CREATE TABLE relation_tokens (
    relation_id  uuid NOT NULL REFERENCES relations (id),
    token        bytea NOT NULL,
    PRIMARY KEY (relation_id, token)
);
CREATE INDEX relation_tokens_by_token ON relation_tokens (token);
COMMENT ON TABLE relation_tokens IS 'To whom a declaration refers: tokens of the same blind index as complainants''';
COMMENT ON COLUMN relation_tokens.relation_id IS 'The declaration';
COMMENT ON COLUMN relation_tokens.token IS 'The token of a telephone, an e-mail address, an openid or a number of a document';
