-- A published list can be checked by anybody: a document carries a million tickets in a browser's memory.
CREATE OR REPLACE TRIGGER guard_most_tickets BEFORE UPDATE OF published_at ON draws FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND NEW.max_participants > 1000000)
    EXECUTE FUNCTION refuse_change('A draw has at most 1,000,000 tickets: its list is published whole.', 'L11GD');

-- undo

DROP TRIGGER guard_most_tickets ON draws;
