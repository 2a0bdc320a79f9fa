-- Who works where and who was ordered to handle (guideline art. 5, 19), and the codes complaints are classified by.

CREATE TABLE posts (
    code      text PRIMARY KEY,
    unit_code text NOT NULL,
    holder    text NOT NULL,
    deputy    text NOT NULL,
    revision  bigint NOT NULL
);
COMMENT ON TABLE posts IS 'Who works in which unit, as directory tells it: whose colleagues a person complained of has.';
COMMENT ON COLUMN posts.code IS 'Permanent.';
COMMENT ON COLUMN posts.unit_code IS 'The unit it is in.';
COMMENT ON COLUMN posts.holder IS 'Who holds it; empty when it is vacant or abolished.';
COMMENT ON COLUMN posts.deputy IS 'Who stands in; empty when nobody does.';
COMMENT ON COLUMN posts.revision IS 'The highest revision heard; older ones are dropped.';
CREATE INDEX posts_by_holder ON posts (holder) WHERE holder <> '';
CREATE INDEX posts_by_deputy ON posts (deputy) WHERE deputy <> '';

ALTER TABLE case_states ADD COLUMN lead_unit_code text NOT NULL DEFAULT '';
COMMENT ON COLUMN case_states.lead_unit_code IS 'The unit that the reception ordered to handle and answer; empty while there is none.';

CREATE TABLE taxonomies (
    code    text PRIMARY KEY,
    version bigint NOT NULL
);
COMMENT ON TABLE taxonomies IS 'The newest version heard of each taxonomy.';
COMMENT ON COLUMN taxonomies.code IS 'Which.';
COMMENT ON COLUMN taxonomies.version IS 'Its version.';

CREATE TABLE taxonomy_codes (
    taxonomy text NOT NULL REFERENCES taxonomies (code),
    axis     text NOT NULL CHECK (axis IN ('business', 'cause', 'handled_via')),
    code     text NOT NULL,
    PRIMARY KEY (taxonomy, axis, code)
);
COMMENT ON TABLE taxonomy_codes IS 'The codes in use of the newest version: a registration may name these.';
COMMENT ON COLUMN taxonomy_codes.taxonomy IS 'The taxonomy.';
COMMENT ON COLUMN taxonomy_codes.axis IS 'What the code classifies.';
COMMENT ON COLUMN taxonomy_codes.code IS 'The code.';
