"""Two checkers that share no code, one in Python and one in the browser, agree on everything they compute."""

import base64
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from draws.fairness import QUICKNET, Chain
from draws.fairness import lucky11_verify as program
from tests.browser.checking import CASES
from tests.fairness_documents import documents, text
from tests.fairness_mutations import mutations

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
    for batch in itertools.batched(cases, BATCH):
        yield from page.evaluate(CHECK, [_row(case) for case in batch])


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
        shared = python["values"].keys() & browser["values"].keys()
        differ = [key for key in sorted(shared) if python["values"][key] != browser["values"][key]]
        if python["failed"] != browser["failed"] or differ:
            found.append(f"{case.name}: {python['failed']} in Python, {browser['failed']} here; {differ}")
    return found
