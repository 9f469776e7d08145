"""What the tests of the browser's checker share: known answers, changed documents, many checks at once."""

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

VECTORS = Path(__file__).parents[1] / "vectors"
KNOWN = json.loads((VECTORS / "fairness_vectors.json").read_text())
BEACON = json.loads((VECTORS / "drand_rounds.json").read_text())
CASES = KNOWN["lucky11_draw_v1"]["cases"]
STEPS = [
    "document",
    "seed",
    "open",
    "times",
    "round",
    "beacon",
    "entries",
    "freeze",
    "limits",
    "winners",
    "result",
    "log",
    "timing",
    "void",
    "passes",
]
SHOWN_ENTRIES = 3

CHECK_MANY = """async ([texts]) => {
    const { check } = await import("/static/js/verify/check.js");
    const outcomes = [];
    for (const text of texts) {
        const bytes = new TextEncoder().encode(text);
        const { verdict, failed, values, steps } = await check(bytes);
        outcomes.push({ verdict, failed, values, sentences: steps.map((step) => step.sentence) });
    }
    return outcomes;
}"""


def check_many(page: Page, texts: list[str]) -> list[dict[str, Any]]:
    """The outcomes of checking these documents, one after the other, in a page of the site."""
    outcomes: list[dict[str, Any]] = page.evaluate(CHECK_MANY, [texts])
    return outcomes


def proof(case: str) -> dict[str, Any]:
    """A copy of one known document."""
    return copy.deepcopy(next(known["proof"] for known in CASES if known["name"] == case))


def tagged(tag: str, *parts: bytes) -> bytes:
    """The protocol's hash, spelt once more."""
    name = b"lucky11/1/" + tag.encode()
    joined = b"".join(len(part).to_bytes(4) + part for part in parts)
    return hashlib.sha256(len(name).to_bytes(2) + name + joined).digest()


def log_record(document: dict[str, Any], kind: str, record_hash: str, after: int = 60) -> None:
    """Append a record to the document's log, as the site does, so many seconds after the last one."""
    last = document["log"][-1]
    n, time, prev = last["n"] + 1, last["time"] + after, last["head"]
    parts = [n.to_bytes(8), time.to_bytes(8), kind.encode(), bytes.fromhex(record_hash)]
    head = tagged("log", bytes.fromhex(prev), *parts).hex()
    record = {"n": n, "time": time, "kind": kind, "record_hash": record_hash, "prev": prev, "head": head}
    document["log"].append(record)


def voided(known: dict[str, Any]) -> dict[str, Any]:
    """The known draw that was voided, from one of the known void records."""
    document = proof("one ticket")
    frozen = known["freeze_hash"] is not None
    document |= {"beacon": None, "winners": None, "result_hash": None}
    if not frozen:
        document |= {"server_seed": None, "entries": None, "freeze": None}
    document["void"] = {key: known[key] for key in ("code", "reason", "record_hash")}
    del document["log"][2 if frozen else 1 :]
    # Cancelled while it is open, void once it has closed, and for a missing round a week after that was due.
    after = {"cancelled": 60, "no_tickets": 86_400, "beacon_missing": 7 * 86_400 + 182}[known["code"]]
    log_record(document, "void", known["record_hash"], after)
    return document


def changed(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every field of a document made wrong in every way: its path, what was done, and the text."""
    for path, value in _fields(document):
        where = ".".join(map(str, path))
        for what, other in _others(value):
            yield where, what, json.dumps(_with(document, path, other))
        if isinstance(path[-1], str):
            yield where, "missing", json.dumps(_without(document, path))
            yield where, "doubled", _doubled(document, path)
            yield where, "misnamed", json.dumps(_renamed(document, path))
    objects = [path for path, value in _fields(document) if isinstance(value, dict)]
    for path in [(), *objects]:
        yield ".".join(map(str, path)), "unknown", json.dumps(_with(document, (*path, "more"), 1))


def _fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(inner, (*path, key))
    elif isinstance(value, list):
        at = range(len(value)) if path == ("log",) else sorted({0, len(value) // 2, len(value) - 1} - {-1})
        for i in at:
            yield from _fields(value[i], (*path, i))


def _others(value: Any) -> Iterator[tuple[str, Any]]:
    kinds: dict[str, Any] = {"null": None, "true": True, "object": {}, "text": "x", "list": []}
    for what, other in kinds.items():
        if other != value:
            yield what, other
    if isinstance(value, int):
        yield from {"more": value + 1, "less": value - 1, "half": value + 0.5, "float": float(value)}.items()
        yield from {"text of it": str(value), "too large": 2**53}.items()
    elif isinstance(value, str):
        yield from {"longer": value + "0", "shorter": value[:-1]}.items()
        if value.upper() != value:
            yield "upper case", value.upper()
        yield "flipped", ("1" if value[0] == "0" else "0") + value[1:]
    elif isinstance(value, list) and value:
        yield from {"item dropped": value[:-1], "item doubled": [*value, value[-1]]}.items()
        if value != value[::-1]:
            yield "backwards", value[::-1]


def _with(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    other: Any = copy.deepcopy(document)
    holder = other
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return other


def _without(document: Any, path: tuple[Any, ...]) -> Any:
    other: Any = copy.deepcopy(document)
    holder = other
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return other


def _renamed(document: Any, path: tuple[Any, ...]) -> Any:
    value = document
    for key in path:
        value = value[key]
    return _with(_without(document, path), (*path[:-1], str(path[-1]).upper()), value)


def _doubled(document: Any, path: tuple[Any, ...]) -> str:
    marked = _with(document, (*path[:-1], "twice"), "here")
    value = document
    for key in path:
        value = value[key]
    return json.dumps(marked).replace('"twice": "here"', f"{json.dumps(path[-1])}: {json.dumps(value)}")


def choose(page: Page, document: dict[str, Any] | bytes, name: str = "proof.json") -> None:
    """Choose a file for checking: a document, or any bytes."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = {"name": name, "mimeType": "application/json", "buffer": body}
    page.locator("[data-file]").set_input_files(file)  # type: ignore[arg-type]


def verdict(page: Page) -> Locator:
    """The verdict's line, which has the focus when the check has ended."""
    heading = page.locator("[data-headline]")
    expect(heading).to_be_focused()
    return heading
