"""Nothing can be changed unseen: every single input of every hash changes it."""

import hashlib
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from draws import fairness
from draws.fairness import Mode, Policy, VoidCode

TERMS = {
    "title": "A bicycle",
    "prize_amount": "250.00",
    "prize_coins": 0,
    "entry_fee": 5,
    "max_participants": 2000,
    "max_per_player": 3,
    "min_participants": 1,
}


def h(name):
    return hashlib.sha256(name.encode()).digest()


def sign(name):
    return h(name) + h(name)[:16]


BEACON = fairness.BeaconRound(h("chain"), "bls-unchained-g1-rfc9380", 1000)
RECORD = fairness.OpenRecord(
    draw_id=h("draw")[:16],
    seq=7,
    mode=Mode.BEACON,
    closes_at=1_800_000_000,
    freeze_by=1_800_000_120,
    beacon=BEACON,
    winners=2,
    reserves=3,
    policy=Policy.ONE_PRIZE_PER_PLAYER,
    terms=fairness.canonical_terms(TERMS),
    seed_commit=h("commit"),
)
RECORD_CHANGES = {
    "draw_id": h("other")[:16],
    "seq": 8,
    "closes_at": 1_800_000_001,
    "freeze_by": 1_800_000_121,
    "winners": 3,
    "reserves": 2,
    "policy": Policy.ONE_PRIZE_PER_TICKET,
    "seed_commit": h("other"),
}
BEACON_CHANGES = {"chain_hash": h("other"), "scheme": "bls-unchained-g1-rfc9381", "round": 1001}
TERM_CHANGES = {
    "title": "A bicycle ",
    "prize_amount": "250.01",
    "prize_coins": 1,
    "entry_fee": 6,
    "max_participants": 2001,
    "max_per_player": 4,
    "min_participants": 2,
}


def test_every_field_of_the_open_record_changes_its_hash():
    changed = [replace(RECORD, **{field: value}) for field, value in RECORD_CHANGES.items()]
    changed += [replace(RECORD, beacon=replace(BEACON, **{f: value})) for f, value in BEACON_CHANGES.items()]
    changed += [
        replace(RECORD, terms=fairness.canonical_terms({**TERMS, key: value}))
        for key, value in TERM_CHANGES.items()
    ]
    changed.append(replace(RECORD, mode=Mode.LOCAL, beacon=None))
    assert len(changed) == 8 + 3 + 7 + 1
    hashes = {record.open_hash() for record in [RECORD, *changed]}
    assert len(hashes) == 1 + len(changed)


def test_titles_that_look_alike_are_different_terms():
    composed, decomposed = "Caf\u00e9", "Cafe\u0301"
    texts = {fairness.canonical_terms({**TERMS, "title": title}) for title in (composed, decomposed)}
    assert len(texts) == 2


