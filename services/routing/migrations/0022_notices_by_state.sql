-- The letters that wait to be told by hand are few among all that were ever written: a clerk's daily list found them by looking
-- through every one.
CREATE INDEX notices_by_state ON notices (state, requested_at DESC, notice_id DESC);
