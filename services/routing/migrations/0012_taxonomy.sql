-- What units are there for, and the taxonomy with its routing table, as directory last told them.

ALTER TABLE units ADD COLUMN functions TEXT[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN units.functions IS 'What it is there for, as codes of the taxonomy';

CREATE TABLE taxonomies (
    code    TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    body    BYTEA NOT NULL
);
COMMENT ON TABLE taxonomies IS 'The newest version of each taxonomy';
COMMENT ON COLUMN taxonomies.code IS 'Which';
COMMENT ON COLUMN taxonomies.version IS 'Its version';
COMMENT ON COLUMN taxonomies.body IS 'The taxonomy, protobuf';
