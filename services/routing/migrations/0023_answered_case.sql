-- Whoever is declined because the same facts were answered complained again of that case (guideline art. 16): the figures count it
-- against the answer that did not satisfy.
ALTER TABLE cases ADD COLUMN decline_answered_case_id uuid;
COMMENT ON COLUMN cases.decline_answered_case_id IS 'The case that had answered the same facts, when that is the ground of the decline';
