"""The records of a draw, one hash each: open, freeze, result, re-draw, void; and the log chaining them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from .encoding import (
    MAX_U32,
    BadValue,
    LabelledEnum,
    need_bytes,
    need_int,
    need_member,
    need_text,
    tagged,
    u8,
    u32,
    u64,
)
from .terms import parse_terms

DRAW_ID_BYTES = 16
SIGNATURE_BYTES = 48  # a compressed point of BLS12-381's G1
MAX_FREEZE_WINDOW = 3600  # seconds from closing to the latest freeze
ROUND_MARGIN = 60  # seconds from the latest freeze to the draw's round
MAX_PLACES = 1000  # winners and reserves together
LOG_KINDS = ("open", "freeze", "result", "redraw", "void")


class Mode(LabelledEnum):
    """Where a draw's randomness comes from; fixed when it is published."""

    BEACON = 1
    LOCAL = 2


class Policy(LabelledEnum):
    """What can win only once: a player or a ticket."""

    ONE_PRIZE_PER_PLAYER = 1
    ONE_PRIZE_PER_TICKET = 2


class VoidCode(LabelledEnum):
    """Why a draw has no winners."""

    NO_TICKETS = 1
    BELOW_MINIMUM = 2
    CANCELLED = 3
    NOT_FROZEN_IN_TIME = 4
    BEACON_MISSING = 5


@dataclass(frozen=True)
class BeaconRound:
    """The round of a beacon's chain that a draw waits for."""

    chain_hash: bytes
    scheme: str
    round: int

    def __post_init__(self) -> None:
        need_bytes("chain_hash", self.chain_hash)
        need_text("scheme", self.scheme)
        if not (self.scheme.isascii() and self.scheme.isprintable() and self.scheme):
            raise BadValue("scheme", "printable ASCII")
        need_int("round", self.round, low=1)


@dataclass(frozen=True)
class OpenRecord:
    """What is fixed when a draw is published (section 1); times are Unix seconds, `terms` canonical text.

    BadValue or BadTerms when a field is not as the protocol says, so every existing record has a hash.
    """

    draw_id: bytes
    seq: int
    mode: Mode
    closes_at: int
    freeze_by: int
    beacon: BeaconRound | None
    winners: int
    reserves: int
    policy: Policy
    terms: str
    seed_commit: bytes

    def __post_init__(self) -> None:
        need_bytes("draw_id", self.draw_id, DRAW_ID_BYTES)
        need_int("seq", self.seq, low=1)
        need_member("mode", self.mode, Mode)
        closes_at = need_int("closes_at", self.closes_at)
        need_int("freeze_by", self.freeze_by)
        if not closes_at <= self.freeze_by <= closes_at + MAX_FREEZE_WINDOW:
            raise BadValue("freeze_by", f"from 0 to {MAX_FREEZE_WINDOW} seconds after closes_at")
        if self.mode is Mode.BEACON and not isinstance(self.beacon, BeaconRound):
            raise BadValue("beacon", "a BeaconRound in beacon mode")
        if self.mode is Mode.LOCAL and self.beacon is not None:
            raise BadValue("beacon", "None in local mode")
        need_places(self.winners, self.reserves)
        need_member("policy", self.policy, Policy)
        parse_terms(self.terms)
        need_bytes("seed_commit", self.seed_commit)

    def open_hash(self) -> bytes:
        """`T(open, …)`: the hash players see before the first ticket is taken."""
        beacon = self.beacon
        return tagged(
            "open",
            self.draw_id,
            u64("seq", self.seq),
            u8(self.mode),
            u64("closes_at", self.closes_at),
            u64("freeze_by", self.freeze_by),
            beacon.chain_hash + beacon.scheme.encode("ascii") if beacon else b"",
            u64("round", beacon.round if beacon else 0),
            u32("winners", self.winners),
            u32("reserves", self.reserves),
            u8(self.policy),
            hashlib.sha256(self.terms.encode("utf-8")).digest(),
            self.seed_commit,
        )


def need_places(winners: object, reserves: object) -> int:
    """`winners` + `reserves`, if that is 1 … 1,000; BadValue otherwise."""
    places = need_int("winners", winners, high=MAX_U32) + need_int("reserves", reserves, high=MAX_U32)
    return need_int("winners + reserves", places, low=1, high=MAX_PLACES)


