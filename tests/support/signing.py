"""A beacon of the tests' own: a secret key, its chain, and signatures of rounds. Never for anything real."""

import hashlib
from functools import lru_cache

from draws.fairness import BEACON_SCHEME, Chain
from draws.fairness import lucky11_verify as verifier

DEFAULT_SECRET = 0x11C0FFEE
GENESIS = 1_700_000_000
PERIOD = 3
NAME = "lucky11-tests"


@lru_cache(maxsize=16)
def public_key(secret: int) -> bytes:
    """The key's 96 bytes, on G2."""
    return verifier.compress_g2(verifier.point_multiply(verifier.key_point(verifier.G2_GENERATOR), secret))


@lru_cache(maxsize=16)
def beacon_chain(secret: int = DEFAULT_SECRET, genesis: int = GENESIS, period: int = PERIOD) -> Chain:
    """The chain of this key; its first round is published at `genesis` (Unix seconds)."""
    group = hashlib.sha256(b"the group of the tests").digest()
    numbers = period.to_bytes(4, "big") + genesis.to_bytes(8, "big")
    chain_hash = hashlib.sha256(numbers + public_key(secret) + group + NAME.encode()).digest()
    return Chain(NAME, chain_hash, BEACON_SCHEME, period, genesis, public_key(secret), group)


@lru_cache(maxsize=4096)
def sign(secret: int, round: int) -> bytes:
    """The 48 bytes with which the beacon of this key publishes a round."""
    message = verifier.hash_to_g1(verifier.round_message(round))
    return verifier.compress_g1(verifier.point_multiply(message, secret))
