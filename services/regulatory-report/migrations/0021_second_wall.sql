-- What a reading sees of facts and reports, whatever its statement asks; 0020_sight.sql says what it is bounded by. Figures are
-- counted within the unions of the unit they are of; a report is seen by its unit's own people and those above it.

ALTER TABLE cases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON cases USING ((SELECT own_work()));
CREATE POLICY sight ON cases FOR SELECT USING (
    (SELECT sees_every_union()) OR union_code = ANY ((SELECT seen_unions())::text[])
);

ALTER TABLE reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY work ON reports USING ((SELECT own_work()));
CREATE POLICY sight ON reports FOR SELECT USING (
    (SELECT sees_every_union())
    OR unit_code = ANY ((SELECT seen_unions())::text[])
    OR unit_code = ANY ((SELECT own_units())::text[])
);

-- What belongs to a report is seen by who sees the report.
DO $$
DECLARE belongs text;
BEGIN
    FOREACH belongs IN ARRAY ARRAY['report_sections', 'report_steps', 'report_receipts', 'report_documents'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', belongs);
        EXECUTE format('CREATE POLICY work ON %I USING ((SELECT own_work()))', belongs);
        EXECUTE format('CREATE POLICY sight ON %1$I FOR SELECT USING (
            EXISTS (SELECT FROM reports r WHERE r.report_id = %1$I.report_id))', belongs);
    END LOOP;
END $$;
