-- What a reading sees of the archive, whatever its statement asks; 0020_sight.sql says what it is bounded by. Without a policy
-- stay recusals, which policies ask themselves, what is numbered or signed only (register_numbers, checkpoints), which files
-- stand in which transfer and disposal, the schedule and the units.

-- Behind a policy PostgreSQL does not look up pairs of characters in an index: an operator that might tell of a hidden row is
-- asked last. So they stand beside the files, in a table that answers nothing but which file might match.
CREATE TABLE file_grams (
    file_id UUID PRIMARY KEY REFERENCES files (file_id),
    grams   TEXT[] NOT NULL
);
COMMENT ON TABLE file_grams IS 'What narrows a search; the words themselves are looked for in the files that a reading sees.';
COMMENT ON COLUMN file_grams.file_id IS 'The file.';
COMMENT ON COLUMN file_grams.grams IS 'The pairs of characters of its text; none of a destroyed file.';
INSERT INTO file_grams (file_id, grams) SELECT file_id, grams FROM files WHERE grams IS NOT NULL;
CREATE INDEX file_grams_grams ON file_grams USING gin (grams);
-- With the column go its index and the checks that name it.
ALTER TABLE files DROP COLUMN grams;
ALTER TABLE files
    ADD CONSTRAINT files_sealed_is_whole CHECK ((sealed_at IS NULL) = (file_digest IS NULL)
        AND (sealed_at IS NULL) = (size_bytes IS NULL) AND (sealed_at IS NULL) = (last_seq IS NULL)
        AND (sealed_at IS NULL) = (checkpoint_seq IS NULL) AND (sealed_at IS NULL) = (text IS NULL)),
    ADD CONSTRAINT files_destroyed_says_nothing CHECK (destroyed_at IS NULL OR text = '');

-- What concerns whoever looks: he sees nothing of it (guideline art. 19). Asked once for a statement.
CREATE INDEX recusals_by_person ON recusals (person_id);
CREATE FUNCTION barred_cases() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(case_id), '{}') FROM recusals WHERE person_id = seen_by() $$;
CREATE FUNCTION barred_entries() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(c.seq), '{}') FROM recusals r JOIN ledger_concerns c ON c.case_id = r.case_id
       WHERE r.person_id = seen_by() $$;

DO $$
DECLARE guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['files', 'cases', 'holds'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', guarded);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (
            ((SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[]))
            AND NOT case_id = ANY ((SELECT barred_cases())::uuid[]))', guarded);
    END LOOP;
    -- A reading of several unions is of none of them: only who sees all sees it.
    FOREACH guarded IN ARRAY ARRAY['transfers', 'disposals', 'access_log'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', guarded);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (
            (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[]))', guarded);
    END LOOP;
END $$;

-- The catalogue of a file is seen by who sees the file.
ALTER TABLE items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON items USING ((SELECT own_work()));
CREATE POLICY sight ON items FOR SELECT USING (EXISTS (SELECT FROM files f WHERE f.file_id = items.file_id));

ALTER TABLE ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON ledger USING ((SELECT own_work()));
CREATE POLICY sight ON ledger FOR SELECT USING (
    ((SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[]))
    AND NOT key = ANY ((SELECT barred_cases())::text[])
    AND NOT seq = ANY ((SELECT barred_entries())::bigint[])
);
