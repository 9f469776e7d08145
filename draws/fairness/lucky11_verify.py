"""Check a draw of Lucky11, offline: was the winner really drawn as promised? (Fair draws, protocol v1.1.)

    python3 lucky11_verify.py proof.json

You need this file, Python 3.9 or newer, and the draw's document from its page; nothing is installed and
nothing is sent anywhere. `--help` lists what else it answers: which tickets are yours, whether a hash that
you kept is in the document, whether the site's whole log holds. You need not trust this file either: it can
be read, and the protocol is simple enough to write another from. From top to bottom:

    Bytes, Terms, Records   what exactly is hashed: the open record, the frozen list, the result, the log
    Tickets                 pseudonyms, and the tree over the list of all tickets (RFC 6962)
    Winners                 rolling numbers until one lands on a ticket whose holder has not won yet
    BLS12-381               is this the beacon's signature of the round that was promised? (RFC 9380, drand)
    The document            reading it, strictly
    The steps               what is checked, in the order of STEPS, and what no check can prove (NOT_PROVED)
    The log                 the same for all records of a site
    The command line        what you see

The site draws its winners and checks its beacon's rounds with this very file. Hashes, seeds and refs are
`bytes`, times are Unix seconds, and every error is a FairnessError, a ValueError with a sentence. In the
order of a draw's life:

    record = OpenRecord(…, terms=canonical_terms({…}), seed_commit=seed_commit(draw_id, server_seed))
    ref = entry_ref(draw_id, entry_salt(entry_secret, user_id), user_id)
    frozen = freeze_hash(mode, record.open_hash(), ticket_root(refs), len(refs), server_seed)
    verify_round(QUICKNET, record.beacon.round, signature)
    prk = pick_key(mode, frozen, signature, server_seed)
    places = pick_winners(prk, refs, winners=1, reserves=0, policy=policy)
    result = result_hash(mode, frozen, signature, server_seed, places)
    report = check(document)
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import re
import stat
import sys
import textwrap
import unicodedata
from binascii import unhexlify
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from enum import IntEnum
from functools import lru_cache
from io import TextIOWrapper
from itertools import count, islice
from mmap import ACCESS_READ, mmap
from typing import Any, Optional, Protocol, TypeVar, Union

if sys.version_info < (3, 9):  # noqa: UP036
    sys.exit("UNREADABLE: lucky11_verify.py needs Python 3.9 or newer.")

# -------------------- Bytes

HASH_BYTES = 32
MAX_INTEGER = 2**53 - 1  # what a browser's number holds exactly
MAX_U32 = 2**32 - 1
BLANK = " \t\n\r"  # what says nothing

Label = TypeVar("Label", bound="LabelledEnum")


class FairnessError(ValueError):
    """Something protocol v1 does not allow; its text is one sentence without secrets."""


class BadValue(FairnessError):
    """A value of the wrong type, length or range; `field` names it."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} must be {rule}.")
        self.field = field


class LabelledEnum(IntEnum):
    """A choice with its number (hashed) and its label (written in documents)."""

    @property
    def label(self) -> str:
        """The choice as documents and the database write it."""
        return self.name.lower()

    @classmethod
    def from_label(cls: type[Label], label: object) -> Label:
        """The choice with this label, spelled exactly; BadValue when there is none."""
        for member in cls:
            if member.label == label:
                return member
        raise BadValue(cls.__name__, "one of " + ", ".join(member.label for member in cls))


def tagged(tag: str, *parts: bytes) -> bytes:
    """`T(tag, p1, p2, …)`: SHA-256 over the tag and the parts, each with its length before it."""
    name = f"lucky11/1/{tag}".encode("ascii")
    digest = hashlib.sha256(len(name).to_bytes(2, "big") + name)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()


def need_bytes(field: str, value: object, length: int = HASH_BYTES) -> bytes:
    """The value, if it is `bytes` of exactly this length; BadValue otherwise."""
    if not isinstance(value, bytes) or len(value) != length:
        raise BadValue(field, f"exactly {length} bytes")
    return value


def need_int(field: str, value: object, low: int = 0, high: int = MAX_INTEGER) -> int:
    """The value, if it is an integer from `low` to `high` (a boolean is not one); BadValue otherwise."""
    if type(value) is not int or not low <= value <= high:
        raise BadValue(field, f"a whole number from {low} to {high}")
    return value


def need_member(field: str, value: object, kind: type[Label]) -> Label:
    """The value, if it is a member of this enumeration; BadValue otherwise."""
    if not isinstance(value, kind):
        raise BadValue(field, f"a member of {kind.__name__}")
    return value


def need_text(field: str, value: object) -> bytes:
    """The value in UTF-8, if it is a string that has one (no lone surrogates); BadValue otherwise."""
    if not isinstance(value, str):
        raise BadValue(field, "a string")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue(field, "Unicode text without lone surrogates") from None


def need_reason(field: str, value: object) -> bytes:
    """The value in UTF-8, if it is a text that says something; BadValue otherwise."""
    text = need_text(field, value)
    if not text.strip(BLANK.encode("ascii")):
        raise BadValue(field, "a text that is not empty")
    return text


def u8(value: LabelledEnum) -> bytes:
    """A choice's number in one byte."""
    return value.to_bytes(1, "big")


def u32(field: str, value: object) -> bytes:
    """The integer in four bytes, big-endian; BadValue when it does not fit."""
    return need_int(field, value, high=MAX_U32).to_bytes(4, "big")


def u64(field: str, value: object, low: int = 0) -> bytes:
    """The integer in eight bytes, big-endian; BadValue below `low` or above 2**53 - 1."""
    return need_int(field, value, low).to_bytes(8, "big")


# -------------------- Terms

STRING_TERMS = frozenset({"title", "prize_amount"})
INTEGER_TERMS = frozenset(
    {"prize_coins", "entry_fee", "max_participants", "max_per_player", "min_participants"}
)
TERM_KEYS = tuple(sorted(STRING_TERMS | INTEGER_TERMS))
# Version 1.1 seals two more: the days that a winner has to claim, and how many prizes staff may take back.
LATER_TERMS = frozenset({"claim_days", "disqualify"})
LATER_TERM_KEYS = tuple(sorted({*TERM_KEYS, *LATER_TERMS}))

AMOUNT = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]{2}")


class BadTerms(FairnessError):
    """Terms that have no canonical form, or are not in it."""


def canonical_terms(terms: Mapping[str, object]) -> str:
    """The one text of these terms: keys sorted, no spaces, only `"` and `\\` escaped; hash its UTF-8.

    `prize_amount` is a string with two decimals. BadTerms for any other key, type, range or character.
    """
    keys = TERM_KEYS
    if isinstance(terms, Mapping) and not LATER_TERMS.isdisjoint(terms):
        keys = LATER_TERM_KEYS
    if not isinstance(terms, Mapping) or set(terms) != set(keys):
        raise BadTerms("Terms have exactly these keys: " + ", ".join(keys) + ".")
    return "{" + ",".join(f'"{key}":{_term(key, terms[key])}' for key in keys) + "}"


def parse_terms(text: str) -> dict[str, object]:
    """The terms written in this canonical text; BadTerms if it differs from their canonical form anywhere."""
    try:
        terms = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise BadTerms("Terms are one flat JSON object.") from None
    # Writing them again catches what json.loads forgives: doubled keys, spaces, escapes, order.
    if canonical_terms(terms) != text:
        raise BadTerms("These terms are not in canonical form.")
    return dict(terms)


