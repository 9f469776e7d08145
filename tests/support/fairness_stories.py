"""Documents in which every hash is right, and which tell of a draw that perhaps cannot have been so.

Whoever holds the site's database writes such documents: another time, another reason, and all hashes anew.
"""

import copy
import random
from typing import Any

from draws import fairness
from draws.fairness import QUICKNET, Mode, Policy, VoidCode
from draws.fairness.lucky11_verify import open_digest
from tests.support import fairness_documents
from tests.support.fairness_documents import Published, record

DAY = 86_400


def sealed_again(published: Published) -> dict[str, Any]:
    """A copy of the document with each hash made anew from what it says, the log's heads included."""
    document = copy.deepcopy(published.document)
    seed = bytes.fromhex(document["server_seed"] or "")
    if seed:
        draw_id = bytes.fromhex(document["draw_id"])
        document["open"]["seed_commit"] = fairness.seed_commit(draw_id, seed).hex()
    mode, opened, freeze = Mode.from_label(document["open"]["mode"]), _open_hash(document), document["freeze"]
    document["open"]["open_hash"] = opened.hex()
    listed = freeze or document.get("listed")
    if listed:
        root = fairness.ticket_root(bytes.fromhex(ref) for ref in document["entries"])
        listed["root"] = root.hex()
        frozen = fairness.freeze_hash(mode, opened, root, listed["total"], seed)
    if freeze:
        freeze["freeze_hash"] = frozen.hex()
    if document["winners"] is not None:
        signature = published.signature if mode is Mode.BEACON else b""
        places = _places(document, frozen, signature, seed)
        result = fairness.result_hash(mode, frozen, signature, seed, places)
        document |= {"winners": places, "result_hash": result.hex()}
    if document["void"]:
        void = document["void"]
        # Not by the function that refuses an empty reason.
        code = VoidCode.from_label(void["code"]).to_bytes(1)
        of = frozen if listed else bytes(32)
        void["record_hash"] = fairness.tagged("void", opened, of, code, void["reason"].encode()).hex()
    _log_again(document)
    return document


def stories(published: Published, chance: random.Random, count: int) -> list[tuple[str, dict[str, Any]]]:
    """So many changed stories of one draw, sealed again, each with what was changed."""
    return [_story(published, chance) for _ in range(count)]


def retimed(published: Published, **times: int) -> dict[str, Any]:
    """The document with other times for its records, by their kind, sealed again."""
    changed = copy.deepcopy(published)
    for row in changed.document["log"]:
        row["time"] = times.get(row["kind"], row["time"])
    return sealed_again(changed)


def _story(published: Published, chance: random.Random) -> tuple[str, dict[str, Any]]:
    changed = copy.deepcopy(published)
    document = changed.document
    what = chance.choice(_possible(document))
    if what in ("time", "times"):
        rows = document["log"] if what == "times" else [chance.choice(document["log"])]
        for row in rows:
            row["time"] = _moment(changed, chance)
    elif what == "closing":
        # Never more than an hour before the list had to be frozen: such a record cannot even be sealed.
        opened = document["open"]
        earlier = chance.choice([0, 1, 60, opened["freeze_by"] - opened["closes_at"] + 1, 3600])
        opened["closes_at"] = opened["freeze_by"] - min(earlier, 3600)
    elif what == "passed":
        _pass_otherwise(document, chance)
    elif what == "bound":
        terms = document["open"]["terms"]
        terms[chance.choice(["claim_days", "disqualify"])] = chance.choice([0, 1, 2, 13, 15])
    elif what == "minimum":
        document["open"]["terms"]["min_participants"] = chance.choice([0, 1, 2, len(document["entries"])])
    else:
        document["void"]["code"] = chance.choice(list(VoidCode)).label
    return what, sealed_again(changed)


def _possible(document: dict[str, Any]) -> list[str]:
    found = ["time", "time", "times", "closing", "code" if document["void"] else "time"]
    if document.get("passes"):
        found += 4 * ["passed"]
        if "disqualify" in document["open"]["terms"]:
            found += 2 * ["bound"]
    if document.get("listed"):
        found += 2 * ["minimum"]
    return found