HASHES: dict[str, tuple[Any, dict[str, Any]]] = {
    "seed_commit": (
        fairness.seed_commit,
        {"draw_id": (h("draw")[:16], h("d2")[:16]), "server_seed": (h("seed"), h("s2"))},
    ),
    "entry_salt": (
        fairness.entry_salt,
        {"entry_secret": (h("secret"), h("s2")), "user_id": ("ana", "Ana")},
    ),
    "entry_ref": (
        fairness.entry_ref,
        {
            "draw_id": (h("draw")[:16], h("d2")[:16]),
            "salt": (h("salt"), h("s2")),
            "user_id": ("ana", "ana "),
        },
    ),
    "freeze_hash": (
        fairness.freeze_hash,
        {
            "mode": (Mode.BEACON, Mode.LOCAL),
            "open_hash": (h("open"), h("o2")),
            "root": (h("root"), h("r2")),
            "total": (10, 11),
            "server_seed": (h("seed"), h("s2")),
        },
    ),
    "pick_key": (
        fairness.pick_key,
        {
            "mode": (Mode.BEACON,),
            "freeze_hash": (h("freeze"), h("f2")),
            "signature": (sign("signature"), sign("s2")),
            "server_seed": (h("seed"), h("s2")),
        },
    ),
    "result_hash": (
        fairness.result_hash,
        {
            "mode": (Mode.BEACON,),
            "freeze_hash": (h("freeze"), h("f2")),
            "signature": (sign("signature"), sign("s2")),
            "server_seed": (h("seed"), h("s2")),
            "places": ([4, 2], [2, 4], [4], [4, 2, 0], [4, 3]),
        },
    ),
    "redraw_hash": (
        fairness.redraw_hash,
        {
            "result_hash": (h("result"), h("r2")),
            "failed": (0, 1),
            "reserve": (2, 3),
            "reason": ("not claimed", "not claimed."),
        },
    ),
    "lapse_hash": (
        fairness.lapse_hash,
        {
            "result_hash": (h("result"), h("r2")),
            "failed": (0, 1),
            "reason": ("not claimed", "not claimed."),
        },
    ),
    "void_hash": (
        fairness.void_hash,
        {
            "open_hash": (h("open"), h("o2")),
            "freeze_hash": (h("freeze"), h("f2"), None),
            "code": (VoidCode.CANCELLED, VoidCode.NO_TICKETS, VoidCode.BEACON_MISSING),
            "reason": ("withdrawn", "Withdrawn", "withdrawn "),
        },
    ),
    "site_head": (fairness.site_head, {"origin": ("https://a.example", "https://a.example/")}),
    "log_head": (
        fairness.log_head,
        {
            "prev": (h("prev"), h("p2")),
            "n": (5, 6),
            "time": (1_800_000_000, 1_800_000_001),
            "kind": fairness.LOG_KINDS,
            "record_hash": (h("record"), h("r2")),
        },
    ),
}


@pytest.mark.parametrize("name", HASHES)
def test_every_single_input_changes_the_hash(name):
    function, inputs = HASHES[name]
    valid = {field: values[0] for field, values in inputs.items()}
    results = [function(**valid)]
    results += [
        function(**{**valid, field: value}) for field, values in inputs.items() for value in values[1:]
    ]
    assert len(set(results)) == len(results) == 1 + sum(len(values) - 1 for values in inputs.values())
    assert all(isinstance(result, bytes) and len(result) == 32 for result in results)


def test_a_local_draws_key_depends_on_all_it_has():
    keys = {
        fairness.pick_key(Mode.LOCAL, h(frozen), b"", h(seed)) for frozen in ("a", "b") for seed in ("c", "d")
    }
    assert len(keys) == 4
    assert fairness.result_hash(Mode.LOCAL, h("a"), b"", h("c"), [0]) != fairness.result_hash(
        Mode.LOCAL, h("a"), b"", h("d"), [0]
    )


def test_a_local_draws_freeze_says_nothing_of_the_seed():
    frozen = {
        fairness.freeze_hash(Mode.LOCAL, h("open"), h("root"), 10, seed)
        for seed in (None, h("seed"), h("other"))
    }
    assert frozen == {fairness.tagged("freeze", h("open"), h("root"), (10).to_bytes(8, "big"), b"")}


def test_bytes_cannot_slide_from_one_part_into_the_next():
    cuts = [fairness.tagged("seed", b"abcdef"[:cut], b"abcdef"[cut:]) for cut in range(7)]
    cuts += [fairness.tagged("seed", b"abcdef"), fairness.tagged("seed", b"abcdef", b"", b"")]
    assert len(set(cuts)) == 9
    assert fairness.tagged("seed", b"x") != fairness.tagged("see", b"dx")


def test_a_player_has_another_pseudonym_in_every_draw():
    refs = set()
    for name in ("a", "b", "c"):
        salt = fairness.entry_salt(h("secret " + name), "ana")
        refs.add(fairness.entry_ref(h("draw " + name)[:16], salt, "ana"))
    assert len(refs) == 3


def test_one_key_rolls_other_numbers_than_another():
    first, second = (list(islice(fairness.candidates(h(name), 1000), 50)) for name in ("a", "b"))
    assert first != second
