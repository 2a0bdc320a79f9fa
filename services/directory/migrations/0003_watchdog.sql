-- The last word of the watchdog, for the alarm when it stays away.

CREATE TABLE beats (
    one                    BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
    beat_at                TIMESTAMPTZ NOT NULL,
    examined               BIGINT NOT NULL,
    open_clocks            BIGINT NOT NULL,
    oldest_unfired_seconds BIGINT NOT NULL,
    unreachable            BIGINT NOT NULL,
    beyond_calendar        BIGINT NOT NULL
);
COMMENT ON TABLE beats IS 'The last word of the watchdog; one row, or none before it spoke.';
COMMENT ON COLUMN beats.one IS 'Always true: there is one row.';
COMMENT ON COLUMN beats.beat_at IS 'When it spoke.';
COMMENT ON COLUMN beats.examined IS 'How many clocks it had looked at.';
COMMENT ON COLUMN beats.open_clocks IS 'How many clocks ran.';
COMMENT ON COLUMN beats.oldest_unfired_seconds IS 'How long the oldest message that was due had waited, in seconds.';
COMMENT ON COLUMN beats.unreachable IS 'Messages that nobody could be told.';
COMMENT ON COLUMN beats.beyond_calendar IS 'Clocks that waited for a calendar.';