def _pass_otherwise(document: dict[str, Any], chance: random.Random) -> None:
    """Have one prize go from or to another place, for another reason, or the records in another order."""
    passes = document["passes"]
    passed, places = chance.choice(passes), len(document["winners"])
    what = chance.choice(["from", "to", "reason", "code", "order", "time"])
    if what == "from":
        passed["from"] = chance.choice([0, passed["from"] + 1, places, chance.randrange(places)])
    elif what == "to":
        passed["to"] = chance.choice([None, 0, places, chance.randrange(places)])
    elif what == "reason":
        passed["reason"] = chance.choice([*fairness_documents.LATER_REASONS, "Because."])
    elif what == "code":
        passed["code"] = chance.choice(list(fairness.PassCode)).label
    elif what == "order":
        chance.shuffle(passes)
    else:
        rows = [row for row in document["log"] if row["kind"] in ("redraw", "lapse")]
        chance.choice(rows)["time"] += chance.choice([-DAY, -1, 1, DAY])


def _moment(published: Published, chance: random.Random) -> int:
    """A time at or beside one of those that the rules name."""
    opened = published.document["open"]
    named = [opened["closes_at"], opened["freeze_by"], *(row["time"] for row in published.document["log"])]
    if opened["beacon"]:
        due = (published.chain or QUICKNET).round_time(opened["beacon"]["round"])
        named += [due, due - 3, due + 7 * DAY]
    return int(chance.choice(named) + chance.choice([-1, 0, 1]))


def _open_hash(document: dict[str, Any]) -> bytes:
    head = document["open"]
    beacon = head["beacon"]
    return open_digest(
        bytes.fromhex(document["draw_id"]),
        head["seq"],
        Mode.from_label(head["mode"]),
        (head["closes_at"], head["freeze_by"]),
        beacon and (bytes.fromhex(beacon["chain_hash"]), beacon["scheme"], beacon["round"]),
        (head["winners"], head["reserves"]),
        Policy.from_label(head["policy"]),
        fairness.canonical_terms(head["terms"]),
        bytes.fromhex(head["seed_commit"]),
    )


def _places(document: dict[str, Any], frozen: bytes, signature: bytes, seed: bytes) -> list[int]:
    head = document["open"]
    return fairness.pick_winners(
        fairness.pick_key(Mode.from_label(head["mode"]), frozen, signature, seed),
        [bytes.fromhex(ref) for ref in document["entries"]],
        winners=head["winners"],
        reserves=head["reserves"],
        policy=Policy.from_label(head["policy"]),
    )


def _pass_again(document: dict[str, Any]) -> None:
    passes = document.get("passes") or []
    result = bytes.fromhex(document["result_hash"] or "")
    rows = [row for row in document["log"] if row["kind"] in ("redraw", "lapse")]
    for passed, row in zip(passes, rows, strict=False):
        parts = [passed["from"].to_bytes(4), passed["reason"].encode()]
        if passed["to"] is not None:
            parts.insert(1, passed["to"].to_bytes(4))
        row["kind"] = "redraw" if passed["to"] is not None else "lapse"
        row["record_hash"] = fairness.tagged(row["kind"], result, *parts).hex()


def _log_again(document: dict[str, Any]) -> None:
    hashes = {
        "open": document["open"]["open_hash"],
        "freeze": (document["freeze"] or {}).get("freeze_hash"),
        "result": document["result_hash"],
        "void": (document["void"] or {}).get("record_hash"),
    }
    log: list[dict[str, Any]] = []
    _pass_again(document)
    for row in document["log"]:
        follows = log and row["n"] == log[-1]["n"] + 1
        prev = log[-1]["head"] if follows else row["prev"]
        digest = bytes.fromhex(hashes.get(row["kind"]) or row["record_hash"])
        log.append(record(row["n"], row["time"], row["kind"], digest, bytes.fromhex(prev)))
    document["log"] = log
