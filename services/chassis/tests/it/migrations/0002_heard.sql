CREATE TABLE heard (code TEXT NOT NULL);
COMMENT ON TABLE heard IS 'What the sample heard.';
COMMENT ON COLUMN heard.code IS 'The code of the unit.';
