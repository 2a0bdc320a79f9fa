-- What a reading sees of clocks, whatever its statement asks; 0020_sight.sql says what it is bounded by. Units, posts,
-- calendars and policies are for everybody.

ALTER TABLE subjects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON subjects USING ((SELECT own_work()));
CREATE POLICY sight ON subjects FOR SELECT USING (
    ((SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[]))
    AND ((SELECT seen_units()) IS NULL
         OR unit_code = ANY ((SELECT seen_units())::text[])
         OR lead_unit = ANY ((SELECT seen_units())::text[]))
);

-- What belongs to a subject is seen by who sees the subject; who sees all of them is not asked for each.
CREATE FUNCTION sees_every_subject() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT sees_every_union() AND seen_units() IS NULL $$;
DO $$
DECLARE belongs text;
BEGIN
    FOREACH belongs IN ARRAY ARRAY['facts', 'clocks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', belongs);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', belongs);
        EXECUTE format('CREATE POLICY sight ON %1$I FOR SELECT USING (
            (SELECT sees_every_subject())
            OR EXISTS (SELECT FROM subjects s WHERE s.subject_id = %1$I.subject_id))', belongs);
    END LOOP;
END $$;

-- What was told a post is its holder's to see, also of a subject of another union.
ALTER TABLE rungs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON rungs USING ((SELECT own_work()));
CREATE POLICY sight ON rungs FOR SELECT USING (
    to_post = ANY ((SELECT own_posts())::text[])
    OR (SELECT sees_every_subject())
    OR EXISTS (SELECT FROM clocks c WHERE c.clock_id = rungs.clock_id)
);
