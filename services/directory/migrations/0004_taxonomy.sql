-- The taxonomy is published like calendars and policies.

ALTER TABLE publications DROP CONSTRAINT publications_kind_check;
ALTER TABLE publications ADD CHECK (kind IN ('calendar', 'policy', 'taxonomy'));
