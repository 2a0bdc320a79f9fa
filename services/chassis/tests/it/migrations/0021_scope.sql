-- The code of a unit of the sample stands for its union.
ALTER TABLE heard ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY sight ON heard USING (
    (SELECT own_work())
    OR ((SELECT sees_every_union()) OR code = ANY ((SELECT seen_unions())::text[]) OR code = ANY ((SELECT own_units())::text[]))
       AND ((SELECT seen_units()) IS NULL OR code = ANY ((SELECT seen_units())::text[]))
       AND code <> (SELECT seen_by())
);
