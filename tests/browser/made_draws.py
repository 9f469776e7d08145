"""Operator-run draws of any size, made from the protocol's text with hashlib alone."""

import hashlib
import hmac
import json
import random
from typing import Any

from tests.browser.checking import log_record, tagged

TERMS = {
    "title": "A draw of a size",
    "prize_amount": "250.00",
    "prize_coins": 0,
    "entry_fee": 5,
    "max_participants": 2**31 - 1,
    "max_per_player": 2**31 - 1,
    "min_participants": 1,
}
CLOSES = 1_800_000_000


def made(holders: list[int], seed: int, winners: int = 1, reserves: int = 0) -> dict[str, Any]:
    """A finished draw in which ticket i + 1 is held by player `holders[i]`."""
    chance = random.Random(seed)
    draw_id, server_seed = chance.randbytes(16), chance.randbytes(32)
    refs = [hashlib.sha256(f"{seed} {player}".encode()).digest() for player in holders]
    commit = tagged("seed", draw_id, server_seed)
    opened = _open_hash(draw_id, commit, winners, reserves)
    root, total = _root(refs), len(refs)
    frozen = tagged("freeze", opened, root, total.to_bytes(8), b"")
    places = _pick(frozen, server_seed, refs, winners + reserves)
    indexes = b"".join(index.to_bytes(8) for index in places)
    result = tagged("result", frozen, b"", server_seed, len(places).to_bytes(4), indexes)
    document: dict[str, Any] = {
        "v": "lucky11-draw/1",
        "draw_id": draw_id.hex(),
        "open": {
            **{"seq": 1, "mode": "local", "closes_at": CLOSES, "freeze_by": CLOSES + 120, "beacon": None},
            **{"winners": winners, "reserves": reserves, "policy": "one_prize_per_player", "terms": TERMS},
            **{"seed_commit": commit.hex(), "open_hash": opened.hex()},
        },
        "server_seed": server_seed.hex(),
        "entries": [ref.hex() for ref in refs],
        "freeze": {"root": root.hex(), "total": total, "freeze_hash": frozen.hex()},
        "beacon": None,
        "winners": places,
        "result_hash": result.hex(),
        "void": None,
        "log": [{"n": 0, "time": CLOSES - 100, "head": tagged("site", b"https://lucky11.example").hex()}],
    }
    for kind, digest in {"open": opened, "freeze": frozen, "result": result}.items():
        log_record(document, kind, digest.hex())
    del document["log"][0]
    return document


def _open_hash(draw_id: bytes, commit: bytes, winners: int, reserves: int) -> bytes:
    terms = json.dumps(TERMS, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    numbers = [(1).to_bytes(8), b"\2", CLOSES.to_bytes(8), (CLOSES + 120).to_bytes(8), b"", bytes(8)]
    limits = [winners.to_bytes(4), reserves.to_bytes(4), b"\1"]
    return tagged("open", draw_id, *numbers, *limits, hashlib.sha256(terms).digest(), commit)


def _root(refs: list[bytes]) -> bytes:
    row = [hashlib.sha256(b"\0" + i.to_bytes(8) + ref).digest() for i, ref in enumerate(refs)]
    while len(row) > 1:
        last = row[-1:] if len(row) % 2 else []
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + last
    return row[0]


def _pick(frozen: bytes, server_seed: bytes, refs: list[bytes], places: int) -> list[int]:
    key = hmac.digest(frozen, b"lucky11/1/prk\2" + server_seed, "sha256")
    bits = (len(refs) - 1).bit_length()
    wanted, i = min(places, len(set(refs))), 0
    won: set[bytes] = set()
    found: list[int] = []
    while len(found) < wanted:
        block = hmac.digest(key, b"lucky11/1/pick" + i.to_bytes(8), "sha256")
        index, i = int.from_bytes(block[:8]) >> (64 - bits), i + 1
        if index < len(refs) and refs[index] not in won:
            won.add(refs[index])
            found.append(index)
    return found
