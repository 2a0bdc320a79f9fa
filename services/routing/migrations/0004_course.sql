-- What happens to a case beyond the ordinary course: passed on, handed over, bounced, joined, begun anew, at rest.

ALTER TABLE cases
    ADD COLUMN persons                  INTEGER NOT NULL DEFAULT 0 CHECK (persons >= 0),
    ADD COLUMN papers_missing           BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN superior_number          TEXT,
    ADD COLUMN superior_kind            TEXT,
    ADD COLUMN superior_due_at          TIMESTAMPTZ,
    ADD COLUMN superior_reported_at     TIMESTAMPTZ,
    ADD COLUMN transfer_id              UUID UNIQUE,
    ADD COLUMN transfer_matter          TEXT,
    ADD COLUMN transferred_to_unit_code TEXT,
    ADD COLUMN transfer_receipted_at    TIMESTAMPTZ,
    ADD COLUMN bouncing_unit_code       TEXT,
    ADD COLUMN bouncing_person_id       TEXT,
    ADD COLUMN bounced_unit_codes       TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN lead_case_id             UUID REFERENCES cases,
    ADD COLUMN period_from              TIMESTAMPTZ,
    ADD COLUMN pause_ground             TEXT,
    ADD COLUMN paused_at                TIMESTAMPTZ,
    ADD COLUMN followed_up_at           TIMESTAMPTZ,
    ADD COLUMN satisfaction             TEXT,
    ADD COLUMN answered_by              TEXT,
    ADD COLUMN member_posts             TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN group_formed_at          TIMESTAMPTZ,
    ADD COLUMN skipped_union_code       TEXT,
    ADD COLUMN skipped_level            TEXT,
    ADD COLUMN also_union_code          TEXT,
    ADD CHECK (superior_kind IN ('superior', 'regulator', 'third_party')),
    ADD CHECK ((superior_number IS NULL) = (superior_kind IS NULL)),
    ADD CHECK (superior_number IS NOT NULL OR (superior_due_at IS NULL AND superior_reported_at IS NULL)),
    ADD CHECK (transfer_matter IN ('criminal_case', 'personnel', 'skipped_level')),
    ADD CHECK ((transfer_id IS NULL) = (transfer_matter IS NULL)
               AND (transfer_id IS NULL) = (transferred_to_unit_code IS NULL)),
    ADD CHECK (transfer_id IS NOT NULL OR transfer_receipted_at IS NULL),
    ADD CHECK ((bouncing_unit_code IS NULL) = (bouncing_person_id IS NULL)),
    ADD CHECK (bouncing_unit_code IS NULL OR bouncing_unit_code = ANY (bounced_unit_codes)),
    ADD CHECK (lead_case_id <> case_id),
    ADD CHECK (pause_ground IN ('appraisal', 'mediation')),
    ADD CHECK ((pause_ground IS NULL) = (paused_at IS NULL)),
    ADD CHECK (satisfaction IN ('satisfied', 'dissatisfied', 'not_reached')),
    ADD CHECK ((satisfaction IS NULL) = (followed_up_at IS NULL)),
    ADD CHECK (skipped_level IN ('undecided', 'admitted', 'referred')),
    ADD CHECK ((skipped_level IS NULL) = (skipped_union_code IS NULL)),
    -- A case that skipped a level is worked on only once it was admitted (guideline art. 20).
    ADD CHECK (skipped_level IS NOT DISTINCT FROM 'admitted' OR skipped_level IS NULL
               OR state IN ('registered', 'settled', 'filed', 'transferred', 'withdrawn', 'closed', 'archived')),
    ADD CHECK (state <> 'transferred' OR (transfer_id IS NOT NULL AND ending = 'transferred'
               AND decision_notified_at IS NOT NULL)),
    ADD CHECK (state <> 'joined' OR (lead_case_id IS NOT NULL AND ending = 'joined')),
    DROP CONSTRAINT cases_state_check,
    DROP CONSTRAINT cases_ending_check,
    DROP CONSTRAINT cases_decline_ground_check,
    ADD CONSTRAINT cases_state_check CHECK (state IN
        ('registered', 'settled', 'filed', 'accepted', 'decline_proposed', 'declined', 'answered', 'ordered',
         'handling', 'result_filed', 'result_passed', 'closed', 'withdrawn', 'archived', 'transferred', 'joined')),
    ADD CONSTRAINT cases_ending_check CHECK (ending IN
        ('settled_on_the_spot', 'answered_directly', 'declined', 'handled', 'withdrawn', 'transferred', 'joined')),
    ADD CONSTRAINT cases_decline_ground_check CHECK (decline_ground IN
        ('empty', 'groundless', 'against_law', 'answered_before', 'not_ours', 'not_authorised'));
