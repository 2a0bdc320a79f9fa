-- The taxonomy as directory told it, every version: figures are named by the one that was in force when their term ended.

CREATE TABLE taxonomies (
    code         TEXT NOT NULL,
    version      BIGINT NOT NULL CHECK (version > 0),
    published_at TIMESTAMPTZ NOT NULL,
    body         BYTEA NOT NULL,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE taxonomies IS 'Every version of a taxonomy, as directory told it';
COMMENT ON COLUMN taxonomies.code IS 'Which';
COMMENT ON COLUMN taxonomies.version IS 'Its version';
COMMENT ON COLUMN taxonomies.published_at IS 'From when on it was in force';
COMMENT ON COLUMN taxonomies.body IS 'The taxonomy, protobuf';
