-- no-transaction
-- How many registrations the ledger holds is asked with every status; this makes it cheap.
CREATE INDEX CONCURRENTLY ledger_registrations ON ledger (seq) WHERE subject LIKE 'suda.intake.v1.ComplaintRegistered.%';
