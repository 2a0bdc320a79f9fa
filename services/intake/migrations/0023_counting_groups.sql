-- Who complains in a group is kept with each complaint, so that one that joins is counted by itself and not with all others again.

ALTER TABLE group_members ADD COLUMN complainant uuid;
COMMENT ON COLUMN group_members.complainant IS 'One of the group''s complaints by the same complainant, the same for all of them; null until it is counted.';
CREATE INDEX group_members_by_complainant ON group_members (group_id, complainant);

ALTER TABLE groups ADD COLUMN recount boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN groups.recount IS 'Whether a complaint of it was withdrawn or erased since: its complainants are counted anew when the next one joins.';
