"""A round counts only if the pinned chain signed it: recorded rounds, forgeries, a second opinion."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pyblst  # type: ignore[import-untyped]
import pytest

from draws.fairness import QUICKNET, BadRound, BadValue, Chain, FairnessError, verify_round
from draws.fairness import lucky11_verify as verifier
from tests.support.signing import beacon_chain, public_key, sign

KNOWN = json.loads((Path(__file__).parents[2] / "vectors" / "drand_rounds.json").read_text("utf-8"))
CONSTANTS = json.loads((Path(__file__).parents[2] / "vectors" / "fairness_vectors.json").read_text("utf-8"))[
    "bls12381_rfc9380_constants"
]
ROUND = next(entry for entry in KNOWN["rounds"] if entry["round"] == 1000)
SIGNATURE = bytes.fromhex(ROUND["signature"])


def chain(name: str) -> Chain:
    """A chain of the vectors."""
    known = KNOWN["chains"][name]
    key, group = bytes.fromhex(known["public_key"]), bytes.fromhex(known["group_hash"])
    return Chain(
        known["beacon_id"],
        bytes.fromhex(known["chain_hash"]),
        known["scheme"],
        known["period"],
        known["genesis_time"],
        key,
        group,
    )


def test_the_pinned_chain_is_quicknet():
    assert chain("quicknet") == QUICKNET


@pytest.mark.parametrize("entry", KNOWN["rounds"], ids=lambda entry: f"{entry['chain']}-{entry['round']}")
def test_every_recorded_round_is_accepted_for_its_number_only(entry):
    signature = bytes.fromhex(entry["signature"])
    verify_round(chain(entry["chain"]), entry["round"], signature)
    assert chain(entry["chain"]).round_time(entry["round"]) == entry["round_time_unix"]
    assert chain(entry["chain"]).round_at(entry["round_time_unix"]) == entry["round"]
    with pytest.raises(BadRound, match="s signature of round"):
        verify_round(chain(entry["chain"]), entry["round"] + 1, signature)


@pytest.mark.parametrize("case", KNOWN["invalid_cases"], ids=lambda case: case["why"][:30])
def test_every_known_forgery_is_refused(case):
    with pytest.raises(BadRound):
        verify_round(chain(case["chain"]), case["round"], bytes.fromhex(case["signature"]))


def test_only_the_subgroup_check_stops_the_forgery_that_passes_the_pairing():
    case = next(case for case in KNOWN["invalid_cases"] if "subgroup" in case["why"])
    with pytest.raises(BadRound, match="outside the group"):
        verify_round(QUICKNET, case["round"], bytes.fromhex(case["signature"]))


def with_x(x: int, flags: int) -> bytes:
    return (x | flags << 381).to_bytes(48, "big")


X = int.from_bytes(SIGNATURE, "big") & ((1 << 381) - 1)


@pytest.mark.parametrize(
    ("signature", "sentence"),
    [
        (b"", "exactly 48 bytes"),
        (SIGNATURE[:-1], "exactly 48 bytes"),
        (SIGNATURE + b"\0", "exactly 48 bytes"),
        (SIGNATURE * 2, "exactly 48 bytes"),
        (SIGNATURE.hex(), "exactly 48 bytes"),
        (None, "exactly 48 bytes"),
        (bytearray(SIGNATURE), "exactly 48 bytes"),
        (bytes(48), "not a compressed point"),
        (with_x(X, 0b001), "not a compressed point"),
        (with_x(X, 0b110), "infinity"),
        (bytes([0xE0]) + bytes(47), "infinity"),
        (
            with_x(X + verifier.BLS_P, 0b101) if X + verifier.BLS_P < 2**381 else with_x(2**381 - 1, 5),
            "one way",
        ),
        (with_x(verifier.BLS_P, 0b100), "one way"),
        (with_x(1, 0b100), "not a point of the curve"),
        (with_x(0, 0b100), "outside the group"),
        (with_x(0, 0b101), "outside the group"),
        (bytes([SIGNATURE[0] ^ 0x20]) + SIGNATURE[1:], "is not quicknet's signature"),
    ],
)
def test_a_signature_written_in_any_other_way_is_refused(signature, sentence):
    with pytest.raises(BadRound, match=sentence):
        verify_round(QUICKNET, 1000, signature)


@pytest.mark.parametrize("round", [0, -1, 2**53, True, 1000.0, "1000", None])
def test_a_round_is_a_number_from_one(round):
    with pytest.raises(BadRound, match="A round is a whole number"):
        verify_round(QUICKNET, round, SIGNATURE)


def test_a_bad_round_is_a_fairness_error():
    assert issubclass(BadRound, FairnessError)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "quickset"},
        {"period": 4},
        {"genesis": QUICKNET.genesis + 1},
        {"public_key": public_key(5)},
        {"group_hash": bytes(32)},
        {"chain_hash": bytes(32)},
        {"scheme": "pedersen-bls-unchained"},
        {"period": 0},
        {"public_key": QUICKNET.public_key[:-1]},
    ],
    ids=str,
)
def test_a_mistyped_chain_cannot_exist(wrong):
    with pytest.raises(BadValue):
        replace(QUICKNET, **wrong)


def test_the_constants_are_those_of_the_rfc():
    iso = CONSTANTS["iso11"]
    for name, ours in {
        "x_num": verifier._X_NUM,
        "x_den": verifier._X_DEN,
        "y_num": verifier._Y_NUM,
        "y_den": verifier._Y_DEN,
    }.items():
        assert [int(value, 16) for value in iso[name]] == list(ours)
    assert int(CONSTANTS["iso11_A"], 16) == verifier._SSWU_A
    assert int(CONSTANTS["iso11_B"], 16) == verifier._SSWU_B
    assert int(CONSTANTS["h_eff_g1"], 16) == verifier._H_EFF


def other_library_accepts(message: bytes, signature: bytes, key: bytes) -> bool:
    """What blst says about a signature; only for well-formed points of the right groups."""
    hashed = pyblst.BlstP1Element.hash_to_group(message, verifier.ROUND_DST)
    signed = pyblst.miller_loop(
        pyblst.BlstP1Element.uncompress(signature), pyblst.BlstP2Element.uncompress(verifier.G2_GENERATOR)
    )
    return bool(pyblst.final_verify(signed, pyblst.miller_loop(hashed, pyblst.BlstP2Element.uncompress(key))))


def test_messages_hash_to_the_points_of_another_library():
    chance = random.Random(9380)
    for _ in range(100):
        message, secret = chance.randbytes(chance.randrange(200)), chance.randrange(1, verifier.BLS_R)
        hashed = verifier.hash_to_g1(message)
        theirs = pyblst.BlstP1Element.hash_to_group(message, verifier.ROUND_DST)
        assert verifier.compress_g1(hashed) == theirs.compress()
        signature = theirs.scalar_mul(secret).compress()
        assert verifier.compress_g1(verifier.point_multiply(hashed, secret)) == signature
        point = verifier.decompress(signature, "The signature")
        assert verifier.compress_g1(point) == signature
        assert verifier.compress_g1(verifier.point_add(point, hashed)) == (
            theirs.scalar_mul((secret + 1) % verifier.BLS_R).compress()
        )


def test_public_keys_are_those_of_another_library():
    chance = random.Random(12381)
    generator = pyblst.BlstP2Element.uncompress(verifier.G2_GENERATOR)
    for _ in range(20):
        secret = chance.randrange(1, verifier.BLS_R)
        assert public_key(secret) == generator.scalar_mul(secret).compress()
        assert verifier.compress_g2(verifier.key_point(public_key(secret))) == public_key(secret)


def test_rounds_are_judged_as_another_library_judges_them():
    chance = random.Random(381)
    for attempt in range(30):
        secret, round = chance.randrange(1, verifier.BLS_R), chance.randrange(1, 2**53)
        signer = secret if attempt % 3 else secret ^ 2
        signed = round if attempt % 2 else max(1, round - 1)
        signature, site = sign(signer, signed), beacon_chain(secret)
        theirs = other_library_accepts(verifier.round_message(round), signature, site.public_key)
        assert theirs == (signer == secret and signed == round)
        if theirs:
            verify_round(site, round, signature)
        else:
            with pytest.raises(BadRound, match="is not lucky11-tests's signature"):
                verify_round(site, round, signature)


def test_a_key_outside_its_group_is_refused():
    x = next(x for x in range(1, 50) if verifier._point_at((x, 0), verifier.G2_B, False))
    outside = verifier.compress_g2(verifier._point_at((x, 0), verifier.G2_B, False))
    with pytest.raises(BadRound, match="outside the group"):
        verifier.key_point(outside)
    for key in (bytes([0xC0]) + bytes(95), bytes(96), QUICKNET.public_key[:48]):
        with pytest.raises(BadRound, match="public key"):
            verifier.key_point(key)