def _term(key: str, value: object) -> str:
    if key not in STRING_TERMS:
        if type(value) is not int or not 0 <= value <= MAX_INTEGER:
            raise BadTerms(f"{key} is a whole number from 0 to {MAX_INTEGER}.")
        return str(value)
    if not isinstance(value, str):
        raise BadTerms(f"{key} is a string.")
    if key == "prize_amount" and not AMOUNT.fullmatch(value):
        raise BadTerms("prize_amount is a decimal with two places, such as 250.00.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise BadTerms(f"{key} has a control character or a lone surrogate.")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# -------------------- Records (sections 1, 3, 5 and 6)

DRAW_ID_BYTES = 16
SIGNATURE_BYTES = 48  # a compressed point of BLS12-381's G1
MAX_FREEZE_WINDOW = 3600  # seconds from closing to the latest freeze
ROUND_MARGIN = 60  # seconds from the latest freeze to the draw's round
MAX_PLACES = 1000  # winners and reserves together
LOG_KINDS = ("open", "freeze", "result", "redraw", "lapse", "void")


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


class PassCode(LabelledEnum):
    """Why a prize went from its winner to the next reserve, or to nobody; its reason says which."""

    NOT_CLAIMED = 1
    ACCOUNT_CLOSED = 2
    DISQUALIFIED = 3

    @classmethod
    def of(cls, reason: str) -> PassCode:
        """The code that a reason stands for: all but two sentences are decisions of the site's staff."""
        return PASS_REASONS.get(reason, cls.DISQUALIFIED)


PASS_REASONS = {
    "The prize was not claimed in time.": PassCode.NOT_CLAIMED,
    "The winner closed their account.": PassCode.ACCOUNT_CLOSED,
}


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
        return open_digest(
            self.draw_id,
            self.seq,
            self.mode,
            (self.closes_at, self.freeze_by),
            (beacon.chain_hash, beacon.scheme, beacon.round) if beacon else None,
            (self.winners, self.reserves),
            self.policy,
            self.terms,
            self.seed_commit,
        )


def open_digest(
    draw_id: bytes,
    seq: int,
    mode: Mode,
    times: tuple[int, int],
    beacon: tuple[bytes, str, int] | None,
    places: tuple[int, int],
    policy: Policy,
    terms: str,
    seed_commit: bytes,
) -> bytes:
    """`T(open, …)` of these parts, whether they go together or not: a checker says which do not."""
    chain_hash, scheme, round = beacon or (b"", "", 0)
    return tagged(
        "open",
        draw_id,
        u64("seq", seq),
        u8(mode),
        u64("closes_at", times[0]),
        u64("freeze_by", times[1]),
        chain_hash + scheme.encode("utf-8"),
        u64("round", round),
        u32("winners", places[0]),
        u32("reserves", places[1]),
        u8(policy),
        hashlib.sha256(terms.encode("utf-8")).digest(),
        seed_commit,
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
    return _round_from(need_int("time", time), genesis, period)


def _round_from(time: int, genesis: int, period: int) -> int:
    need_int("genesis", genesis)
    need_int("period", period, low=1)
    return 1 if time <= genesis else -(-(time - genesis) // period) + 1


def draw_round(freeze_by: int, genesis: int, period: int) -> int:
    """The round of a draw, a minute after its latest freeze; it is computed, never chosen (section 1)."""
    # The minute may lead beyond the largest integer of a document, which is no reason to refuse one.
    return _round_from(need_int("freeze_by", freeze_by) + ROUND_MARGIN, genesis, period)


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
        need_reason("reason", reason),
    )


def lapse_hash(result_hash: bytes, failed: int, reason: str) -> bytes:
    """A failed place's prize goes to nobody, because no reserve is left (version 1.1)."""
    return tagged(
        "lapse",
        need_bytes("result_hash", result_hash),
        u32("failed", need_int("failed", failed, high=MAX_PLACES - 1)),
        need_reason("reason", reason),
    )


def void_hash(open_hash: bytes, freeze_hash: bytes | None, code: VoidCode, reason: str) -> bytes:
    """A draw without winners (section 5); `freeze_hash` is None when no list is published with it.

    In version 1.1 a list that was never frozen is published too: then it is the hash it would have given.
    """
    return tagged(
        "void",
        need_bytes("open_hash", open_hash),
        bytes(32) if freeze_hash is None else need_bytes("freeze_hash", freeze_hash),
        u8(need_member("code", code, VoidCode)),
        need_reason("reason", reason),
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


# -------------------- Tickets (sections 2 and 3)


def entry_salt(entry_secret: bytes, user_id: str) -> bytes:
    """A player's salt in a draw, shown to that player only (section 2); BadValue for a wrong length."""
    return hmac.digest(need_bytes("entry_secret", entry_secret), need_text("user_id", user_id), "sha256")


def entry_ref(draw_id: bytes, salt: bytes, user_id: str) -> bytes:
    """A player's pseudonym in a draw, `ref`: what the public list shows (section 2); BadValue as above."""
    return tagged(
        "entry",
        need_bytes("draw_id", draw_id, DRAW_ID_BYTES),
        need_bytes("salt", salt),
        need_text("user_id", user_id),
    )


def ticket_leaf(index: int, ref: bytes) -> bytes:
    """What a leaf of the tree is hashed from; `index` is the ticket's number less one (section 3)."""
    return u64("index", index) + need_bytes("ref", ref)


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962's hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962's hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """RFC 6962's tree over leaves that come one by one; it keeps one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves (their data, not their hashes) after those already there."""
        sha256, size = hashlib.sha256, self.size
        push, pop = self._peaks.append, self._peaks.pop
        try:
            for data in leaves:
                node = sha256(b"\x00" + data).digest()
                # Each low 1 bit of the size is a finished subtree as large as the one just made.
                full = size
                while full & 1:
                    node = sha256(b"\x01" + pop() + node).digest()
                    full >>= 1
                push(node)
                size += 1
        finally:
            self.size = size

    def root(self) -> bytes:
        """The root over all leaves so far; more may be added afterwards."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


class TicketTree:
    """The tree over a draw's tickets, fed with refs in order of ticket number (section 3)."""

    def __init__(self) -> None:
        self._tree = MerkleTree()

    @property
    def total(self) -> int:
        """How many tickets were added."""
        return self._tree.size

    def extend(self, refs: Iterable[bytes]) -> None:
        """Add the next tickets; BadValue at a ref that is not 32 bytes (those before it are added)."""
        self._tree.extend(ticket_leaf(index, ref) for index, ref in enumerate(refs, self.total))

    def root(self) -> bytes:
        """The root over all tickets so far."""
        return self._tree.root()


def ticket_root(refs: Iterable[bytes]) -> bytes:
    """The root over a whole list of refs."""
    tree = TicketTree()
    tree.extend(refs)
    return tree.root()


class PackedRefs:
    """A list of refs kept as one run of bytes: 32 MB for a million tickets instead of a million objects."""

    def __init__(self, packed: bytes) -> None:
        if not isinstance(packed, bytes) or len(packed) % HASH_BYTES:
            raise BadValue("packed", f"a multiple of {HASH_BYTES} bytes")
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // HASH_BYTES

    def __getitem__(self, index: int) -> bytes:
        if not 0 <= index < len(self):
            raise IndexError("no such ticket")
        return self._packed[HASH_BYTES * index : HASH_BYTES * (index + 1)]

    def __iter__(self) -> Iterator[bytes]:
        return (self._packed[i : i + HASH_BYTES] for i in range(0, len(self._packed), HASH_BYTES))


# -------------------- Winners (section 4)

PICK = b"lucky11/1/pick"


class BadList(FairnessError):
    """A ticket list that winners cannot be picked from."""


class Refs(Protocol):
    """A ticket list: its length and the ref at an index from 0. A list is one; so is PackedRefs."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> bytes: ...


def pick_key(mode: Mode, freeze_hash: bytes, signature: bytes, server_seed: bytes) -> bytes:
    """`prk`: the key of all a draw's numbers; `signature` is the round's, empty in local mode.

    It does not verify the signature. BadValue for a wrong length.
    """
    randomness = b""
    if need_signature(mode, signature):
        randomness = hashlib.sha256(signature).digest()
    message = b"lucky11/1/prk" + u8(mode) + randomness + need_bytes("server_seed", server_seed)
    return hmac.digest(need_bytes("freeze_hash", freeze_hash), message, "sha256")


def candidates(prk: bytes, total: int) -> Iterator[int]:
    """The endless numbers rolled for a list of `total` tickets; some are `total` or more and win nothing."""
    need_bytes("prk", prk)
    bits = (need_int("total", total, low=1) - 1).bit_length()
    return (top_bits(hmac.digest(prk, PICK + i.to_bytes(8, "big"), "sha256"), bits) for i in count())


def top_bits(digest: bytes, bits: int) -> int:
    """The top 0 … 64 bits of the first 8 bytes: no division, so every number is equally likely."""
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def pick_winners(
    prk: bytes, refs: Refs, *, winners: int, reserves: int, policy: Policy, holders: int | None = None
) -> list[int]:
    """The ticket index of each place, winners first, then reserves; fewer places if the players run out.

    `holders` is how many different refs the list has, exactly (too few would lose places unseen); left out,
    it is counted no further than needed. BadList for no tickets or too many `holders`, BadValue otherwise.
    """
    total = len(refs)
    if not total:
        raise BadList("A draw without tickets has no winners.")
    limit = need_places(winners, reserves)
    need_member("policy", policy, Policy)
    if holders is not None:
        need_int("holders", holders, low=1, high=total)
    if policy is Policy.ONE_PRIZE_PER_TICKET:
        eligible = total
    else:
        eligible = count_holders(refs, limit) if holders is None else holders
    return fill_places(candidates(prk, total), refs, min(limit, eligible), policy)


def count_holders(refs: Refs, limit: int) -> int:
    """How many different refs the list has, counted up to `limit`: memory for `limit` refs is enough."""
    seen: set[bytes] = set()
    for index in range(len(refs)):
        seen.add(need_bytes("ref", refs[index]))
        if len(seen) >= limit:
            break
    return len(seen)


def fill_places(numbers: Iterable[int], refs: Refs, places: int, policy: Policy) -> list[int]:
    """Give each place to the first number whose ticket exists and whose holder (or ticket) has not won.

    Fewer places come back if the numbers end; BadList if no ticket is left that could win.
    """
    per_player = policy is Policy.ONE_PRIZE_PER_PLAYER
    left = len(refs)
    spent = bytearray(left)  # also spares a lazy list a second look at a ticket
    won: set[bytes | int] = set()
    filled: list[int] = []
    for number in numbers:
        if number >= len(spent) or spent[number]:
            continue
        spent[number] = 1
        left -= 1
        key = need_bytes("ref", refs[number]) if per_player else number
        if key not in won:
            won.add(key)
            filled.append(number)
            if len(filled) == places:
                break
        if not left:
            raise BadList("The list has fewer holders than were counted.")
    return filled


# -------------------- BLS12-381: is this signature of a round the beacon’s own?

# A signature is a point S of the curve's first group G1, a public key a point K of its second group G2. The
# round is signed by K if e(S, G) = e(H, K): G is the group's generator, H the round's message hashed to G1
# (RFC 9380), e the pairing. Coordinates of both groups are numbers a + b·u, u² = -1, written (a, b).

BLS_X = -0xD201000000010000  # the number that the curve is made from
BLS_R = BLS_X**4 - BLS_X**2 + 1  # how many points each group has, a prime
BLS_P = (BLS_X - 1) ** 2 * BLS_R // 3 + BLS_X  # coordinates are counted modulo this prime

Fp2 = tuple[int, int]
Point = Optional[tuple[Fp2, Fp2]]  # x and y; None is the point at infinity
Fp12 = tuple[Fp2, ...]  # six coefficients of powers of w, w⁶ = 1 + u

_P = BLS_P
_HALF = (_P - 1) // 2
_ONE12: Fp12 = ((1, 0),) + ((0, 0),) * 5
G1_B: Fp2 = (4, 0)  # G1 lies on y² = x³ + 4
G2_B: Fp2 = (4, 4)  # G2 lies on y² = x³ + 4 + 4u
G2_BYTES = 96


class BadRound(FairnessError):
    """A beacon's round that its chain did not sign; its text says what is wrong with it."""


def _mul2(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] * b[0] - a[1] * b[1]) % _P, (a[0] * b[1] + a[1] * b[0]) % _P


def _add2(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] + b[0]) % _P, (a[1] + b[1]) % _P


def _sub2(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] - b[0]) % _P, (a[1] - b[1]) % _P


def _times2(a: Fp2, factor: int) -> Fp2:
    return a[0] * factor % _P, a[1] * factor % _P


def _inverse2(a: Fp2) -> Fp2:
    norm = pow(a[0] * a[0] + a[1] * a[1], -1, _P)
    return a[0] * norm % _P, -a[1] * norm % _P


def _power2(a: Fp2, exponent: int) -> Fp2:
    result = (1, 0)
    for bit in bin(exponent)[2:]:
        result = _mul2(result, result)
        if bit == "1":
            result = _mul2(result, a)
    return result


