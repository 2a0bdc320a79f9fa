-- The scorecard counts answers after which the same facts were complained of again; only the later complaint was marked.
ALTER TABLE case_turns ADD COLUMN complained_again_at timestamptz;
COMMENT ON COLUMN case_turns.complained_again_at IS 'When a later complaint of the same facts was first declined because this case had answered them (guideline art. 16).';
