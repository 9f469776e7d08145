"""Who wins: roll numbers until one lands on a ticket whose holder has not won yet (section 4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Protocol

from .encoding import FairnessError, need_bytes, need_int, need_member, u8
from .records import Mode, Policy, need_places, need_signature

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