def seed_commit(draw_id: bytes, server_seed: bytes) -> bytes:
    """The promise of a seed, published when the draw opens (section 1); BadValue for a wrong length."""
    return tagged(
        "seed", need_bytes("draw_id", draw_id, DRAW_ID_BYTES), need_bytes("server_seed", server_seed)
    )


def beacon_round(time: int, genesis: int, period: int) -> int:
    """`R(t)`: the first round at or after a time (section 1); all in seconds, BadValue out of range."""
    need_int("time", time)
    need_int("genesis", genesis)
    need_int("period", period, low=1)
    return 1 if time <= genesis else -(-(time - genesis) // period) + 1


def draw_round(freeze_by: int, genesis: int, period: int) -> int:
    """The round of a draw, a minute after its latest freeze; it is computed, never chosen (section 1)."""
    return beacon_round(need_int("freeze_by", freeze_by) + ROUND_MARGIN, genesis, period)


def freeze_hash(mode: Mode, open_hash: bytes, root: bytes, total: int, server_seed: bytes | None) -> bytes:
    """The fixed ticket list of `total` tickets (section 3); BadValue for no tickets or a wrong length.

    The seed is part of it in beacon mode only: a local draw's stays secret until its result (None will do).
    """
    published_seed = b""
    if need_member("mode", mode, Mode) is Mode.BEACON or server_seed is not None:
        published_seed = need_bytes("server_seed", server_seed)
    return tagged(
        "freeze",
        need_bytes("open_hash", open_hash),
        need_bytes("root", root),
        u64("total", total, low=1),
        published_seed if mode is Mode.BEACON else b"",
    )


def need_signature(mode: Mode, signature: bytes) -> bytes:
    """The round's signature in beacon mode (48 bytes), empty in local mode; BadValue otherwise."""
    local = need_member("mode", mode, Mode) is Mode.LOCAL
    return need_bytes("signature", signature, 0 if local else SIGNATURE_BYTES)


def result_hash(
    mode: Mode, freeze_hash: bytes, signature: bytes, server_seed: bytes, places: Sequence[int]
) -> bytes:
    """The places won, as ticket indexes from 0, in order (section 5); BadValue for none or one twice."""
    indexes = b"".join(u64("place", index) for index in places)
    if not 1 <= len(places) <= MAX_PLACES or len(set(places)) != len(places):
        raise BadValue("places", f"1 to {MAX_PLACES} different tickets")
    return tagged(
        "result",
        need_bytes("freeze_hash", freeze_hash),
        need_signature(mode, signature),
        need_bytes("server_seed", server_seed),
        u32("count", len(places)),
        indexes,
    )


def redraw_hash(result_hash: bytes, failed: int, reserve: int, reason: str) -> bytes:
    """A reserve takes a failed place's prize; places count from 0, the reserve's is later (section 5)."""
    need_int("failed", failed, high=MAX_PLACES - 2)
    need_int("reserve", reserve, low=failed + 1, high=MAX_PLACES - 1)
    return tagged(
        "redraw",
        need_bytes("result_hash", result_hash),
        u32("failed", failed),
        u32("reserve", reserve),
        need_text("reason", reason),
    )


def void_hash(open_hash: bytes, freeze_hash: bytes | None, code: VoidCode, reason: str) -> bytes:
    """A draw without winners (section 5); `freeze_hash` is None when the list was never frozen."""
    return tagged(
        "void",
        need_bytes("open_hash", open_hash),
        bytes(32) if freeze_hash is None else need_bytes("freeze_hash", freeze_hash),
        u8(need_member("code", code, VoidCode)),
        need_text("reason", reason),
    )


def site_head(origin: str) -> bytes:
    """`head_0` of a site's log, for its origin such as `https://example.org` (section 6)."""
    return tagged("site", need_text("origin", origin))


def log_head(prev: bytes, n: int, time: int, kind: str, record_hash: bytes) -> bytes:
    """`head_n` after the n-th record, counted from 1, at `time` in Unix seconds (section 6)."""
    if kind not in LOG_KINDS:
        raise BadValue("kind", "one of " + ", ".join(LOG_KINDS))
    return tagged(
        "log",
        need_bytes("prev", prev),
        u64("n", n, low=1),
        u64("time", time),
        kind.encode("ascii"),
        need_bytes("record_hash", record_hash),
    )
