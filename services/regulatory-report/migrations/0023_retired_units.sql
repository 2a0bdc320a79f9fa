-- A unit that is no more does not report, and its outlets are not counted (guideline art. 23).
ALTER TABLE units ADD COLUMN retired_on date;
COMMENT ON COLUMN units.retired_on IS 'The day from which it is no more; absent while it lives.';
-- What directory says again of a unit is taken even if it is not newer: `suda replay directory` fills the column.
UPDATE units SET revision = 0;
