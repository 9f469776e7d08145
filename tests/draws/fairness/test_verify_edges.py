"""Where a text is too long, a number too large, a reason empty, and a re-draw told twice."""

import pytest

from draws import fairness
from draws.fairness import QUICKNET
from draws.fairness import lucky11_verify as verifier
from tests.draws.fairness.test_verify_log import LOG, PUBLISHED
from tests.support.edges import edges
from tests.support.fairness_documents import log_text, text
from tests.support.log_stories import relinked

EDGES = edges()


@pytest.mark.parametrize("name", EDGES)
def test_a_document_at_an_edge_is_judged_as_the_protocol_says(name):
    published, doc, step = EDGES[name]
    assert verifier.check(text(doc), chain=published.chain or QUICKNET).failed == step


@pytest.mark.parametrize("reason", ["", " ", "\t\r\n "])
def test_no_record_is_made_without_a_reason(reason):
    with pytest.raises(fairness.BadValue, match="not empty"):
        fairness.void_hash(bytes(32), None, fairness.VoidCode.CANCELLED, reason)
    with pytest.raises(fairness.BadValue, match="not empty"):
        fairness.redraw_hash(bytes(32), 0, 1, reason)


def test_a_log_that_tells_a_re_draw_twice_is_refused():
    assert any(one.redraws for one in PUBLISHED)
    rows = list(LOG["records"])
    at = max(i for i, row in enumerate(rows) if row["kind"] == "redraw")
    rows.insert(at + 1, rows[at])
    report = verifier.check_log(log_text(relinked({**LOG, "records": rows})))
    assert report.failed == f"Record {at + 2} tells a re-draw a second time."
