-- Messages of a clock that stands still or has ended are planned and never told: whoever looks for what is due passes them by,
-- however many there are.
ALTER TABLE rungs ADD COLUMN idle boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rungs.idle IS 'Whether its clock stands still or has ended, so that it is not told.';
UPDATE rungs r SET idle = true FROM clocks c
    WHERE c.clock_id = r.clock_id AND r.sent_at IS NULL AND c.state NOT IN ('running', 'overdue');
DROP INDEX rungs_next;
CREATE INDEX rungs_next ON rungs (deliver_at) WHERE sent_at IS NULL AND NOT idle;
