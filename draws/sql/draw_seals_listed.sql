-- The list of a draw that was void before freezing stays as it was published.
CREATE OR REPLACE TRIGGER listed_once BEFORE UPDATE OF root, total ON draw_seals FOR EACH ROW
    WHEN (OLD.root IS NOT NULL AND (OLD.root, OLD.total) IS DISTINCT FROM (NEW.root, NEW.total))
    EXECUTE FUNCTION refuse_change();

-- undo

DROP TRIGGER listed_once ON draw_seals;