def _root(a: int) -> int | None:
    """A square root modulo the prime, None if there is none."""
    root = pow(a, (_P + 1) // 4, _P)
    return root if root * root % _P == a % _P else None


def _root2(a: Fp2) -> Fp2 | None:
    """A square root among the numbers a + b·u, None if there is none."""
    norm = _root(a[0] * a[0] + a[1] * a[1])
    if norm is None:
        return None
    for length in (norm, -norm):
        real = _root((a[0] + length) * (_P + 1) // 2)
        if real:
            root = (real, a[1] * pow(2 * real, -1, _P) % _P)
            if _mul2(root, root) == a:
                return root
    imaginary = _root(-a[0]) if not a[1] else None
    return None if imaginary is None else (0, imaginary)


def _slope(a: tuple[Fp2, Fp2], b: tuple[Fp2, Fp2]) -> Fp2 | None:
    """Of the line through two points of a curve, or of the tangent; None if it is vertical."""
    if a[0] != b[0]:
        return _mul2(_sub2(b[1], a[1]), _inverse2(_sub2(b[0], a[0])))
    if a[1] != b[1] or a[1] == (0, 0):
        return None
    return _mul2(_times2(_mul2(a[0], a[0]), 3), _inverse2(_times2(a[1], 2)))


def _third(a: tuple[Fp2, Fp2], b: tuple[Fp2, Fp2], slope: Fp2) -> tuple[Fp2, Fp2]:
    """The sum of two points, given the slope of the line through them."""
    x = _sub2(_sub2(_mul2(slope, slope), a[0]), b[0])
    return x, _sub2(_mul2(slope, _sub2(a[0], x)), a[1])


def point_add(a: Point, b: Point) -> Point:
    """The sum of two points of the same group."""
    if a is None or b is None:
        return b if a is None else a
    slope = _slope(a, b)
    return None if slope is None else _third(a, b, slope)


def point_negative(a: Point) -> Point:
    """The point whose sum with this one is infinity."""
    return None if a is None else (a[0], _sub2((0, 0), a[1]))


def point_multiply(a: Point, factor: int) -> Point:
    """The point added to itself `factor` times (0 or more); it leaks secrets by its time."""
    result: Point = None
    for bit in bin(factor)[2:]:
        result = point_add(result, result)
        if bit == "1":
            result = point_add(result, a)
    return result


def _is_larger(y: Fp2) -> bool:
    """Whether this is the larger of a point's two possible y, as the encoding's third bit says."""
    return y[1] > _HALF if y[1] else y[0] > _HALF


def compress_g1(point: Point) -> bytes:
    """A point of G1 in its 48 bytes."""
    if point is None:
        return bytes([0xC0]) + bytes(SIGNATURE_BYTES - 1)
    flags = 0xA0 if _is_larger(point[1]) else 0x80
    return (point[0][0] | flags << 376).to_bytes(SIGNATURE_BYTES, "big")


def compress_g2(point: Point) -> bytes:
    """A point of G2 in its 96 bytes."""
    if point is None:
        return bytes([0xC0]) + bytes(G2_BYTES - 1)
    flags = 0xA0 if _is_larger(point[1]) else 0x80
    return (((point[0][1] | flags << 376) << 384) | point[0][0]).to_bytes(G2_BYTES, "big")


def decompress(data: bytes, what: str) -> Point:
    """The point of G1 (48 bytes) or G2 (96 bytes) with this encoding; BadRound unless it is the only one.

    Not infinity, on the curve and in the group of prime order: a forgery outside it would pass the pairing.
    """
    if not isinstance(data, bytes) or len(data) not in (SIGNATURE_BYTES, G2_BYTES):
        raise BadRound(f"{what} has the wrong length.")
    flags = data[0] >> 5
    if not flags & 4:
        raise BadRound(f"{what} is not a compressed point.")
    if flags & 2:
        raise BadRound(f"{what} is the point at infinity, which signs nothing.")
    words = [int.from_bytes(data[i : i + 48], "big") for i in range(0, len(data), 48)]
    words[0] &= (1 << 381) - 1
    if max(words) >= _P:
        raise BadRound(f"{what} is not written in the one way a point is written.")
    x = (words[-1], words[0] if len(words) == 2 else 0)
    point = _point_at(x, G1_B if len(words) == 1 else G2_B, bool(flags & 1))
    if point is None:
        raise BadRound(f"{what} is not a point of the curve.")
    if point_multiply(point, BLS_R) is not None:
        raise BadRound(f"{what} is a point of the curve outside the group that signatures come from.")
    return point


def _point_at(x: Fp2, b: Fp2, larger: bool) -> Point:
    square = _add2(_mul2(_mul2(x, x), x), b)
    if b == G1_B:
        real = _root(square[0])
        y = None if real is None else (real, 0)
    else:
        y = _root2(square)
    if y is None:
        return None
    return (x, y) if _is_larger(y) == larger else (x, _sub2((0, 0), y))


# Hashing to G1, RFC 9380: expand_message_xmd (5.3.1), the simplified SWU map (6.6.2) onto a curve that an
# 11-isogeny (E.2) leads to G1's, and the clearing of the cofactor (7, 8.8.1).

ROUND_DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_SSWU_A = 0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
_SSWU_B = 0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
_SSWU_Z = 11
_H_EFF = 1 - BLS_X


def _coefficients(digits: str) -> tuple[int, ...]:
    """Numbers of 96 digits each, from degree 0 upward."""
    return tuple(int(digits[i : i + 96], 16) for i in range(0, len(digits), 96))


_X_NUM = _coefficients(
    "11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7"
    "17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bb"
    "0d54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0"
    "1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861"
    "0e99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9"
    "1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983"
    "0d6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84"
    "17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88e"
    "080d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317"
    "169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9e"
    "10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7b"
    "06e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229"
)
_X_DEN = _coefficients(
    "08ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c"
    "12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bff"
    "0b2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19"
    "03425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8"
    "13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21e"
    "0e7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5"
    "0772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3a"
    "14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5e"
    "0a10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641"
    "095fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0a"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001"
)
_Y_NUM = _coefficients(
    "090d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33"
    "134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696"
    "00cc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6"
    "01f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cb"
    "08cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedb"
    "16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0"
    "04ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2"
    "0987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29"
    "09fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587"
    "0e1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30"
    "19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132"
    "18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8e"
    "0b182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8"
    "0245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133"
    "05c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224b"
    "15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604"
)
_Y_DEN = _coefficients(
    "16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1"
    "1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03d"
    "058df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2"
    "16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416"
    "0be0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001d"
    "08d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7ac"
    "166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775c"
    "16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9"
    "1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4a"
    "167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55"
    "04d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8"
    "0accbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092"
    "0ad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345cc"
    "02660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7"
    "0e0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8f"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001"
)


def hash_to_g1(message: bytes, dst: bytes = ROUND_DST) -> Point:
    """The point of G1 that a message stands for (RFC 9380, BLS12381G1_XMD:SHA-256_SSWU_RO)."""
    uniform = _expand_message(message, dst, 128)
    halves = [int.from_bytes(uniform[i : i + 64], "big") % _P for i in (0, 64)]
    return point_multiply(point_add(_map_to_curve(halves[0]), _map_to_curve(halves[1])), _H_EFF)


def _expand_message(message: bytes, dst: bytes, length: int) -> bytes:
    suffix = dst + bytes([len(dst)])
    first = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    block, blocks = bytes(32), b""
    for i in range(1, length // 32 + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block))
        block = hashlib.sha256(mixed + bytes([i]) + suffix).digest()
        blocks += block
    return blocks


def _map_to_curve(u: int) -> Point:
    zu2 = _SSWU_Z * u * u % _P
    spread = (zu2 * zu2 + zu2) % _P
    scale = 1 + pow(spread, -1, _P) if spread else -pow(_SSWU_Z, -1, _P)
    x = -_SSWU_B * pow(_SSWU_A, -1, _P) * scale % _P
    y = _root(x * x * x + _SSWU_A * x + _SSWU_B)
    if y is None:
        x = zu2 * x % _P
        y = _root(x * x * x + _SSWU_A * x + _SSWU_B)
    assert y is not None  # one of the two always has a root
    return _isogeny(x, y if y & 1 == u & 1 else _P - y)


def _isogeny(x: int, y: int) -> Point:
    x_den, y_den = _evaluate(_X_DEN, x), _evaluate(_Y_DEN, x)
    if not x_den or not y_den:
        return None
    to_x = _evaluate(_X_NUM, x) * pow(x_den, -1, _P) % _P
    to_y = y * _evaluate(_Y_NUM, x) * pow(y_den, -1, _P) % _P
    return (to_x, 0), (to_y, 0)


def _evaluate(polynomial: tuple[int, ...], x: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = (value * x + coefficient) % _P
    return value


# The pairing: Miller's loop over the digits of BLS_X, then a power that leaves 1 for a right signature.


def _mul12(a: Fp12, b: Fp12) -> Fp12:
    real, imaginary = [0] * 12, [0] * 12
    for i, (a0, a1) in enumerate(a):
        if not a0 and not a1:
            continue
        for j, (b0, b1) in enumerate(b, i):
            real[j] += a0 * b0 - a1 * b1
            imaginary[j] += a0 * b1 + a1 * b0
    return tuple(
        (
            (real[k] + real[k + 6] - imaginary[k + 6]) % _P,
            (imaginary[k] + real[k + 6] + imaginary[k + 6]) % _P,
        )
        for k in range(6)
    )


def _conjugate12(a: Fp12) -> Fp12:
    """`a` to the power of p⁶; the inverse, once `a` is a ratio of such conjugates."""
    return tuple(_sub2((0, 0), c) if i & 1 else c for i, c in enumerate(a))


_FROBENIUS = [_power2((1, 1), i * (_P - 1) // 6) for i in range(6)]


def _frobenius12(a: Fp12) -> Fp12:
    """`a` to the power of p."""
    return tuple(_mul2((c[0], -c[1]), _FROBENIUS[i]) for i, c in enumerate(a))


def _inverse12(a: Fp12) -> Fp12:
    conjugate = _conjugate12(a)
    x, _, y, _, z, _ = _mul12(a, conjugate)  # in the subfield of w², whose inverses have a short formula
    xi = (1, 1)
    p = _sub2(_mul2(x, x), _mul2(xi, _mul2(y, z)))
    q = _sub2(_mul2(xi, _mul2(z, z)), _mul2(x, y))
    r = _sub2(_mul2(y, y), _mul2(x, z))
    norm = _add2(_mul2(x, p), _mul2(xi, _add2(_mul2(z, q), _mul2(y, r))))
    over = _inverse2(norm)
    zero = (0, 0)
    return _mul12((_mul2(p, over), zero, _mul2(q, over), zero, _mul2(r, over), zero), conjugate)


def _power12(a: Fp12, exponent: int) -> Fp12:
    result = a
    for bit in bin(exponent)[3:]:
        result = _mul12(result, result)
        if bit == "1":
            result = _mul12(a, result)
    return result


def _line(at: tuple[Fp2, Fp2], a: tuple[Fp2, Fp2], slope: Fp2) -> Fp12:
    """The line through `a` of G2 with this slope, at a point of G1; its factor w³ goes in the last power."""
    zero = (0, 0)
    constant = _sub2(_mul2(slope, a[0]), a[1])
    return constant, zero, _times2(slope, -at[0][0]), at[1], zero, zero


def pairing_is_one(pairs: Sequence[tuple[Point, Point]]) -> bool:
    """Whether the pairings of these points (of G1, of G2) multiply to 1; all must be in their groups."""
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    running = [b for _, b in known]
    value = _ONE12
    for bit in bin(-BLS_X)[3:]:
        value = _mul12(value, value)
        for i, (a, b) in enumerate(known):
            steps = [running[i]] if bit == "0" else [running[i], b]
            for step in steps:
                slope = _slope(running[i], step)
                assert slope is not None  # multiples below the group's prime order
                value = _mul12(_line(a, running[i], slope), value)
                running[i] = _third(running[i], step, slope)
    return _final_power(value) == _ONE12


def _final_power(a: Fp12) -> Fp12:
    """`a` to the power of 3 (p¹² - 1) / r, by (x - 1)² (x + p) (x² + p² - 1) + 3 = 3 (p⁴ - p² + 1) / r."""
    a = _mul12(_conjugate12(a), _inverse12(a))
    a = _mul12(_frobenius12(_frobenius12(a)), a)
    b = _power12(_power12(a, 1 - BLS_X), 1 - BLS_X)
    b = _mul12(_conjugate12(_power12(b, -BLS_X)), _frobenius12(b))
    squared = _frobenius12(_frobenius12(b))
    b = _mul12(_mul12(_power12(_power12(b, -BLS_X), -BLS_X), squared), _conjugate12(b))
    return _mul12(b, _mul12(a, _mul12(a, a)))


BEACON_SCHEME = "bls-unchained-g1-rfc9380"


@dataclass(frozen=True)
class Chain:
    """A drand beacon whose rounds are accepted; `period` and `genesis` in (Unix) seconds.

    BadValue unless `chain_hash` is the hash of the rest, so a mistyped key cannot survive.
    """

    name: str
    chain_hash: bytes
    scheme: str
    period: int
    genesis: int
    public_key: bytes
    group_hash: bytes

    def __post_init__(self) -> None:
        need_text("name", self.name)
        if self.scheme != BEACON_SCHEME:
            raise BadValue("scheme", BEACON_SCHEME)
        need_int("period", self.period, low=1, high=MAX_U32)
        need_int("genesis", self.genesis)
        need_bytes("public_key", self.public_key, G2_BYTES)
        need_bytes("group_hash", self.group_hash)
        if need_bytes("chain_hash", self.chain_hash) != self.own_hash():
            raise BadValue("chain_hash", "the hash of the chain's other parameters")

    def own_hash(self) -> bytes:
        """The chain's hash, as drand computes it from its parameters."""
        name = b"" if self.name == "default" else self.name.encode("utf-8")
        numbers = self.period.to_bytes(4, "big") + self.genesis.to_bytes(8, "big")
        return hashlib.sha256(numbers + self.public_key + self.group_hash + name).digest()

    def round_at(self, time: int) -> int:
        """`R(t)`: the first round at or after this time; BadValue out of range."""
        return beacon_round(time, self.genesis, self.period)

    def round_time(self, round: int) -> int:
        """When the round is published, in Unix seconds; BadValue below 1."""
        return self.genesis + (need_int("round", round, low=1) - 1) * self.period


QUICKNET = Chain(
    name="quicknet",
    chain_hash=bytes.fromhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
    scheme=BEACON_SCHEME,
    period=3,
    genesis=1692803367,
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    group_hash=bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
)
G2_GENERATOR = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)


@lru_cache(maxsize=16)
def key_point(public_key: bytes) -> Point:
    """The point of G2 with this encoding (96 bytes), remembered; BadRound if there is none."""
    if len(public_key) != G2_BYTES:
        raise BadRound("The chain's public key has the wrong length.")
    return decompress(public_key, "The chain's public key")


def round_message(round: int) -> bytes:
    """What a beacon signs for a round; BadValue below 1 or above 2**53 - 1."""
    return hashlib.sha256(u64("round", round, low=1)).digest()


def verify_round(chain: Chain, round: int, signature: bytes) -> None:
    """Return if the chain signed this round with these 48 bytes; BadRound, with a sentence, if not."""
    if type(round) is not int or not 1 <= round <= MAX_INTEGER:
        raise BadRound(f"A round is a whole number from 1 to {MAX_INTEGER}.")
    if not isinstance(signature, bytes) or len(signature) != SIGNATURE_BYTES:
        raise BadRound(f"A round's signature is exactly {SIGNATURE_BYTES} bytes.")
    key, generator = key_point(chain.public_key), key_point(G2_GENERATOR)
    point = decompress(signature, "The signature")
    hashed = hash_to_g1(round_message(round))
    if not pairing_is_one([(point_negative(point), generator), (hashed, key)]):
        raise BadRound(f"The signature is not {chain.name}'s signature of round {round}.")


# -------------------- The document, read strictly

MAX_DOCUMENT = 256 * 1024 * 1024  # bytes
MAX_TEXT = 1024 * 1024  # bytes of one text
MAX_ITEMS = 4096  # of a list other than the tickets'; a draw has 1,000 places and fewer re-draws
SLICE = 4096  # tickets read or hashed at once
DRAW_VERSION, DRAW_VERSION_1_1 = "lucky11-draw/1", "lucky11-draw/1.1"
LOG_VERSION, LOG_VERSION_1_1 = "lucky11-log/1", "lucky11-log/1.1"

_SPACE = re.compile(rb"[ \t\n\r]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(rb"(?:null|true|false)\b")
_HEX = re.compile("[0-9a-f]*")
_REF = re.compile(rb'"[0-9a-f]{64}"')
_REFS = re.compile(rb'(?:"[0-9a-f]{64}",\n?){1,%d}' % SLICE)

Progress = Callable[[str, float], None]  # hears a step's name and how much of it is done, 0 to 1
Buffer = Union[bytes, mmap]


class BadDocument(FairnessError):
    """A document that is JSON, but not as protocol v1 writes it."""


class Unreadable(BadDocument):
    """Something that is no JSON text at all, or too large."""


@dataclass(frozen=True)
class Opened:
    """The open record as a document shows it; its parts are read, not yet checked."""

    seq: int
    mode: Mode
    closes_at: int
    freeze_by: int
    beacon: dict[str, Any] | None
    winners: int
    reserves: int
    policy: Policy
    terms: dict[str, Any]
    seed_commit: bytes
    open_hash: bytes

    def digest(self, draw_id: bytes) -> bytes:
        """The open hash that these parts give."""
        return open_digest(
            draw_id,
            self.seq,
            self.mode,
            (self.closes_at, self.freeze_by),
            (self.beacon["chain_hash"], self.beacon["scheme"], self.beacon["round"]) if self.beacon else None,
            (self.winners, self.reserves),
            self.policy,
            canonical_terms(self.terms),
            self.seed_commit,
        )


@dataclass(frozen=True)
class Frozen:
    """The freeze record as a document shows it."""

    root: bytes
    total: int
    freeze_hash: bytes


@dataclass(frozen=True)
class Listed:
    """The ticket list of a draw that was void before freezing (version 1.1)."""

    root: bytes
    total: int


@dataclass(frozen=True)
class Passed:
    """What happened to a prize after the draw (version 1.1): `to` is None when it went to nobody."""

    failed: int
    reserve: int | None
    code: PassCode
    reason: str

    def digest(self, result: bytes) -> bytes:
        """The hash of its record in the log."""
        if self.reserve is None:
            return lapse_hash(result, self.failed, self.reason)
        return redraw_hash(result, self.failed, self.reserve, self.reason)


@dataclass(frozen=True)
class SignedRound:
    """The beacon's round as a document shows it."""

    round: int
    signature: bytes


@dataclass(frozen=True)
class Voided:
    """The void record as a document shows it."""

    code: VoidCode
    reason: str
    record_hash: bytes


@dataclass(frozen=True)
class Logged:
    """A record of the site's log; `draw_id` and `seq` (of an open record) stand only in the whole log."""

    n: int
    time: int
    kind: str
    record_hash: bytes
    prev: bytes
    head: bytes
    draw_id: bytes = b""
    seq: int | None = None

    def own_head(self) -> bytes:
        """The head that this record gives after the one before it."""
        return log_head(self.prev, self.n, self.time, self.kind, self.record_hash)


@dataclass(frozen=True)
class Document:
    """A draw's document (`lucky11-draw/1` or `/1.1`), read; the last two parts came with version 1.1."""

    v: str
    draw_id: bytes
    open: Opened
    server_seed: bytes | None
    entries: PackedRefs | None
    freeze: Frozen | None
    beacon: SignedRound | None
    winners: list[int] | None
    result_hash: bytes | None
    void: Voided | None
    log: list[Logged]
    listed: Listed | None = None
    passes: list[Passed] | None = None

    @property
    def listing(self) -> Frozen | Listed | None:
        """The ticket list that the document shows, frozen or not."""
        return self.freeze or self.listed

    def list_hash(self) -> bytes | None:
        """The freeze hash of that list, or the one that it would have had."""
        if self.freeze or not self.listed:
            return self.freeze.freeze_hash if self.freeze else None
        listed, opened = self.listed, self.open
        return freeze_hash(opened.mode, opened.open_hash, listed.root, listed.total, self.server_seed)

    def hashes(self) -> Iterator[tuple[str, bytes]]:
        """Every hash that somebody may have kept, with what it is."""
        yield "the seed's commitment", self.open.seed_commit
        yield "the open hash", self.open.open_hash
        if self.freeze:
            yield "the freeze hash", self.freeze.freeze_hash
        if self.listing:
            yield "the root of the ticket list", self.listing.root
        if self.result_hash:
            yield "the result hash", self.result_hash
        if self.void:
            yield "the hash of the void record", self.void.record_hash
        for record in self.log:
            yield f"the hash of the log's record {record.n} ({record.kind})", record.record_hash
            yield f"the log's head after record {record.n} ({record.kind})", record.head
            yield f"the log's head before record {record.n} ({record.kind})", record.prev


class Reader:
    """Reads JSON by a known shape, so that nothing else is ever built: no other key, type, depth or form."""

    def __init__(self, data: Buffer, progress: Progress | None = None) -> None:
        self.data = data
        self.at = 0
        self.where = "the document"
        self.progress = progress

    def refuse(self, rule: str) -> BadDocument:
        """The error that the value being read is not as it must be."""
        name = self.where.capitalize() if self.where.startswith("the ") else f"“{self.where}”"
        return BadDocument(f"{name} is not {rule}.")

    def broken(self) -> Unreadable:
        """The error that this is not JSON."""
        if self.at >= len(self.data):
            return Unreadable("This is not a whole document: it ends too early.")
        return Unreadable(f"This is not JSON: something else stands at byte {self.at + 1}.")

    def peek(self) -> bytes:
        """The next byte that is not space; empty at the end."""
        self.at = _end(_SPACE.match(self.data, self.at))
        return self.data[self.at : self.at + 1]

    def takes(self, mark: bytes) -> bool:
        """Step over this mark, if it comes next."""
        if self.peek() != mark:
            return False
        self.at += 1
        return True

    def need(self, mark: bytes) -> None:
        """Step over this mark; Unreadable if another thing comes next."""
        if not self.takes(mark):
            raise self.broken()

    def must_be(self, mark: bytes, rule: str) -> None:
        """The value that comes next must begin with this mark."""
        if self.peek() != mark:
            raise self.misplaced(rule)

    def misplaced(self, rule: str) -> BadDocument:
        """The error for what comes next: a value of another type, or nothing that begins a value."""
        begins = self.peek() in (b'"', b"[", b"{")
        if begins or _NUMBER.match(self.data, self.at) or _WORD.match(self.data, self.at):
            return self.refuse(rule)
        return self.broken()

    def members(self, shape: Mapping[str, Callable[[], Any]], optional: frozenset[str] = frozenset()) -> Any:
        """An object with exactly these keys, each read by its function."""
        self.must_be(b"{", "an object")
        self.at += 1
        outer, values = self.where, dict[str, Any]()
        prefix = "" if outer.startswith("the ") else outer + "."
        if not self.takes(b"}"):
            while True:
                key = self.key()
                if key in values:
                    raise BadDocument(f"“{prefix}{key}” stands there twice.")
                if key not in shape:
                    raise BadDocument(f"“{prefix}{plain(key[:40])}” is no key of this document.")
                self.where = prefix + key
                values[key] = shape[key]()
                self.where = outer
                if not self.takes(b","):
                    break
            self.need(b"}")
        for key in shape:
            if key not in values and key not in optional:
                raise BadDocument(f"“{prefix}{key}” is missing.")
        return values

    def key(self) -> str:
        """The key of the next member, and its colon."""
        if self.peek() != b'"':
            raise self.broken()
        key = self.raw_text()
        self.need(b":")
        return key

    def items(self, read: Callable[[], Any], most: int = MAX_ITEMS) -> Iterator[Any]:
        """A list, item by item."""
        self.must_be(b"[", "a list")
        self.at += 1
        where = self.where
        if self.takes(b"]"):
            return
        for index in range(most):
            self.where = f"{where}[{index}]"
            yield read()
            if not self.takes(b","):
                self.need(b"]")
                self.where = where
                return
        self.where = where
        raise self.refuse(f"a list of at most {most} items")

    def raw_text(self) -> str:
        """A string, from its opening quote to its closing one."""
        start = self.at = self.at + 1
        while True:
            self.at = _end(_PLAIN.match(self.data, self.at))
            if self.at - start > MAX_TEXT:
                raise self.refuse(f"a text of at most {MAX_TEXT} bytes")
            mark = self.data[self.at : self.at + 1]
            if mark == b'"':
                break
            if mark != b"\\":
                raise self.broken()
            self.at += 2
        raw = self.data[start : self.at]
        self.at += 1
        try:
            text = raw.decode("utf-8")
            unescaped = str(json.loads(f'"{text}"')) if "\\" in text else text
        except ValueError:
            raise Unreadable(f"This is not JSON: the text that ends at byte {self.at} is broken.") from None
        try:
            need_text("text", unescaped)
        except BadValue:
            raise self.refuse("text without lone surrogates") from None
        return unescaped

    def text(self) -> str:
        """A string."""
        self.must_be(b'"', "a text")
        return self.raw_text()

    def reason(self) -> str:
        """A text that says something."""
        text = self.text()
        if not text.strip(BLANK):
            raise self.refuse("a text that says something")
        return text

    def positive(self) -> int:
        """A whole number from 1 to 2**53 - 1."""
        number = self.integer()
        if not number:
            raise self.refuse(f"a whole number from 1 to {MAX_INTEGER}")
        return number

    def integer(self) -> int:
        """A whole number from 0 to 2**53 - 1, written in digits only."""
        self.peek()
        found = _NUMBER.match(self.data, self.at)
        if not found:
            raise self.misplaced(_WHOLE)
        digits = found.group()
        self.at = found.end()
        if not digits.isdigit() or len(digits) > 16 or int(digits) > MAX_INTEGER:
            raise self.refuse(_WHOLE)
        return int(digits)

    def hex(self, length: int = HASH_BYTES) -> bytes:
        """So many bytes in lower-case hex."""
        text = self.text()
        if len(text) != 2 * length or not _HEX.fullmatch(text):
            raise self.refuse(f"{2 * length} digits of lower-case hex")
        return bytes.fromhex(text)

    def member(self, kind: type[Label]) -> Callable[[], Label]:
        """A choice, written as its label."""

        def read() -> Label:
            try:
                return kind.from_label(self.text())
            except BadValue:
                raise self.refuse("one of " + ", ".join(choice.label for choice in kind)) from None

        return read

    def one_of(self, *texts: str) -> Callable[[], str]:
        """One of these texts."""

        def read() -> str:
            text = self.text()
            if text not in texts:
                raise self.refuse(" or ".join(texts))
            return text

        return read

    def maybe(self, read: Callable[[], Any]) -> Any:
        """A value or null."""
        if self.peek() == b"n" and _WORD.match(self.data, self.at):
            self.at += 4
            return None
        return read()

    def end(self) -> None:
        """Nothing more may follow."""
        if self.peek():
            raise Unreadable(f"This is not JSON: something follows its end at byte {self.at + 1}.")

    def refs(self) -> PackedRefs:
        """The ticket list, packed."""
        self.must_be(b"[", "a list")
        self.at += 1
        packed: list[bytes] = []
        number = 0
        more = not self.takes(b"]")
        while more:
            run = _REFS.match(self.data, self.at)
            if run:
                packed.append(unhexlify(run.group().translate(None, b'",\n')))
                self.at = run.end()
                number += len(packed[-1]) // HASH_BYTES
                if self.progress:
                    self.progress("document", self.at / len(self.data))
            packed.append(self.ref(number))
            number += 1
            more = self.takes(b",")
            if not more:
                self.need(b"]")
        return PackedRefs(b"".join(packed))

    def ref(self, index: int) -> bytes:
        """One ticket of the list."""
        self.where = f"entries[{index}]"
        self.must_be(b'"', "64 digits of lower-case hex")
        found = _REF.match(self.data, self.at)
        if not found:
            self.raw_text()  # a text that does not even end is another fault
            raise self.refuse("64 digits of lower-case hex")
        self.at = found.end()
        self.where = "entries"
        return unhexlify(found.group()[1:-1])


_WHOLE = f"a whole number from 0 to {MAX_INTEGER}, in digits only"


def _end(found: re.Match[bytes] | None) -> int:
    assert found is not None  # the pattern also matches nothing
    return found.end()


def plain(text: str) -> str:
    """The text without what could move a terminal's cursor or turn its direction."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def read_document(data: Buffer, progress: Progress | None = None) -> Document:
    """The document in these bytes (at most 256 MB); BadDocument or Unreadable, with a sentence."""
    if len(data) > MAX_DOCUMENT:
        raise Unreadable(f"The document has more than {MAX_DOCUMENT} bytes.")
    reader = Reader(data, progress)
    if reader.peek() != b"{":
        raise Unreadable("This is not a document: it is empty." if not reader.peek() else _NO_DOCUMENT)
    values = reader.members(_shape(reader), LATER_PARTS)
    reader.end()
    document = Document(**values)
    _need_version(document, set(values))
    _need_together(document)
    return document


def _need_version(doc: Document, keys: set[str]) -> None:
    later = doc.v == DRAW_VERSION_1_1
    for key in sorted(LATER_PARTS):
        if later and key not in keys:
            raise BadDocument(f"“{key}” is missing.")
        if not later and key in keys:
            raise BadDocument(f"“{key}” is no key of a document of version 1.")
    lapsed = any(record.kind == "lapse" for record in doc.log)
    if not later and (lapsed or not LATER_TERMS.isdisjoint(doc.open.terms)):
        raise BadDocument("A document of version 1 has a part of a later version.")


LATER_PARTS = frozenset({"listed", "passes"})
_NO_DOCUMENT = "This is not a document: it does not begin with a brace."


def _built(reader: Reader, kind: Callable[..., Any], /, **shape: Callable[[], Any]) -> Callable[[], Any]:
    """How an object with these keys is read into a record of this kind."""
    return lambda: kind(**reader.members(shape))


def _shape(reader: Reader) -> dict[str, Callable[[], Any]]:
    """The keys of a document and how each is read."""
    integer, digest, maybe = reader.integer, reader.hex, reader.maybe
    frozen = _built(reader, Frozen, root=digest, total=integer, freeze_hash=digest)
    signed = _built(reader, SignedRound, round=integer, signature=lambda: digest(SIGNATURE_BYTES))
    code = reader.member(VoidCode)
    void = _built(reader, Voided, code=code, reason=reader.reason, record_hash=digest)
    record = _built(reader, Logged, **_record_shape(reader))
    return {
        "v": reader.one_of(DRAW_VERSION, DRAW_VERSION_1_1),
        "draw_id": lambda: digest(DRAW_ID_BYTES),
        "open": _built(reader, Opened, **_open_shape(reader)),
        "server_seed": lambda: maybe(digest),
        "entries": lambda: maybe(reader.refs),
        "freeze": lambda: maybe(frozen),
        "beacon": lambda: maybe(signed),
        "winners": lambda: maybe(lambda: list(reader.items(integer))),
        "result_hash": lambda: maybe(digest),
        "void": lambda: maybe(void),
        "log": lambda: list(reader.items(record)),
        "listed": lambda: maybe(_built(reader, Listed, root=digest, total=reader.positive)),
        "passes": lambda: maybe(lambda: list(reader.items(lambda: _read_pass(reader)))),
    }


def _read_pass(reader: Reader) -> Passed:
    shape: dict[str, Callable[[], Any]] = {
        "from": reader.integer,
        "to": lambda: reader.maybe(reader.integer),
        "code": reader.member(PassCode),
        "reason": reader.reason,
    }
    values = reader.members(shape)
    return Passed(values["from"], values["to"], values["code"], values["reason"])


def _open_shape(reader: Reader) -> dict[str, Callable[[], Any]]:
    integer, digest = reader.integer, reader.hex
    beacon = _built(reader, dict, chain_hash=digest, scheme=reader.text, round=integer)
    return {
        "seq": reader.positive,
        "mode": reader.member(Mode),
        "closes_at": integer,
        "freeze_by": integer,
        "beacon": lambda: reader.maybe(beacon),
        "winners": integer,
        "reserves": integer,
        "policy": reader.member(Policy),
        "terms": lambda: _read_terms(reader),
        "seed_commit": digest,
        "open_hash": digest,
    }


def _record_shape(reader: Reader) -> dict[str, Callable[[], Any]]:
    return {
        "n": reader.positive,
        "time": reader.integer,
        "kind": reader.one_of(*LOG_KINDS),
        "record_hash": reader.hex,
        "prev": reader.hex,
        "head": reader.hex,
    }


def _read_terms(reader: Reader) -> dict[str, Any]:
    shape: dict[str, Callable[[], Any]] = {
        key: reader.text if key in STRING_TERMS else reader.integer for key in LATER_TERM_KEYS
    }
    terms: dict[str, Any] = reader.members(shape, LATER_TERMS)
    try:
        canonical_terms(terms)
    except BadTerms as error:
        raise BadDocument(f"open.terms: {error}") from None
    return terms


def _need_together(doc: Document) -> None:
    """What cannot stand in one document: parts that come only together, and parts that exclude each other."""
    places = doc.open.winners + doc.open.reserves
    beacon = doc.open.mode is Mode.BEACON
    seed_is_due = doc.winners is not None or (beacon and doc.freeze is not None) or doc.listed is not None
    later = doc.v == DRAW_VERSION_1_1
    for wrong, sentence in (
        (not 1 <= places <= MAX_PLACES, f"Winners and reserves together are not 1 to {MAX_PLACES}."),
        (beacon != (doc.open.beacon is not None), "The mode and open.beacon contradict each other."),
        (doc.freeze is not None and doc.listed is not None, "A list is frozen or not, and shown once."),
        ((doc.entries is None) != (doc.listing is None), "entries and freeze come only together."),
        (
            doc.listed is not None and doc.void is None,
            "Only a void draw has a list that is not frozen.",
        ),
        (later and (doc.passes is None) != (doc.winners is None), "passes come only with winners."),
        ((doc.winners is None) != (doc.result_hash is None), "winners and result_hash come only together."),
        (doc.winners is not None and doc.void is not None, "The draw has winners and is void."),
        (
            doc.winners is None and doc.void is None,
            "The draw is not finished: there is nothing to check yet.",
        ),
        (doc.winners is not None and doc.freeze is None, "There are winners, but no frozen list."),
        (doc.beacon is not None and not beacon, "A local draw has no beacon's round."),
        (doc.beacon is not None and doc.entries is None, "There is a beacon's round, but no frozen list."),
        (doc.winners is not None and beacon and doc.beacon is None, "The beacon's round is missing."),
        (seed_is_due and doc.server_seed is None, "server_seed is missing."),
    ):
        if wrong:
            raise BadDocument(sentence)


# -------------------- The steps of the check

STEPS = (
    *("document", "seed", "open", "times", "round", "beacon"),
    *("entries", "freeze", "limits", "winners", "result", "log", "timing", "void", "passes"),
)
NOT_PROVED = (
    "When the list was frozen, unless you or someone else kept its hash: the operator could otherwise have"
    " made the list up after the round. Give a hash that you kept to --witnessed.",
    "That accounts are different real people.",
    "That a ticket missing from the list was never sold: keep the confirmation of every ticket.",
    "That another audience sees the same log: compare the newest head with others.",
)
LOG_NOT_HASHED = (
    "Which draw a record is about (draw_id), and its number (seq), are the site's word: no hash of the log"
    " covers them. A draw's own document covers both."
)
LOCAL_LABEL = (
    "Operator-run draw. The arithmetic can be checked, but the operator could know or influence the result."
)
CLOCK_TOLERANCE = 3  # seconds by which a site's clock may be behind the beacon's
BEACON_PATIENCE = 7 * 86_400  # seconds that a draw waits for its round before it is void
KNOWN_REASONS = tuple(PASS_REASONS)  # what the site itself writes
UNOPENED = "RE-DRAWS NOT OPENED"


class StepFailed(FairnessError):
    """A step that does not hold; its text says why."""


@dataclass(frozen=True)
class Step:
    """One step's verdict, `pass`, `fail` or `skipped` (after the first that failed), with its sentence."""

    name: str
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Redrawn:
    """A re-draw of the log: its reserve is the next one, None when the prize went to nobody.

    In version 1 the rest shows only if a reason gives its hash.
    """

    n: int
    reserve: int | None
    failed: int | None
    reason: str | None
    prize: int | None = None


@dataclass
class Report:
    """What a check found. `failed` names the first step that does not hold, None if all hold.

    `values` holds the hashes computed on the way, in hex, and `winners`, the ticket index of each place;
    `voided_winners` what a void hid, where the round is known.
    """

    steps: list[Step] = field(default_factory=list)
    failed: str | None = None
    unreadable: bool = False
    document: Document | None = None
    values: dict[str, Any] = field(default_factory=dict)
    redraws: list[Redrawn] = field(default_factory=list)
    round_refused: str | None = None  # why a signature given by hand was not used

    @property
    def passed(self) -> bool:
        """Whether every step holds."""
        return self.failed is None

    @property
    def unopened(self) -> int:
        """How many prizes were passed on of which the document does not say from whom and why."""
        return sum(redrawn.reason is None for redrawn in self.redraws)


def check(
    data: Buffer,
    *,
    chain: Chain = QUICKNET,
    round_signature: bytes | None = None,
    reasons: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Check a document, step by step in the order of STEPS; it never raises for what the document says.

    `round_signature` shows what a draw voided after freezing would have given; `reasons` explain re-draws.
    """
    report = Report()
    try:
        report.document = read_document(data, progress)
    except BadDocument as error:
        report.unreadable = isinstance(error, Unreadable)
        _conclude(report, "document", error)
        return report
    del data
    _conclude(report, "document", "The document is complete and written as protocol v1 writes it.")
    steps = _Steps(report.document, report, chain, progress)
    steps.given, steps.reasons = round_signature, (*KNOWN_REASONS, *reasons)
    for name in STEPS[1:]:
        try:
            _conclude(report, name, "" if report.failed else getattr(steps, name)())
        except FairnessError as error:
            _conclude(report, name, error)
    return report


def _conclude(report: Report, name: str, outcome: str | FairnessError) -> None:
    if report.failed:
        report.steps.append(Step(name, "skipped", "Not looked at."))
    elif isinstance(outcome, str):
        report.steps.append(Step(name, "pass", outcome))
    else:
        report.failed = name
        report.steps.append(Step(name, "fail", str(outcome)))
    if name == "document" and report.failed:
        for later in STEPS[1:]:
            _conclude(report, later, "")


class _Steps:
    """One method for each step: it returns a sentence, or raises a FairnessError."""

    def __init__(self, doc: Document, report: Report, chain: Chain, progress: Progress | None) -> None:
        self.doc = doc
        self.report = report
        self.values = report.values
        self.chain = chain
        self.progress = progress or (lambda name, done: None)
        self.holders = 0
        self.given: bytes | None = None
        self.reasons: tuple[str, ...] = ()

    def same(self, name: str, computed: bytes, written: bytes, sentence: str) -> None:
        """Keep a computed hash, and fail if the document has another."""
        self.values[name] = computed.hex()
        if computed != written:
            raise StepFailed(sentence)

    def seed(self) -> str:
        doc = self.doc
        if doc.server_seed is None:
            return "The seed was never published, because the draw has no winners."
        commit = seed_commit(doc.draw_id, doc.server_seed)
        self.same("seed_commit", commit, doc.open.seed_commit, "The seed is not the one promised at opening.")
        return "The seed is the one that was promised when the draw opened."

    def open(self) -> str:
        opened = self.doc.open
        terms = canonical_terms(opened.terms)
        self.values["terms"] = hashlib.sha256(terms.encode("utf-8")).hexdigest()
        wrong = "The open record gives another hash: prize, price, limits, times or rules were changed."
        self.same("open_hash", opened.digest(self.doc.draw_id), opened.open_hash, wrong)
        return "Prize, price, limits, times and rules give the open hash, published before the first ticket."

    def times(self) -> str:
        opened = self.doc.open
        if not opened.closes_at <= opened.freeze_by <= opened.closes_at + MAX_FREEZE_WINDOW:
            raise StepFailed("The list need not be frozen within an hour after closing.")
        window = opened.freeze_by - opened.closes_at
        return f"The list had to be frozen at the latest {_several(window, 'second')} after closing."

    def round(self) -> str:
        opened = self.doc.open
        if opened.beacon is None:
            return "No beacon: this is an operator-run draw."
        accepted = (self.chain.chain_hash, self.chain.scheme)
        if (opened.beacon["chain_hash"], opened.beacon["scheme"]) != accepted:
            raise StepFailed(f"The beacon is not {self.chain.name}, the one that is accepted.")
        due = draw_round(opened.freeze_by, self.chain.genesis, self.chain.period)
        if opened.beacon["round"] != due:
            raise StepFailed(f"The round is {opened.beacon['round']}, but the draw's times give {due}.")
        return f"Round {due} of {self.chain.name} follows from the draw's times; nobody chose it."

    def beacon(self) -> str:
        doc = self.doc
        if doc.open.beacon is None:
            return LOCAL_LABEL
        if doc.beacon is None:
            return "The draw is void; the document holds no round."
        if doc.beacon.round != doc.open.beacon["round"]:
            raise StepFailed("The round is not the one promised when the draw opened.")
        verify_round(self.chain, doc.beacon.round, doc.beacon.signature)
        self.values["randomness"] = hashlib.sha256(doc.beacon.signature).hexdigest()
        return f"{self.chain.name} signed round {doc.beacon.round}; nobody could know this signature before."

    def entries(self) -> str:
        doc = self.doc
        if doc.listing is None or doc.entries is None:
            return "The list was never frozen."
        total = len(doc.entries)
        if total != doc.listing.total:
            raise StepFailed(
                f"The list has {_several(total, 'ticket')}, but {doc.listing.total:,} were frozen."
            )
        if not total:
            raise StepFailed("A list without tickets cannot be frozen.")
        tree, refs = TicketTree(), iter(doc.entries)
        while tree.total < total:
            tree.extend(islice(refs, SLICE))
            self.progress("entries", tree.total / total)
        wrong = "The list gives another root: a ticket was changed, added, removed or moved."
        self.same("root", tree.root(), doc.listing.root, wrong)
        return f"{_several(total, 'ticket')}, numbered without a gap, give the root of the list."

    def freeze(self) -> str:
        doc = self.doc
        if doc.listed:
            return "The list was never frozen; the void record covers it."
        if doc.freeze is None:
            return "The list was never frozen."
        seed, frozen = doc.server_seed, doc.freeze
        computed = freeze_hash(doc.open.mode, doc.open.open_hash, frozen.root, frozen.total, seed)
        wrong = "The frozen list does not give the freeze hash."
        self.same("freeze_hash", computed, frozen.freeze_hash, wrong)
        return "The frozen list and the open record give the freeze hash."

    def limits(self) -> str:
        doc, terms = self.doc, self.doc.open.terms
        if doc.entries is None:
            return "There is no list to count."
        total, most, least = len(doc.entries), terms["max_participants"], terms["min_participants"]
        if total > most:
            raise StepFailed(f"The list has {_several(total, 'ticket')}, more than the {most:,} allowed.")
        if total < least and not doc.listed:
            raise StepFailed(f"The list has {_several(total, 'ticket')}, fewer than the {least:,} needed.")
        held: Counter[bytes] = Counter()
        refs = iter(doc.entries)
        for done in range(0, total, SLICE):
            held.update(islice(refs, SLICE))
            self.progress("limits", done / total)
        self.holders = len(held)
        largest, each = max(held.values()), terms["max_per_player"]
        if largest > each:
            raise StepFailed(
                f"One player holds {_several(largest, 'ticket')}, more than the {each:,} allowed."
            )
        players = _several(self.holders, "player")
        return f"{players} with at most {_several(largest, 'ticket')} each: as the terms say."

    def pick(self, signature: bytes) -> list[int]:
        """The ticket of each place, computed anew."""
        doc = self.doc
        frozen = doc.list_hash()
        assert doc.entries is not None
        assert frozen is not None
        assert doc.server_seed is not None
        prk = pick_key(doc.open.mode, frozen, signature, doc.server_seed)
        limit = doc.open.winners + doc.open.reserves
        eligible = self.holders if doc.open.policy is Policy.ONE_PRIZE_PER_PLAYER else len(doc.entries)
        self.values["prk"], self.values["rolls"] = prk.hex(), 0
        numbers = self.counted(candidates(prk, len(doc.entries)))
        return fill_places(numbers, doc.entries, min(limit, eligible), doc.open.policy)

    def counted(self, numbers: Iterator[int]) -> Iterator[int]:
        """The numbers rolled, counted as they are taken."""
        for rolls, number in enumerate(numbers, 1):
            self.values["rolls"] = rolls
            if not rolls % SLICE:
                self.progress("winners", 0.5)
            yield number

    def winners(self) -> str:
        doc = self.doc
        if doc.winners is None:
            return self.voided()
        places = self.pick(doc.beacon.signature if doc.beacon else b"")
        self.values["winners"] = places
        if places != doc.winners:
            raise StepFailed("Rolling the numbers again gives other winners than the document's.")
        rolls = _several(self.values["rolls"], "roll")
        return f"Rolling the numbers again, {rolls}, gives the document's winners."

    def voided(self) -> str:
        """What a void draw would have given, where its list and seed are there to compute it."""
        doc = self.doc
        sentence = "The draw is void and has no winners."
        signature = doc.beacon.signature if doc.beacon else self.given
        if doc.listing is None or doc.server_seed is None:
            return sentence
        if doc.open.beacon is None:
            signature = b""
        elif signature is None:
            return f"{sentence} Whom that hit can be computed with round {doc.open.beacon['round']}."
        elif doc.beacon is None:
            try:
                verify_round(self.chain, doc.open.beacon["round"], signature)
            except BadRound as error:
                self.report.round_refused = str(error)
                return sentence
        self.values["voided_winners"] = self.pick(signature)
        return f"{sentence} Who would have won is computed below."

    def result(self) -> str:
        doc, opened = self.doc, self.doc.open
        if doc.void is not None:
            computed = void_hash(opened.open_hash, doc.list_hash(), doc.void.code, doc.void.reason)
            self.same("void_hash", computed, doc.void.record_hash, "The void record does not give its hash.")
            return "The void record gives its hash."
        assert doc.freeze is not None
        assert doc.server_seed is not None
        assert doc.winners is not None
        assert doc.result_hash is not None
        signature = doc.beacon.signature if doc.beacon else b""
        computed = result_hash(opened.mode, doc.freeze.freeze_hash, signature, doc.server_seed, doc.winners)
        self.same("result_hash", computed, doc.result_hash, "The result does not give its hash.")
        return "The result gives the result hash."

    def due(self) -> list[tuple[str, bytes | None]]:
        """The kinds that this draw's records must have, in order, and each one's hash.

        None for what came after the result: of version 1 nobody knows it, and the step `passes` looks at it.
        """
        doc = self.doc
        due: list[tuple[str, bytes | None]] = [("open", doc.open.open_hash)]
        if doc.freeze:
            due.append(("freeze", doc.freeze.freeze_hash))
        if doc.void:
            return [*due, ("void", doc.void.record_hash)]
        if doc.passes is not None:
            kinds = ["lapse" if passed.reserve is None else "redraw" for passed in doc.passes]
            return [*due, ("result", doc.result_hash), *[(kind, None) for kind in kinds]]
        reserves = max(0, len(doc.winners or ()) - doc.open.winners)
        most = min(reserves, max(0, len(doc.log) - len(due) - 1))
        return [*due, ("result", doc.result_hash), *[("redraw", None)] * most]

    def log(self) -> str:
        doc, due = self.doc, self.due()
        if [record.kind for record in doc.log] != [kind for kind, _ in due]:
            expected = ", ".join(kind for kind, _ in due)
            raise StepFailed(f"The draw's records in the log must be, in this order: {expected}.")
        self.values["heads"] = []
        if _doubled(record.record_hash for record in doc.log):
            raise StepFailed("Two records of the log have the same hash.")
        before: Logged | None = None
        for record, (kind, digest) in zip(doc.log, due):
            if digest is not None and record.record_hash != digest:
                raise StepFailed(f"The log's {kind} record has another hash than the document.")
            self.values["heads"].append(record.own_head().hex())
            _need_link(before, record)
            before = record
        if doc.passes is None:
            self.explain_redraws()
        return f"{_several(len(doc.log), 'record')} in their order, each giving the head after it."

    def timing(self) -> str:
        """The times of the records, which the step `log` has found to be in the log."""
        doc, opened = self.doc, self.doc.open
        for before, record in zip(doc.log, doc.log[1:]):
            if record.time < before.time:
                raise StepFailed(f"The log's record {record.n} is dated earlier than the one before it.")
        at = {record.kind: record.time for record in doc.log}
        if at["open"] > opened.closes_at:
            raise StepFailed("The draw was opened only after its closing time.")
        if "freeze" not in at:
            return "The draw was opened before its closing time, and its records follow each other in time."
        if at["freeze"] < opened.closes_at:
            raise StepFailed("The list was frozen before the closing time, while tickets were on sale.")
        if at["freeze"] > opened.freeze_by:
            raise StepFailed("The list was frozen later than was promised.")
        due = self.chain.round_time(opened.beacon["round"]) if opened.beacon else 0
        if at.get("result", due) < due - CLOCK_TOLERANCE:
            raise StepFailed("The result is dated earlier than the beacon's round from which it follows.")
        after = _several(at["freeze"] - opened.closes_at, "second")
        return f"The list was frozen {after} after closing, in time."

    def void(self) -> str:
        """Whether the draw's time and list allow the reason for which it ended without winners."""
        doc, opened = self.doc, self.doc.open
        if doc.void is None:
            return "The draw is not void."
        code, ended = doc.void.code, doc.log[-1].time
        if code is VoidCode.BEACON_MISSING:
            if doc.freeze is None or opened.beacon is None:
                raise StepFailed("No round of a beacon can be missing: this draw waited for none.")
            if ended < self.chain.round_time(opened.beacon["round"]) + BEACON_PATIENCE:
                raise StepFailed("The draw did not wait for its round for 7 days.")
            there = doc.beacon is not None or "voided_winners" in self.values
            exists = " Its round exists, and anybody can see what it would have given." if there else ""
            return f"The draw waited for its round for 7 days.{exists}"
        self.void_list(code)
        if doc.freeze is not None:
            raise StepFailed("For this reason a draw cannot be void once its list is frozen.")
        if code is VoidCode.BELOW_MINIMUM and opened.terms["min_participants"] < 2:
            raise StepFailed("This draw had no minimum that it could miss.")
        if code is VoidCode.CANCELLED:
            if ended >= opened.closes_at:
                raise StepFailed("The draw was cancelled only after its closing time.")
            return "The draw was cancelled before its closing time, when nobody could know a winner."
        if ended < opened.closes_at:
            raise StepFailed("For this reason a draw cannot be void before its closing time.")
        # With a beacon there is another cause, which this time does not show: its round was known too early.
        if code is VoidCode.NOT_FROZEN_IN_TIME and opened.beacon is None and ended < opened.freeze_by:
            raise StepFailed("The time for freezing the list was not over yet.")
        return (
            "The draw ended after its closing time, without a frozen list from which a winner could follow."
        )

    def void_list(self, code: VoidCode) -> None:
        """StepFailed unless the list of a draw that was void before freezing is there, and allows the reason.

        Draws that were opened before version 1.1 are void without it.
        """
        listed, terms = self.doc.listed, self.doc.open.terms
        sealed_so = not LATER_TERMS.isdisjoint(terms)
        if listed is None:
            if sealed_so and code in (VoidCode.BELOW_MINIMUM, VoidCode.NOT_FROZEN_IN_TIME):
                raise StepFailed("The draw had tickets, but the document does not list them.")
            return
        if code is VoidCode.NO_TICKETS:
            raise StepFailed("The draw is void for want of tickets, and it had some.")
        too_few = listed.total < terms["min_participants"]
        if code is not VoidCode.CANCELLED and too_few != (code is VoidCode.BELOW_MINIMUM):
            raise StepFailed("The number of its tickets does not allow this reason.")

    def passes(self) -> str:
        """Whether each prize went to the next reserve, for a reason that time and the sealed bound allow."""
        doc = self.doc
        if doc.winners is None:
            return "The draw has no prizes."
        if doc.passes is None:
            if not self.report.redraws:
                return "No prize was passed on."
            return (
                "The log says that prizes were passed on. This version of the document does not say from"
                " whom, to whom and why."
            )
        replay = _Replay(doc)
        records = doc.log[-len(doc.passes) :] if doc.passes else []
        for passed, record in zip(doc.passes, records):
            prize = replay.follow(passed, record)
            self.report.redraws.append(Redrawn(record.n, passed.reserve, passed.failed, passed.reason, prize))
        if not doc.passes:
            return "No prize was passed on."
        closed = sum(passed.code is PassCode.ACCOUNT_CLOSED for passed in doc.passes)
        said = f"{_several(len(doc.passes), 'time')} a prize went to the next reserve, or to nobody."
        if closed:
            said += f" That {_several(closed, 'winner')} closed their account is the site's word."
        return said

    def explain_redraws(self) -> None:
        """Say of each re-draw which reserve was next, and find the failed place if the reason is known."""
        doc = self.doc
        redraws = [record for record in doc.log if record.kind == "redraw"]
        for reserve, record in enumerate(redraws, doc.open.winners):
            found = [
                (failed, reason)
                for reason in self.reasons
                for failed in range(reserve)
                if doc.result_hash
                and redraw_hash(doc.result_hash, failed, reserve, reason) == record.record_hash
            ]
            failed, reason = found[0] if found else (None, None)
            self.report.redraws.append(Redrawn(record.n, reserve, failed, reason))


class _Replay:
    """Who holds which prize, from the result on, one change after the other."""

    def __init__(self, doc: Document) -> None:
        assert doc.winners is not None
        assert doc.result_hash is not None
        self.result, self.terms = doc.result_hash, doc.open.terms
        self.places, self.next = len(doc.winners), doc.open.winners
        drawn = next(record.time for record in doc.log if record.kind == "result")
        # The prize of each place that holds one, and since when.
        self.holds = {place: (place, drawn) for place in range(min(self.places, self.next))}
        self.taken = 0

    def follow(self, passed: Passed, record: Logged) -> int:
        """Pass one prize on and return which; StepFailed if it cannot have been passed on so."""
        name = f"Record {record.n}"
        if passed.digest(self.result) != record.record_hash:
            raise StepFailed(f"{name} of the log is not made from what the document says of it.")
        if passed.failed not in self.holds:
            raise StepFailed(f"{name} takes a prize from a place that has none.")
        due = self.next if self.next < self.places else None
        if passed.reserve != due:
            whom = "nobody, for no reserve is left" if due is None else f"place {due + 1}"
            raise StepFailed(f"{name} does not give the prize to the next reserve: that is {whom}.")
        prize, since = self.holds.pop(passed.failed)
        self.need_reason(name, passed, record.time - since)
        if due is not None:
            self.holds[due] = (prize, record.time)
            self.next += 1
        return prize

    def need_reason(self, name: str, passed: Passed, held: int) -> None:
        """StepFailed unless the code is that of the reason, and the seal allows it after so many seconds."""
        if passed.code is not PassCode.of(passed.reason):
            raise StepFailed(f"{name} has another code than its reason.")
        if LATER_TERMS.isdisjoint(self.terms):
            return
        if passed.code is PassCode.NOT_CLAIMED and held < self.terms["claim_days"] * 86_400:
            raise StepFailed(f"{name} takes a prize as not claimed before the time to claim it was over.")
        self.taken += passed.code is PassCode.DISQUALIFIED
        if self.taken > self.terms["disqualify"]:
            raise StepFailed(f"{name} takes one more prize back than the draw's seal allows.")


def _need_link(before: Logged | None, record: Logged) -> None:
    """StepFailed unless the record gives its head and, where it is the very next, follows the one before."""
    if record.own_head() != record.head:
        raise StepFailed(f"The log's record {record.n} does not give the head after it.")
    if before and record.n <= before.n:
        raise StepFailed("The log's records are not in the order of their numbers.")
    if before and record.n == before.n + 1 and record.prev != before.head:
        raise StepFailed(f"The log's record {record.n} does not follow the one before it.")


def _doubled(hashes: Iterable[bytes]) -> bool:
    listed = list(hashes)
    return len(set(listed)) < len(listed)


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# -------------------- The site's whole log

_NEXT_KINDS = {
    "": {"open"},
    "open": {"freeze", "void"},
    "freeze": {"result", "void"},
    "result": {"redraw", "lapse"},
    "redraw": {"redraw", "lapse"},
    "lapse": {"lapse"},
    "void": set[str](),
}


@dataclass
class LogReport:
    """What a check of a site's log (`lucky11-log/1` or `/1.1`) found; `failed` is a sentence, or None."""

    failed: str | None = None
    unreadable: bool = False
    origin: str = ""
    head: str = ""
    records: int = 0
    draws: int = 0
    results: int = 0
    voids: int = 0
    redraws: int = 0
    lapses: int = 0
    found: list[str] = field(default_factory=list)  # what the hashes that were looked for are

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return self.failed is None


class _LogCheck:
    """Follows a log record by record; it keeps one word for each draw, each re-draw, and the newest head."""

    def __init__(self, document: Document | None, kept: frozenset[bytes]) -> None:
        self.report = LogReport()
        self.head = b""
        self.time = 0
        self.last: dict[bytes, str] = {}
        self.redrawn: set[bytes] = set()
        self.kept = kept
        self.document = document
        self.awaited = {record.n: record for record in document.log} if document else {}

    def start(self, origin: str) -> str:
        """The log's origin gives the head before its first record."""
        self.head = site_head(origin)
        self.report.origin = origin
        return origin

    def follow(self, record: Logged) -> None:
        """Check the next record; StepFailed if it does not continue the log."""
        report, name = self.report, f"Record {record.n}"
        if record.n != report.records + 1:
            raise StepFailed(f"Record {report.records + 1} is missing: {record.n} stands in its place.")
        if record.prev != self.head:
            raise StepFailed(f"{name} does not follow the head before it.")
        if record.own_head() != record.head:
            raise StepFailed(f"{name} does not give the head after it.")
        if record.time < self.time:
            raise StepFailed(f"{name} is dated earlier than the one before it.")
        before = self.last.get(record.draw_id, "")
        if record.kind not in _NEXT_KINDS[before]:
            raise StepFailed(f"{name} is {record.kind} of a draw whose last record is {before or 'missing'}.")
        if (record.seq is not None) != (record.kind == "open"):
            raise StepFailed(f"{name}: exactly the open records have a seq.")
        if record.kind == "open" and record.seq != report.draws + 1:
            raise StepFailed(
                f"{name} opens draw {record.seq} of the site, but {report.draws + 1} comes next."
            )
        if record.kind in ("redraw", "lapse"):
            if record.record_hash in self.redrawn:
                raise StepFailed(f"{name} tells a re-draw a second time.")
            self.redrawn.add(record.record_hash)
        self.last[record.draw_id] = record.kind
        self.head, self.time = record.head, record.time
        self.count(record)
        self.compare(record)

    def count(self, record: Logged) -> None:
        """Keep the sums, and the hashes that somebody looks for."""
        report = self.report
        report.records += 1
        report.draws += record.kind == "open"
        report.results += record.kind == "result"
        report.voids += record.kind == "void"
        report.redraws += record.kind == "redraw"
        report.lapses += record.kind == "lapse"
        if record.head in self.kept:
            report.found.append(f"the log's head after record {record.n}")
        if record.record_hash in self.kept:
            report.found.append(f"the hash of the log's record {record.n} ({record.kind})")

    def compare(self, record: Logged) -> None:
        """StepFailed if the log and the document tell different things about the document's draw."""
        doc = self.document
        if doc is None or (record.draw_id != doc.draw_id and record.n not in self.awaited):
            return
        known = self.awaited.pop(record.n, None)
        if known is None:
            raise StepFailed(f"Record {record.n} is about the document's draw, but not in the document.")
        if record.draw_id != doc.draw_id or (record.record_hash, record.head) != (
            known.record_hash,
            known.head,
        ):
            raise StepFailed(f"Record {record.n} differs from the document's.")
        if record.kind == "open" and record.seq != doc.open.seq:
            raise StepFailed(f"Record {record.n} has another seq than the document.")


def check_log(
    data: Buffer,
    *,
    document: Document | None = None,
    kept: Iterable[bytes] = (),
    progress: Progress | None = None,
) -> LogReport:
    """Check a site's whole log: each head, no number and no seq left out, one result or void a draw.

    With a document, also that its draw's records are in the log and no others of that draw.
    """
    following = _LogCheck(document, frozenset(kept))
    report = following.report
    try:
        _read_log(Reader(data, progress), following)
    except Unreadable as error:
        report.failed, report.unreadable = str(error), True
    except FairnessError as error:
        report.failed = str(error)
    return report


def _read_log(reader: Reader, following: _LogCheck) -> None:
    reader.where = "the log"
    if reader.peek() != b"{":
        raise Unreadable("This is not a log: it does not begin with a brace.")
    shape = {**_record_shape(reader), "draw_id": lambda: reader.hex(DRAW_ID_BYTES), "seq": reader.integer}
    optional = frozenset({"seq"})

    def records() -> None:
        if not following.head:
            raise BadDocument("The log's origin must come before its records.")
        for record in reader.items(lambda: Logged(**reader.members(shape, optional)), most=MAX_INTEGER):
            following.follow(record)
            if reader.progress and not record.n % SLICE:
                reader.progress("log", reader.at / len(reader.data))

    values = reader.members(
        {
            "v": reader.one_of(LOG_VERSION, LOG_VERSION_1_1),
            "origin": lambda: following.start(reader.text()),
            "head": reader.hex,
            "records": records,
        }
    )
    reader.end()
    following.report.head = values["head"].hex()
    if values["v"] == LOG_VERSION and following.report.lapses:
        raise StepFailed("A log of version 1 has no records of prizes that went to nobody.")
    if values["head"] != following.head:
        raise StepFailed("The log's newest head is not the head after its last record.")
    if following.awaited:
        raise StepFailed(f"Record {min(following.awaited)} of the document is not in the log.")


# -------------------- The command line

PASS, FAIL, UNREADABLE = 0, 1, 2
USAGE = "python3 lucky11_verify.py proof.json [options]"
ABOUT = """Check a draw of Lucky11 from its document, offline: every step with its verdict, and the winners.
Exit code 0: everything holds. 1: it does not, and the first step that fails is named. 2: nothing could be
checked, because a file cannot be read."""


class CannotRead(Exception):
    """A file that cannot be read, with a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checker as a program; it returns the exit code and never raises for what it reads."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may not know every letter
    try:
        code = _run(_options(arguments))
        if sys.stdout:
            sys.stdout.flush()
        return code if sys.stdout else UNREADABLE
    except CannotRead as error:
        return _give_up(str(error))
    except KeyboardInterrupt:
        return _give_up("Stopped before the end: nothing is decided.")
    except MemoryError:
        return _give_up("There is not enough memory for this file.")
    except OSError as error:
        # Python would complain once more at its end, about what it could not write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return UNREADABLE  # whoever read the output has gone
        return _give_up(f"The output cannot be written: {error.strerror}.")


def _give_up(sentence: str) -> int:
    print(f"UNREADABLE: {sentence}", file=sys.stderr)
    return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lucky11_verify.py", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add, hash_of = parser.add_argument, _hex_of(HASH_BYTES)
    many: dict[str, Any] = {"action": "append", "default": []}
    add("proof", nargs="?", help="the draw's document; - reads it from standard input")
    show_ticket = "show whose ticket N is; with --user-id and --salt: whether it is yours"
    add("--ticket", type=int, metavar="N", help=show_ticket)
    add("--user-id", metavar="ID", help="your user id, from the ticket page: finds your tickets")
    add("--salt", type=hash_of, metavar="HEX", help="your salt in this draw, from the ticket page")
    show_kept = "a hash that you kept: is it in the document (or in the log)?"
    add("--witnessed", type=hash_of, metavar="HASH", help=show_kept, **many)
    show_log = "the site's whole log (/log.json); alone, or with the document of a draw in it"
    add("--log", metavar="FILE", help=show_log)
    show_void = "the signature of a void draw's round: shows what the draw would have given"
    add("--round-signature", type=_hex_of(SIGNATURE_BYTES), metavar="HEX", help=show_void)
    show_reason = "the public reason of a re-draw: is it the logged one?"
    add("--reason", metavar="TEXT", help=show_reason, **many)
    add("--json", action="store_true", help="write the findings as one JSON object, for programs")
    return parser


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.proof is None and options.log is None:
        parser.error("name a draw's document, or a log with --log")
    if options.proof == options.log == "-":
        parser.error("standard input can be read once only")
    if (options.user_id is None) != (options.salt is None):
        parser.error("--user-id and --salt belong together")
    if options.proof is None and (options.ticket is not None or options.user_id is not None):
        parser.error("--ticket and --user-id need a draw's document")
    return options


def _hex_of(length: int) -> Callable[[str], bytes]:
    def read(text: str) -> bytes:
        digits = text.strip().lower()
        if len(digits) != 2 * length or not _HEX.fullmatch(digits):
            raise argparse.ArgumentTypeError(f"{2 * length} digits of hex are needed")
        return bytes.fromhex(digits)

    return read


def _read(path: str, *, whole: bool = True) -> Buffer:
    """A file's bytes, a little more than a document may have at most; CannotRead, with a sentence.

    With `whole` false a regular file is not loaded but looked at where it lies, so it may be of any size.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_DOCUMENT + 1) if sys.stdin else b""
        with open(path, "rb") as file:
            about = os.fstat(file.fileno())
            if whole or not about.st_size or not stat.S_ISREG(about.st_mode):
                return file.read(MAX_DOCUMENT + 1)
            return mmap(file.fileno(), 0, access=ACCESS_READ)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CannotRead(f"{plain(path)} cannot be read: {why}.") from None


def _run(options: argparse.Namespace) -> int:
    progress = _progress_line() if sys.stderr and sys.stderr.isatty() else None
    report: Report | None = None
    log: LogReport | None = None
    if options.proof is not None:
        report = check(
            _read(options.proof),
            round_signature=options.round_signature,
            reasons=options.reason,
            progress=progress,
        )
    if options.log is not None and not (report and report.document is None):
        document = report.document if report else None
        log = check_log(
            _read(options.log, whole=False), document=document, kept=options.witnessed, progress=progress
        )
    if progress:
        sys.stderr.write("\r\033[K")
    findings = _findings(options, report, log)
    unreadable = bool((report and report.unreadable) or (log and log.unreadable))
    if options.json:
        _write_json(report, log, findings)
    elif unreadable:
        raise CannotRead(_why_unreadable(report, log))
    else:
        _write_plainly(report, log, findings)
    if unreadable:
        return UNREADABLE
    return FAIL if _first_failed(report, log, findings) else PASS


def _why_unreadable(report: Report | None, log: LogReport | None) -> str:
    if report and report.unreadable:
        return report.steps[0].sentence
    return (log.failed or "") if log else ""


def _progress_line() -> Progress:
    shown = [""]

    def show(name: str, done: float) -> None:
        line = f"{name} {done:4.0%}"
        if line != shown[0]:
            shown[0] = line
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()

    return show


@dataclass(frozen=True)
class Finding:
    """The answer to a question of the command line; `holds` is False when it is a no."""

    name: str
    holds: bool
    sentence: str


def _first_failed(report: Report | None, log: LogReport | None, findings: Sequence[Finding]) -> str | None:
    if report and report.failed:
        return report.failed
    if log and log.failed:
        return "site log"
    return next((finding.name for finding in findings if not finding.holds), None)


def _findings(options: argparse.Namespace, report: Report | None, log: LogReport | None) -> list[Finding]:
    findings = []
    document = report.document if report else None
    if document and (options.ticket is not None or options.user_id is not None):
        findings.append(_find_ticket(document, options))
    if (report is None or document) and not (log and log.unreadable):
        findings += [_find_hash(kept, document, log) for kept in options.witnessed]
    if report and document and options.round_signature is not None:
        findings.append(_find_round(report, document))
    if report and document and options.reason:
        unknown = [reason for reason in options.reason if reason not in {r.reason for r in report.redraws}]
        sentence = (
            "No re-draw of the log has this reason." if unknown else "The log's re-draws have these reasons."
        )
        findings.append(Finding("reason", not unknown, sentence))
    return findings


def _find_ticket(document: Document, options: argparse.Namespace) -> Finding:
    refs, number = document.entries, options.ticket
    if refs is None:
        return Finding("ticket", False, "This draw's list was never frozen, so it shows no tickets.")
    if number is not None and not 1 <= number <= len(refs):
        return Finding(
            "ticket", False, f"There is no ticket {number}: the list has {_several(len(refs), 'ticket')}."
        )
    if options.user_id is None:
        return Finding("ticket", True, f"Ticket {number} belongs to {refs[number - 1].hex()}.")
    try:
        mine = entry_ref(document.draw_id, options.salt, options.user_id)
    except BadValue as error:
        return Finding("ticket", False, str(error))
    owned = [index for index, ref in enumerate(refs, 1) if ref == mine]
    if not owned:
        return Finding("ticket", False, f"No ticket of the list is yours ({mine.hex()}).")
    shown = ", ".join(f"{index:,}" for index in owned[:50]) + (" …" if len(owned) > 50 else "")
    yours = f"You are {mine.hex()} in this draw and hold {_several(len(owned), 'ticket')}: {shown}."
    if number is not None and number not in owned:
        return Finding("ticket", False, f"Ticket {number} is not yours. {yours}")
    places = [place for place, index in enumerate(document.winners or ()) if index + 1 in owned]
    return Finding("ticket", True, " ".join([yours, *[_place_won(document, place) for place in places]]))


def _place_won(document: Document, place: int) -> str:
    if place < document.open.winners:
        return f"It won prize {place + 1} of {document.open.winners}."
    return f"It is reserve {place + 1 - document.open.winners}."


def _find_hash(kept: bytes, document: Document | None, log: LogReport | None) -> Finding:
    names = [name for name, digest in document.hashes() if digest == kept] if document else []
    if document and document.entries is not None and kept in document.entries:
        names.append("the pseudonym of a ticket's holder")
    if log:
        names += [name for name in log.found if name not in names]
    if not names:
        return Finding("witnessed", False, f"{kept.hex()} is not there: what you kept is of something else.")
    return Finding("witnessed", True, f"{kept.hex()} is {' and '.join(names)}.")


def _find_round(report: Report, document: Document) -> Finding:
    if "voided_winners" in report.values and document.beacon is None and document.open.beacon:
        return Finding("round-signature", True, "The signature is the round's; what was voided is shown.")
    why = report.round_refused or "This document needs no signature from you."
    return Finding("round-signature", report.round_refused is None, why)


def _write_json(report: Report | None, log: LogReport | None, findings: Sequence[Finding]) -> None:
    failed = _first_failed(report, log, findings)
    unreadable = (report and report.unreadable) or (log and log.unreadable)
    verdict = "unreadable" if unreadable else "fail" if failed else "pass"
    found: dict[str, Any] = {"verdict": verdict, "failed": failed}
    if report:
        found["steps"] = [asdict(step) for step in report.steps]
        found["values"] = report.values
        found["redraws"] = [asdict(redrawn) for redrawn in report.redraws]
    if log:
        found["log"] = {key: value for key, value in asdict(log).items() if key != "found"}
    found["findings"] = [asdict(finding) for finding in findings]
    found["not_proved"] = list(NOT_PROVED)
    print(json.dumps(found))


def _write_plainly(report: Report | None, log: LogReport | None, findings: Sequence[Finding]) -> None:
    if report:
        _write_title(report)
        for step in report.steps:
            if step.verdict != "skipped":
                _write_item(f"{step.verdict.upper()} {step.name:<9}", step.sentence)
        if report.failed and report.failed != STEPS[-1]:
            _write_item("     -       ", "The later steps were not looked at.")
    if report and report.passed and report.document:
        _write_outcome(report, report.document)
    if log:
        _write_log(log)
    if findings:
        print("\nYour questions")
        for finding in findings:
            _write_item("yes " if finding.holds else "NO  ", finding.sentence)
    print("\nWhat this does not prove")
    if report and report.document and report.document.open.mode is Mode.LOCAL:
        _write_item("-", LOCAL_LABEL)
    for sentence in NOT_PROVED:
        _write_item("-", sentence)
    failed = _first_failed(report, log, findings)
    print(f"\nFAIL: {_what_failed(report, failed)}" if failed else f"\nPASS: {_what_passed(report, log)}")


def _what_passed(report: Report | None, log: LogReport | None) -> str:
    if report is None:
        return "the log holds."
    both = " It is in the site's log, which holds too." if log else ""
    if report.unopened:
        return f"{UNOPENED}. What is in the document holds, but not who got {_prizes(report.unopened)}.{both}"
    return f"everything in the document holds.{both}"


def _prizes(count: int) -> str:
    return "a prize that was passed on, and why" if count == 1 else f"{count} prizes passed on, and why"


def _what_failed(report: Report | None, failed: str) -> str:
    if report and report.failed:
        return f"step “{failed}” does not hold. Do not trust this document."
    if failed == "site log":
        return "the site's log does not hold (step “site log”)."
    return f"the answer to your question (“{failed}”) is no."


def _write_item(mark: str, text: str) -> None:
    indent = " " * (len(mark) + 3)
    print(textwrap.fill(plain(text), 100, initial_indent=f"  {mark} ", subsequent_indent=indent))


def _write_title(report: Report) -> None:
    doc = report.document
    if doc is None:
        return
    mode = "beacon draw" if doc.open.mode is Mode.BEACON else "operator-run draw"
    print(f"“{plain(doc.open.terms['title'])}”, {mode} {doc.draw_id.hex()}")
    print(f"Closed {_time(doc.open.closes_at)}\n")


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%d %B %Y, %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        return f"at second {seconds}"


def _write_outcome(report: Report, doc: Document) -> None:
    if doc.void:
        print(f"\nVoid ({doc.void.code.label.replace('_', ' ')}): every ticket is refunded.")
        _write_item("Reason:", doc.void.reason or "none was given")
        if "voided_winners" in report.values:
            print("\nWould have won, had the draw not been void")
            _write_places(doc, report.values["voided_winners"])
        elif doc.entries is None and doc.void.code is not VoidCode.NO_TICKETS:
            _write_item("-", "The document lists no tickets, so nobody can see whom this hit.")
        return
    print("\nResult")
    _write_places(doc, report.values["winners"])
    if report.redraws:
        print("\nRe-draws: a prize not claimed, or whose winner was disqualified, goes to the next reserve")
    for redrawn in report.redraws:
        if redrawn.reserve is None:
            took = f"Record {redrawn.n}: nobody, because no reserve is left,"
        else:
            ticket = report.values["winners"][redrawn.reserve] + 1
            took = f"Record {redrawn.n}: reserve {redrawn.reserve - doc.open.winners + 1}, ticket {ticket:,},"
        if redrawn.reason is None or redrawn.failed is None:
            why = (
                "took a prize. Which and why is not in the document: try the published reason with --reason."
            )
        else:
            lost = report.values["winners"][redrawn.failed] + 1
            why = f"took the prize of place {redrawn.failed + 1}, ticket {lost:,}. Reason: {redrawn.reason}"
        _write_item("-", f"{took} {why}")


def _write_places(doc: Document, places: Sequence[int]) -> None:
    assert doc.entries is not None
    for place, index in enumerate(places):
        reserve = place - doc.open.winners
        name = f"Prize {place + 1}" if reserve < 0 else f"Reserve {reserve + 1}"
        print(f"  {name + ':':<13} ticket {index + 1:>9,}  held by {doc.entries[index].hex()}")
    missing = doc.open.winners - len(places)
    if missing > 0:
        print(f"  {_several(missing, 'prize')} without a winner: nobody was left who could win.")


def _write_log(log: LogReport) -> None:
    print(f"\nThe site's log of {plain(log.origin) or 'an unknown site'}")
    if log.failed:
        _write_item("FAIL", log.failed)
        return
    _write_item("PASS", f"{_several(log.records, 'record')}, none left out, each giving the head after it.")
    ends = (
        *((log.results, "result"), (log.voids, "void")),
        *((log.redraws, "re-draw"), (log.lapses, "lapsed prize")),
    )
    ended = ", ".join(_several(count, noun) for count, noun in ends)
    _write_item(
        "PASS", f"{_several(log.draws, 'draw')}, none left out, with one result or void at most: {ended}."
    )
    _write_item("Newest head:", log.head)
    _write_item("-", LOG_NOT_HASHED)


if __name__ == "__main__":
    sys.exit(main())
