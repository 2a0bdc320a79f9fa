-- What a reading sees of complaints, whatever its statement asks; 0020_sight.sql says what it is bounded by.
--
-- Without a policy stay what carries nothing of a complaint but its id (complaint_units, recusals, case_states, arrivals), what
-- is keyed (blind_index, sketches: the index of `sketches` would be of no use behind a policy), the vault's keys and the units.

-- What concerns whoever looks; asked once for a statement.
CREATE INDEX recusals_by_person ON recusals (person_id);
CREATE FUNCTION barred_complaints() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(complaint_id), '{}') FROM recusals WHERE person_id = seen_by() $$;

-- What his own units have to do with; asked only when another union's complaint is met, which is seldom.
CREATE FUNCTION own_complaints() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(complaint_id), '{}') FROM complaint_units WHERE unit_code = ANY (own_units()) $$;

-- Whether units have to do with a complaint. Few rows come so far: a plan must not be chosen as if all did.
CREATE FUNCTION concerns(complaint uuid, units text[]) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RETURN EXISTS (SELECT FROM complaint_units u WHERE u.complaint_id = complaint AND u.unit_code = ANY (units));
END $$;

ALTER TABLE complaints ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON complaints USING ((SELECT own_work()));
CREATE POLICY sight ON complaints FOR SELECT USING (
    ((SELECT sees_every_union())
     OR union_code = ANY ((SELECT seen_unions())::text[])
     -- What an office sent down is seen by the unit it was sent to, though the complaint is the office's (guideline art. 20).
     OR id = ANY ((SELECT own_complaints())::uuid[]))
    AND ((SELECT seen_units()) IS NULL OR concerns(id, (SELECT seen_units())))
    -- Whom it concerns sees nothing of it (guideline art. 19).
    AND (complained_person_id = '' OR complained_person_id <> (SELECT seen_by()))
    AND NOT id = ANY ((SELECT barred_complaints())::uuid[])
);

-- What belongs to a complaint is seen by who sees the complaint.
DO $$
DECLARE belongs text;
BEGIN
    FOREACH belongs IN ARRAY ARRAY['evidence', 'materials', 'reveals', 'erasures', 'group_members'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', belongs);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', belongs);
        EXECUTE format('CREATE POLICY sight ON %1$I FOR SELECT USING (
            EXISTS (SELECT FROM complaints c WHERE c.id = %1$I.complaint_id))', belongs);
    END LOOP;
END $$;

-- A look at what is no complaint is of no union: only who sees all of them sees it.
ALTER TABLE access_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON access_log USING ((SELECT own_work()));
CREATE POLICY sight ON access_log FOR SELECT USING (
    (SELECT sees_every_union()) OR EXISTS (SELECT FROM complaints c WHERE c.id = access_log.complaint_id)
);

ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON quarantine USING ((SELECT own_work()));
CREATE POLICY sight ON quarantine FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
);

ALTER TABLE groups ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON groups USING ((SELECT own_work()));
CREATE POLICY sight ON groups FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
);
