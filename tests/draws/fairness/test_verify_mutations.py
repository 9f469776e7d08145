"""Whatever is changed in a document, the checker notices, and says at which step."""

import json
from itertools import count
from pathlib import Path

import pytest

from draws.fairness import QUICKNET, Mode
from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents, fairness_mutations

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "fairness_vectors.json").read_text("utf-8"))[
    "lucky11_draw_v1"
]["cases"]


def one_of(outcome: str, mode: Mode, redraws: bool = False) -> fairness_documents.Published:
    """The first random draw of this kind."""
    for seed in count():
        published = fairness_documents.document(seed)
        document = published.document
        fits = (published.outcome, document["open"]["mode"]) == (outcome, mode.label)
        if fits and bool(published.redraws) == redraws and 3 < len(document["entries"] or "four") < 50:
            return published
    raise AssertionError


KINDS = {
    "with a beacon": ("drawn", Mode.BEACON, False),
    "run by the operator, with re-draws": ("drawn", Mode.LOCAL, True),
    "void before freezing": ("cancelled", Mode.BEACON, False),
    "void after freezing": ("beacon_missing", Mode.BEACON, False),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("rounds_once")
def test_every_change_of_one_field_fails_at_its_step(kind):
    published = one_of(*KINDS[kind])
    chain = published.chain or QUICKNET
    assert verifier.check(fairness_documents.text(published.document), chain=chain).passed
    wrong, tried = [], 0
    for mutation in fairness_mutations.mutations(published.document):
        report = verifier.check(mutation.data, chain=chain)
        tried += 1
        assert [step.name for step in report.steps] == list(verifier.STEPS)
        if report.failed != mutation.step:
            wrong.append((mutation.name, mutation.step, report.failed))
    assert not wrong
    assert tried > 700


@pytest.mark.usefixtures("rounds_once")
def test_every_hash_of_the_vectors_matters():
    for case in CASES:
        for mutation in fairness_mutations.mutations(case["proof"]):
            if "digit other" in mutation.name:
                assert verifier.check(mutation.data).failed == mutation.step, (case["name"], mutation.name)


def test_a_document_cut_anywhere_fails():
    data = fairness_documents.text(CASES[4]["proof"])
    for length in range(len(data)):
        report = verifier.check(data[:length])
        assert report.failed == "document"
        assert report.unreadable
