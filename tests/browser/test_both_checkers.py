"""Two checkers that share no code, one in Python and one in the browser, agree on everything they compute."""

import base64
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from draws.fairness import QUICKNET, Chain
from draws.fairness import lucky11_verify as program
from tests.browser.checking import CASES
from tests.support.edges import edges
from tests.support.fairness_documents import Published, documents, text
from tests.support.fairness_mutations import mutations
from tests.support.fairness_stories import stories
from tests.support.nightly import at_night

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BATCH = 100
CHECK = """async (rows) => {
    const { check } = await import("/static/js/verify/check.js");
    const { unhex } = await import("/static/js/verify/bytes.js");
    const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const answers = [];
    for (const { data, chain, round } of rows) {
        const given = round && { round: round.round, signature: unhex(round.signature) };
        const { failed, values } = await check(bytes(data), { chain, round: given });
        answers.push({ failed, values });
    }
    return answers;
}"""


@dataclass
class Case:
    """A document, the chain that may sign its round, and a round for a draw that was voided."""

    name: str
    data: bytes
    chain: Chain = QUICKNET
    round: int = 0
    signature: bytes = b""


@pytest.fixture
def page(live_server, visit, draw):
    window = visit(live_server.url)
    window.page.set_default_timeout(600_000)
    yield window.go(f"/draws/{draw.pk}/verify/")
    assert window.complaints == []


def in_the_browser(page: Any, cases: list[Case]) -> Iterator[dict[str, Any]]:
    """The browser's answers, a hundred documents at a time."""
    for start in range(0, len(cases), BATCH):
        yield from page.evaluate(CHECK, [_row(case) for case in cases[start : start + BATCH]])


def _row(case: Case) -> dict[str, Any]:
    chain = {
        "beaconId": case.chain.name,
        "chainHash": case.chain.chain_hash.hex(),
        "scheme": case.chain.scheme,
        "period": case.chain.period,
        "genesis": case.chain.genesis,
        "publicKey": case.chain.public_key.hex(),
        "groupHash": case.chain.group_hash.hex(),
    }
    given = {"round": case.round, "signature": case.signature.hex()} if case.signature else None
    return {"data": base64.b64encode(case.data).decode(), "chain": chain, "round": given}


def in_python(case: Case) -> dict[str, Any]:
    """The answer of the one-file program."""
    report = program.check(case.data, chain=case.chain, round_signature=case.signature or None)
    return {"failed": report.failed, "values": report.values}


def disagreements(page: Any, cases: Iterable[Case]) -> list[str]:
    """Every case in which the two do not say the same, with what each says."""
    listed = list(cases)
    found = []
    for case, browser in zip(listed, in_the_browser(page, listed), strict=True):
        python = in_python(case)
        both = python["values"].keys() & browser["values"].keys()
        if python["failed"] is None:
            # Where nothing failed, both have computed every hash there is.
            both = python["values"].keys() | browser["values"].keys()
        differ = sorted(key for key in both if python["values"].get(key) != browser["values"].get(key))
        if python["failed"] != browser["failed"] or differ:
            found.append(f"{case.name}: {python['failed']} in Python, {browser['failed']} here; {differ}")
    return found


def case_of(published: Published, name: str, data: bytes) -> Case:
    """A document of this draw, with its chain and the round it names, which a void does not hold."""
    beacon = published.document["open"]["beacon"]
    chain = published.chain or QUICKNET
    return Case(name, data, chain, beacon["round"] if beacon else 0, published.signature)


def random_draws(seed: int, count: int, later: bool = False) -> list[Case]:
    """Documents of every kind, some signed by the tests' own beacon; voids with the round that never came."""
    return [
        case_of(published, f"draw {number}, {published.outcome}", text(published.document))
        for number, published in enumerate(documents(seed, count, later))
    ]


def every_change(published: Published) -> list[Case]:
    """The document with each of its fields changed in each way."""
    return [case_of(published, change.name, change.data) for change in mutations(published.document)]


def test_both_say_the_same_of_every_known_document(page):
    assert disagreements(page, [Case(case["name"], text(case["proof"])) for case in CASES]) == []


@pytest.mark.parametrize("later", [False, True])
def test_both_say_the_same_of_random_draws(page, later):
    cases = random_draws(6 if later else 5, 60, later)
    assert len({case.name.split(", ")[1] for case in cases}) == 6
    assert disagreements(page, cases) == []


@pytest.mark.parametrize(
    ("outcome", "later"),
    [
        *(at_night("drawn", False), ("drawn", True), at_night("beacon_missing", False)),
        *(("cancelled", False), ("cancelled", True)),
    ],
)
def test_both_name_the_same_step_of_every_change(page, outcome, later):
    published = next(
        one
        for one in documents(4, 300, later)
        if one.outcome == outcome and one.chain and (bool(one.redraws) or outcome != "drawn" or not later)
    )
    cases = every_change(published)
    assert len(cases) > 500
    assert disagreements(page, cases) == []
    assert all(answer["failed"] for answer in in_the_browser(page, cases))


def changed_stories(seed: int, draws: int, each: int, later: bool) -> list[Case]:
    """Documents with other times or reasons in which every hash is right."""
    chance = random.Random(seed)
    return [
        case_of(published, f"{published.outcome}, {what} {number}", text(changed))
        for number, published in enumerate(documents(seed, draws, later))
        for what, changed in stories(published, chance, each)
    ]


@pytest.mark.parametrize(
    ("seed", "draws", "each", "later"),
    [
        *((9, 25, 8, False), (9, 30, 12, True)),
        *(at_night(seed, 50, 20, seed % 2 == 1) for seed in range(20, 30)),
    ],
)
def test_both_judge_alike_what_was_sealed_again(page, seed, draws, each, later):
    cases = changed_stories(seed, draws, each, later)
    assert disagreements(page, cases) == []
    failed = {answer["failed"] for answer in in_the_browser(page, cases[:300])}
    assert failed - {"log"} == {None, "timing", "void", *(["passes"] if later else [])}


def test_both_say_the_same_of_documents_with_a_byte_changed(page):
    cases = []
    for seed in range(600):
        chance = random.Random(seed)
        data = bytearray(text(chance.choice(CASES[:5])["proof"]))
        at = chance.randrange(len(data))
        if chance.random() < 0.3:
            del data[at : at + chance.randrange(1, 4)]
        else:
            data[at] = chance.choice([chance.randrange(256), *b'0189af"{}[],:\\ en.-'])
        cases.append(Case(f"seed {seed}, byte {at}", bytes(data)))
    assert disagreements(page, cases) == []


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_both_say_the_same_of_two_thousand_random_draws(page):
    cases = random_draws(1, 2000)
    assert disagreements(page, cases) == []
    answers = list(in_the_browser(page, cases))
    assert {answer["failed"] for answer in answers} == {None}


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_both_name_the_same_step_of_every_change_of_many_draws(page):
    cases = [case for published in documents(2, 8) for case in every_change(published)]
    assert disagreements(page, cases) == []


def test_both_judge_alike_at_the_edges_of_what_they_take(page):
    found = edges()
    cases = [case_of(published, name, text(doc)) for name, (published, doc, _) in found.items()]
    assert disagreements(page, cases) == []
    assert [answer["failed"] for answer in in_the_browser(page, cases)] == [s for *_, s in found.values()]
