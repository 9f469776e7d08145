"""Tickets: a player's pseudonym in one draw, and the tree over the list of all tickets (sections 2 and 3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

from .encoding import HASH_BYTES, BadValue, need_bytes, need_text, tagged, u64
from .records import DRAW_ID_BYTES


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