CREATE INDEX cases_by_lead_case ON cases (lead_case_id) WHERE lead_case_id IS NOT NULL;
CREATE INDEX cases_by_transfer ON cases (transferred_to_unit_code) WHERE transfer_receipted_at IS NULL;
CREATE INDEX cases_by_superior ON cases (superior_number) WHERE superior_number IS NOT NULL;
COMMENT ON COLUMN cases.persons IS 'How many persons complain together; 0 when it was not told';
COMMENT ON COLUMN cases.papers_missing IS 'Whether an agent, an heir or representatives still owe their papers';
COMMENT ON COLUMN cases.superior_number IS 'The number of whoever passed it on (来文号)';
COMMENT ON COLUMN cases.superior_kind IS 'What kind of body that is';
COMMENT ON COLUMN cases.superior_due_at IS 'The limit that was set with it';
COMMENT ON COLUMN cases.superior_reported_at IS 'When the written report went to senior management and the superior';
COMMENT ON COLUMN cases.transfer_id IS 'Its transfer to another unit';
COMMENT ON COLUMN cases.transfer_matter IS 'Why it was transferred';
COMMENT ON COLUMN cases.transferred_to_unit_code IS 'The unit it was handed to';
COMMENT ON COLUMN cases.transfer_receipted_at IS 'When that unit gave its receipt';
COMMENT ON COLUMN cases.bouncing_unit_code IS 'The unit that asked to be taken off the order and waits for the ruling';
COMMENT ON COLUMN cases.bouncing_person_id IS 'The person who asked, who must not rule';
COMMENT ON COLUMN cases.bounced_unit_codes IS 'The units that have used their one bounce';
COMMENT ON COLUMN cases.lead_case_id IS 'The case it is joined to (并案)';
COMMENT ON COLUMN cases.period_from IS 'From when the legal limit counts, once new facts began it anew';
COMMENT ON COLUMN cases.pause_ground IS 'Why the legal limit rests now';
COMMENT ON COLUMN cases.paused_at IS 'Since when it rests';
COMMENT ON COLUMN cases.followed_up_at IS 'When the complainant was last called back';
COMMENT ON COLUMN cases.satisfaction IS 'What was heard then';
COMMENT ON COLUMN cases.answered_by IS 'The person who settled or directly answered it, who must not call back; empty when an adapter did';
COMMENT ON COLUMN cases.member_posts IS 'The posts of its special investigation group';
COMMENT ON COLUMN cases.group_formed_at IS 'When that group was formed';
COMMENT ON COLUMN cases.skipped_union_code IS 'The union it should have gone to first';
COMMENT ON COLUMN cases.skipped_level IS 'What was decided on that';
COMMENT ON COLUMN cases.also_union_code IS 'Another union that has to do with it, because it was sent down; it may see it';

ALTER TABLE order_units ADD COLUMN left_at TIMESTAMPTZ, ADD CHECK (NOT (lead AND left_at IS NOT NULL));
COMMENT ON COLUMN order_units.left_at IS 'When it was taken off the order, because its bounce was upheld';

ALTER TABLE interests
    ADD COLUMN ground TEXT NOT NULL DEFAULT 'declared' CHECK (ground IN ('declared', 'relation'));
COMMENT ON COLUMN interests.ground IS 'Whether the person declared it, or is related to the complainant';

ALTER TABLE notices
    DROP CONSTRAINT notices_kind_check,
    ADD CONSTRAINT notices_kind_check CHECK (kind BETWEEN 1 AND 99);
