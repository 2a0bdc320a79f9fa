-- Groups of similar complaints (群体性投诉预警, guideline art. 9), and the policies that say when one is warned of.

CREATE TABLE group_rules (
    policy_code     text NOT NULL,
    policy_version  bigint NOT NULL,
    code            text NOT NULL,
    union_code      text NOT NULL,
    article         text NOT NULL,
    complainants    integer NOT NULL CHECK (complainants >= 2),
    days            integer NOT NULL CHECK (days >= 1),
    similar_percent integer NOT NULL CHECK (similar_percent BETWEEN 1 AND 100),
    effective_from  date NOT NULL,
    effective_until date,
    PRIMARY KEY (policy_code, policy_version, code)
);
COMMENT ON TABLE group_rules IS 'When similar complaints call for a warning, as directory published it; every version.';
COMMENT ON COLUMN group_rules.policy_code IS 'The policy.';
COMMENT ON COLUMN group_rules.policy_version IS 'Its version.';
COMMENT ON COLUMN group_rules.code IS 'The rule within it.';
COMMENT ON COLUMN group_rules.union_code IS 'The union that set it for itself; empty for one that binds all.';
COMMENT ON COLUMN group_rules.article IS 'The article it comes from.';
COMMENT ON COLUMN group_rules.complainants IS 'How many complainants call for a warning.';
COMMENT ON COLUMN group_rules.days IS 'Within how many natural days.';
COMMENT ON COLUMN group_rules.similar_percent IS 'From which share on texts are similar.';
COMMENT ON COLUMN group_rules.effective_from IS 'First day.';
COMMENT ON COLUMN group_rules.effective_until IS 'Last day; null while it is in force.';

CREATE TABLE sketches (
    complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
    slots        bigint[] NOT NULL
);
COMMENT ON TABLE sketches IS 'What the text of a complaint looks like, keyed: finds similar texts without the text. Goes when the complainant''s data is erased.';
COMMENT ON COLUMN sketches.complaint_id IS 'The complaint.';
COMMENT ON COLUMN sketches.slots IS 'MinHash of its pairs of neighbouring characters.';
CREATE INDEX sketches_by_slot ON sketches USING gin (slots);

CREATE INDEX complaints_by_receipt ON complaints (union_code, received_at);

CREATE TABLE groups (
    id                  uuid PRIMARY KEY,
    union_code          text NOT NULL,
    unit_code           text NOT NULL,
    ground              text NOT NULL CHECK (ground IN ('business', 'cause', 'text')),
    business_code       text NOT NULL,
    cause_code          text NOT NULL,
    article             text NOT NULL,
    threshold           integer NOT NULL,
    days                integer NOT NULL,
    opened_at           timestamptz NOT NULL,
    first_received_at   timestamptz NOT NULL,
    last_received_at    timestamptz NOT NULL,
    complaints          integer NOT NULL,
    complainants        integer NOT NULL,
    warned_complainants integer NOT NULL,
    province_complaints integer NOT NULL,
    revision            bigint NOT NULL
);
COMMENT ON TABLE groups IS 'Complaints that look like one matter of many.';
COMMENT ON COLUMN groups.id IS 'Permanent.';
COMMENT ON COLUMN groups.union_code IS 'The union.';
COMMENT ON COLUMN groups.unit_code IS 'The unit complained of; of a group by text that of its newest complaint.';
COMMENT ON COLUMN groups.ground IS 'Why they count as similar.';
COMMENT ON COLUMN groups.business_code IS 'The business they share; empty when the ground is another.';
COMMENT ON COLUMN groups.cause_code IS 'The cause they share; empty when the ground is another.';
COMMENT ON COLUMN groups.article IS 'The article of the rule.';
COMMENT ON COLUMN groups.threshold IS 'How many complainants called for a warning.';
COMMENT ON COLUMN groups.days IS 'Within how many days.';
COMMENT ON COLUMN groups.opened_at IS 'When it was seen.';
COMMENT ON COLUMN groups.first_received_at IS 'When the first of them was received.';
COMMENT ON COLUMN groups.last_received_at IS 'When the newest of them was received.';
COMMENT ON COLUMN groups.complaints IS 'How many.';
COMMENT ON COLUMN groups.complainants IS 'By how many complainants.';
COMMENT ON COLUMN groups.warned_complainants IS 'How many there were when it was warned of last.';
COMMENT ON COLUMN groups.province_complaints IS 'How many like these the whole province received in the same days.';
COMMENT ON COLUMN groups.revision IS 'Goes up by one with every change.';
CREATE INDEX groups_by_union ON groups (union_code, last_received_at);

CREATE TABLE group_members (
    complaint_id uuid PRIMARY KEY REFERENCES complaints (id),
    group_id     uuid NOT NULL REFERENCES groups (id)
);
COMMENT ON TABLE group_members IS 'Which complaints are in which group; none is in two.';
COMMENT ON COLUMN group_members.complaint_id IS 'The complaint.';
COMMENT ON COLUMN group_members.group_id IS 'The group.';
CREATE INDEX group_members_by_group ON group_members (group_id);
