-- What an erasure leaves of a case, and pauses that begin in one instant.

ALTER TABLE cases ADD COLUMN erased_at TIMESTAMPTZ;
COMMENT ON COLUMN cases.erased_at IS 'When the complainant''s data was erased here (个人信息保护法 art. 47): no text of the case is left; null until then';
COMMENT ON TABLE history IS 'Everything that happened to a case, with what was written; only added to, but that an erasure empties the texts';
COMMENT ON TABLE matter_history IS 'Everything that happened to a matter beside a case, with what was written; only added to, but that an erasure empties the texts';

-- A simulated clock may stand still while a pause begins, ends and begins again: the instant is no key.
ALTER TABLE pauses
    ADD COLUMN pause_id BIGINT GENERATED ALWAYS AS IDENTITY,
    DROP CONSTRAINT pauses_pkey,
    ADD PRIMARY KEY (pause_id);
CREATE INDEX pauses_by_case ON pauses (case_id, began_at);
COMMENT ON COLUMN pauses.pause_id IS 'Counts up; of two that began in one instant the earlier has the smaller';
