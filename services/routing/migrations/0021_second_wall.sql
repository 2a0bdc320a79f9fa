-- What a reading sees of cases and of what stands beside them, whatever its statement asks; 0020_sight.sql says what it is
-- bounded by. Without a policy stay interests and panel_members, which policies ask themselves, what is counted or numbered
-- only, and the units, posts and tables that everybody may read.

-- What concerns whoever looks, what he judges on a panel, what his units have to set right; asked once for a statement.
CREATE INDEX interests_by_person ON interests (person_id);
CREATE FUNCTION barred_cases() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(case_id), '{}') FROM interests WHERE person_id = seen_by() $$;
CREATE FUNCTION judged_cases() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(p.case_id), '{}') FROM panel_members m JOIN panels p ON p.panel_id = m.panel_id
       WHERE m.person_id = seen_by() $$;
CREATE FUNCTION tasked_cases() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(case_id), '{}') FROM rectifications WHERE unit_code = ANY (seen_units()) $$;

ALTER TABLE cases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON cases USING ((SELECT own_work()));
CREATE POLICY sight ON cases FOR SELECT USING (
    ((SELECT sees_every_union()) OR ARRAY[union_code, also_union_code] && (SELECT seen_unions()))
    AND ((SELECT seen_units()) IS NULL
         OR (ARRAY[unit_code, lead_unit_code, transferred_to_unit_code] || co_unit_codes) && (SELECT seen_units())
         -- A unit sees its own tasks, also from cases that it does not handle (guideline art. 12).
         OR case_id = ANY ((SELECT tasked_cases())::uuid[]))
    -- Whom it concerns sees nothing of it (guideline art. 19).
    AND (complained_person_id = '' OR complained_person_id <> (SELECT seen_by()))
    AND NOT case_id = ANY ((SELECT barred_cases())::uuid[])
    -- Whoever sits on a panel sees what it is about.
    OR case_id = ANY ((SELECT judged_cases())::uuid[])
);

-- What belongs to a case is seen by who sees the case. Who sees every case but those that bar him is not asked for each: a list
-- of all notices would take seconds. That he is the one complained of is left to the list, which asks for the case as well.
CREATE FUNCTION sees_every_case() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT sees_every_union() AND seen_units() IS NULL $$;
DO $$
DECLARE belongs text;
BEGIN
    FOREACH belongs IN ARRAY ARRAY['orders', 'history', 'answers', 'approvals', 'notices', 'escalations', 'transfers', 'bounces',
                                   'pauses', 'follow_ups', 'investigation_groups', 'prints', 'appeals', 'majors'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', belongs);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', belongs);
        EXECUTE format('CREATE POLICY sight ON %1$I FOR SELECT USING (
            (SELECT sees_every_case()) AND NOT case_id = ANY ((SELECT barred_cases())::uuid[])
            OR EXISTS (SELECT FROM cases c WHERE c.case_id = %1$I.case_id))', belongs);
    END LOOP;
END $$;

-- The newest of all notices are found without looking at all of them.
CREATE INDEX notices_by_time ON notices (requested_at DESC, notice_id DESC);

-- These do not ask for the case: its own policy asks for them, or they are seen without it.
ALTER TABLE rectifications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON rectifications USING ((SELECT own_work()));
CREATE POLICY sight ON rectifications FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
);

ALTER TABLE panels ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON panels USING ((SELECT own_work()));
CREATE POLICY sight ON panels FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
    OR EXISTS (SELECT FROM panel_members m WHERE m.panel_id = panels.panel_id AND m.person_id = (SELECT seen_by()))
);

ALTER TABLE accountability ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON accountability USING ((SELECT own_work()));
CREATE POLICY sight ON accountability FOR SELECT USING (
    ((SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[]))
    AND (person_id = '' OR person_id <> (SELECT seen_by()))
);

ALTER TABLE rewards ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON rewards USING ((SELECT own_work()));
CREATE POLICY sight ON rewards FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
);

-- Neither union nor case bounds who sees these: the department that has them does, and whoever reported.
ALTER TABLE reprisals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON reprisals USING ((SELECT own_work()));
CREATE POLICY sight ON reprisals FOR SELECT USING (
    unit_code = ANY ((SELECT own_units())::text[]) OR reporter_person_id = (SELECT seen_by())
);

ALTER TABLE violations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON violations USING ((SELECT own_work()));
CREATE POLICY sight ON violations FOR SELECT USING (
    (compliance_unit = ANY ((SELECT own_units())::text[]) OR unit_code = ANY ((SELECT own_units())::text[])
     OR reporter_person_id = (SELECT seen_by()))
    AND (concerned_person_id = '' OR concerned_person_id <> (SELECT seen_by()))
);
