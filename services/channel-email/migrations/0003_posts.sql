CREATE TABLE posts (
    code     TEXT PRIMARY KEY,
    email    TEXT NOT NULL,
    revision BIGINT NOT NULL
);
COMMENT ON TABLE posts IS 'Kept from directory''s PostChanged: the mailbox of each post, for alarms.';
COMMENT ON COLUMN posts.code IS 'The post.';
COMMENT ON COLUMN posts.email IS 'Its mailbox; empty when it has none, or was abolished.';
COMMENT ON COLUMN posts.revision IS 'The revision directory told; older ones are dropped.';
