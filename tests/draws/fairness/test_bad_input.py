"""What protocol v1 does not allow is refused with a sentence, never hashed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from draws import fairness
from draws.fairness import BadTerms, BadValue, Mode, Policy, VoidCode, canonical_terms, parse_terms

TERMS = {
    "title": 'The "\\" bicycle',
    "prize_amount": "250.00",
    "prize_coins": 0,
    "entry_fee": 5,
    "max_participants": 2000,
    "max_per_player": 3,
    "min_participants": 1,
}
TEXT = (
    '{"entry_fee":5,"max_participants":2000,"max_per_player":3,"min_participants":1,'
    '"prize_amount":"250.00","prize_coins":0,"title":"The \\"\\\\\\" bicycle"}'
)
BEACON = fairness.BeaconRound(bytes(32), "bls-unchained-g1-rfc9380", 1000)
RECORD = fairness.OpenRecord(
    draw_id=bytes(16),
    seq=1,
    mode=Mode.BEACON,
    closes_at=1_800_000_000,
    freeze_by=1_800_000_120,
    beacon=BEACON,
    winners=1,
    reserves=0,
    policy=Policy.ONE_PRIZE_PER_PLAYER,
    terms=TEXT,
    seed_commit=bytes(32),
)
NOT_INTEGERS: list[Any] = [True, 1.0, "1", None, -1, 2**53, Policy.ONE_PRIZE_PER_PLAYER]
NOT_32_BYTES: list[Any] = [bytes(31), bytes(33), b"", "0" * 32, "00" * 32, None, bytearray(32)]
NOT_TEXT: list[Any] = [None, b"text", 5, "\ud83c"]


def test_only_quotes_and_backslashes_are_escaped_in_terms():
    assert canonical_terms(TERMS) == TEXT
    assert parse_terms(TEXT) == TERMS == json.loads(TEXT)
    spared = "/\u00a0\u2028\ufeff\U0001f39f'<&>"
    assert f'"title":"{spared}"' in canonical_terms({**TERMS, "title": spared})


@pytest.mark.parametrize("amount", ["0.00", "0.01", "10.00", "99999999999999999999.99"])
def test_a_prize_amount_has_two_decimals(amount):
    assert parse_terms(canonical_terms({**TERMS, "prize_amount": amount}))["prize_amount"] == amount


@pytest.mark.parametrize(
    "amount",
    ["", "250", "250.0", "250.000", "-1.00", "+1.00", "0250.00", "00.00", ".50", "1e2", "1,00", "1 000.00",
     "250.00 ", "250.00\n", "2\u0665\u0660.00", "2.\u0660\u0660", "NaN", 250, 250.0, None, True],
)  # fmt: skip
def test_any_other_prize_amount_is_refused(amount):
    with pytest.raises(BadTerms, match="prize_amount"):
        canonical_terms({**TERMS, "prize_amount": amount})


@pytest.mark.parametrize(
    "title", [f"a{chr(code)}b" for code in [*range(32), *range(127, 160), 0xD800, 0xDFFF]]
)
def test_control_characters_and_lone_surrogates_are_refused_in_a_title(title):
    with pytest.raises(BadTerms, match="title has a control character or a lone surrogate"):
        canonical_terms({**TERMS, "title": title})


@pytest.mark.parametrize("title", [None, 5, b"title", ["title"], True])
def test_a_title_is_a_string(title):
    with pytest.raises(BadTerms, match="title is a string"):
        canonical_terms({**TERMS, "title": title})


@pytest.mark.parametrize("value", NOT_INTEGERS)
@pytest.mark.parametrize(
    "key", ["prize_coins", "entry_fee", "max_participants", "max_per_player", "min_participants"]
)
def test_numbers_in_terms_are_whole_and_not_too_large(key, value):
    with pytest.raises(BadTerms, match=f"{key} is a whole number"):
        canonical_terms({**TERMS, key: value})
    for fits in (0, fairness.MAX_INTEGER):
        assert parse_terms(canonical_terms({**TERMS, key: fits}))[key] == fits


@pytest.mark.parametrize("key", TERMS)
def test_missing_and_extra_terms_are_refused(key):
    without = {other: value for other, value in TERMS.items() if other != key}
    for wrong in (without, {**TERMS, key.upper(): 1}, {**without, key + " ": TERMS[key]}):
        with pytest.raises(BadTerms, match="exactly these keys"):
            canonical_terms(wrong)


@pytest.mark.parametrize("wrong", [None, [], "{}", list(TERMS), 5])
def test_terms_are_a_mapping(wrong):
    with pytest.raises(BadTerms, match="exactly these keys"):
        canonical_terms(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "null", "[]", "7", '"{}"', None, 5, "{" * 50_000, "[" * 50_000, TEXT[:-1], TEXT + " ",
        " " + TEXT, "\ufeff" + TEXT, TEXT.encode(), TEXT.replace(":5", ": 5"), TEXT.replace(":5", ":5.0"),
        TEXT.replace(":5", ":05"), TEXT.replace(":5", ":5e0"), TEXT.replace(":5", ":true"),
        TEXT.replace(":5", ":" + "9" * 5000), TEXT.replace(":0", ":-0"),
        TEXT.replace("bicycle", "b\\u0069cycle"),
        TEXT.replace(" bicycle", "\\/"), TEXT.replace(" bicycle", "\\ud800"), TEXT.replace(" bicycle", "\\n"),
        TEXT.replace('"entry_fee":5', '"entry_fee":5,"entry_fee":5'),
        TEXT.replace('"entry_fee":5,', "").replace("}", ',"entry_fee":5}'), json.dumps(TERMS),
    ],
    ids=lambda text: repr(text)[:40],
)  # fmt: skip
def test_terms_in_any_other_spelling_are_refused(text):
    with pytest.raises(BadTerms):
        parse_terms(text)
    with pytest.raises(BadTerms):
        replace(RECORD, terms=text)


OPEN_FIELDS: dict[str, list[Any]] = {
    "draw_id": [bytes(15), bytes(17), bytes(32), "0" * 16, None],
    "seq": [0, *NOT_INTEGERS],
    "mode": [1, "beacon", None, Policy.ONE_PRIZE_PER_PLAYER],
    "closes_at": [*NOT_INTEGERS, 1_800_000_121, 1_799_996_519],
    "freeze_by": [*NOT_INTEGERS, 1_799_999_999, 1_800_003_601],
    "beacon": [None, {}, b"", "quicknet"],
    "winners": [0, 1001, 2**32, *NOT_INTEGERS],
    "reserves": [1000, 2**32, *NOT_INTEGERS],
    "policy": [1, "one_prize_per_player", None, Mode.BEACON],
    "seed_commit": NOT_32_BYTES,
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in OPEN_FIELDS.items() for value in values]
)
def test_a_draw_cannot_open_with_a_wrong_field(field, value):
    with pytest.raises(BadValue, match=field):
        replace(RECORD, **{field: value})


def test_a_draw_can_open_at_the_edges_of_the_rules():
    edges: list[dict[str, Any]] = [
        {"freeze_by": 1_800_000_000},
        {"freeze_by": 1_800_003_600},
        {"winners": 1000},
        {"reserves": 999},
        {"winners": 0, "reserves": 1},
        {"seq": fairness.MAX_INTEGER},
    ]
    for edge in edges:
        assert len(replace(RECORD, **edge).open_hash()) == 32


def test_a_local_draw_has_no_beacon():
    with pytest.raises(BadValue, match="beacon must be None in local mode"):
        replace(RECORD, mode=Mode.LOCAL)


BEACON_FIELDS: dict[str, list[Any]] = {
    "chain_hash": NOT_32_BYTES,
    "scheme": ["", "schéme", "a\nb", "\ud83c", b"scheme", None],
    "round": [0, *NOT_INTEGERS],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BEACON_FIELDS.items() for value in values]
)
def test_a_beacon_round_with_a_wrong_field_is_refused(field, value):
    with pytest.raises(BadValue, match=field):
        replace(BEACON, **{field: value})


H = bytes(32)
# For each function: arguments it takes, and for each argument what it must refuse.
CALLS: dict[Any, dict[str, tuple[Any, list[Any]]]] = {
    fairness.seed_commit: {"draw_id": (bytes(16), [H, b"", "", None]), "server_seed": (H, NOT_32_BYTES)},
    fairness.beacon_round: {
        "time": (9, NOT_INTEGERS), "genesis": (5, NOT_INTEGERS), "period": (3, [0, *NOT_INTEGERS])
    },
    fairness.draw_round: {"freeze_by": (9, NOT_INTEGERS), "genesis": (5, NOT_INTEGERS), "period": (3, [0])},
    fairness.entry_salt: {"entry_secret": (H, NOT_32_BYTES), "user_id": ("ana", NOT_TEXT)},
    fairness.entry_ref: {
        "draw_id": (bytes(16), [H, None]), "salt": (H, NOT_32_BYTES), "user_id": ("ana", NOT_TEXT)
    },
    fairness.freeze_hash: {
        "mode": (Mode.BEACON, [1, "beacon", None]), "open_hash": (H, NOT_32_BYTES), "root": (H, NOT_32_BYTES),
        "total": (1, [0, *NOT_INTEGERS]), "server_seed": (H, NOT_32_BYTES),
    },
    fairness.pick_key: {
        "mode": (Mode.BEACON, [2, None, Mode.LOCAL]), "freeze_hash": (H, NOT_32_BYTES),
        "signature": (bytes(48), [b"", bytes(47), bytes(96), "0" * 48]), "server_seed": (H, NOT_32_BYTES),
    },
    fairness.result_hash: {
        "mode": (Mode.BEACON, [2, None, Mode.LOCAL]), "freeze_hash": (H, NOT_32_BYTES),
        "signature": (bytes(48), [b"", bytes(47), None]), "server_seed": (H, NOT_32_BYTES),
        "places": ([0], [[], [1, 1], list(range(1001)), [True], [-1], [2**53], ["1"], [None]]),
    },
    fairness.redraw_hash: {
        "result_hash": (H, NOT_32_BYTES), "failed": (1, [2, 3, 999, 2**32, *NOT_INTEGERS[1:]]),
        "reserve": (2, [0, 1, 1000, 2**32, *NOT_INTEGERS]), "reason": ("late", NOT_TEXT),
    },
    fairness.lapse_hash: {
        "result_hash": (H, NOT_32_BYTES), "failed": (1, [1000, 2**32, *NOT_INTEGERS]),
        "reason": ("late", ["", *NOT_TEXT]),
    },
    fairness.void_hash: {
        "open_hash": (H, NOT_32_BYTES), "freeze_hash": (H, [bytes(31), "", b""]),
        "code": (VoidCode.CANCELLED, [3, 0, 6, "cancelled", None, Mode.BEACON]),
        "reason": ("x", ["", " \n", *NOT_TEXT]),
    },
    fairness.site_head: {"origin": ("https://a.example", NOT_TEXT)},
    fairness.log_head: {
        "prev": (H, NOT_32_BYTES), "n": (1, [0, *NOT_INTEGERS]), "time": (0, NOT_INTEGERS),
        "kind": ("open", ["", "Open", "opened", b"open", None, 1]), "record_hash": (H, NOT_32_BYTES),
    },
    fairness.ticket_leaf: {"index": (0, NOT_INTEGERS), "ref": (H, NOT_32_BYTES)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "argument"),
    [pytest.param(f, name, id=f"{f.__name__}-{name}") for f, given in CALLS.items() for name in given],
)
def test_a_wrong_argument_is_refused(function, argument):
    arguments = {name: value for name, (value, _) in CALLS[function].items()}
    assert function(**arguments)
    for wrong in CALLS[function][argument][1]:
        with pytest.raises(BadValue, match=r"^[a-z_ +]+ must be .+\.$") as refused:
            function(**{**arguments, argument: wrong})
        assert refused.value.field


def test_a_local_draw_has_no_signature():
    for function, more in ((fairness.pick_key, {}), (fairness.result_hash, {"places": [0]})):
        assert function(mode=Mode.LOCAL, freeze_hash=H, signature=b"", server_seed=H, **more)
        with pytest.raises(BadValue, match="signature must be exactly 0 bytes"):
            function(mode=Mode.LOCAL, freeze_hash=H, signature=bytes(48), server_seed=H, **more)


def test_a_local_draws_seed_is_checked_though_it_is_not_hashed():
    with pytest.raises(BadValue, match="server_seed"):
        fairness.freeze_hash(Mode.LOCAL, H, H, 1, b"short")


@pytest.mark.parametrize("kind", [Mode, Policy, VoidCode])
@pytest.mark.parametrize("label", ["", "BEACON", " local", "one_prize", None, 1, b"beacon"])
def test_a_choice_is_spelled_exactly(kind, label):
    with pytest.raises(BadValue, match=f"{kind.__name__} must be one of"):
        kind.from_label(label)


def test_a_refusal_never_shows_a_secret():
    secret = b"not 32 bytes but secret all the same"
    with pytest.raises(BadValue) as refused:
        fairness.seed_commit(bytes(16), secret)
    assert "secret" not in str(refused.value)
    assert issubclass(BadValue, ValueError)
    assert issubclass(BadTerms, ValueError)
