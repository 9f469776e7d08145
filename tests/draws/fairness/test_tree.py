"""The tree over a draw's tickets is RFC 6962's, however the tickets are fed to it."""

import hashlib
import json
import tracemalloc
from pathlib import Path

import pytest

from draws.fairness import BadValue, MerkleTree, PackedRefs, TicketTree, leaf_hash, node_hash, ticket_root

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "fairness_vectors.json").read_text("utf-8"))
RFC6962 = VECTORS["rfc6962"]
LEAVES = [bytes.fromhex(leaf) for leaf in RFC6962["leaves_hex"]]


def root_of(leaves):
    tree = MerkleTree()
    tree.extend(leaves)
    return tree.root()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def root_by_definition(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    children = root_by_definition(leaves[:k]) + root_by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + children).digest()


def path_by_definition(index, leaves):
    """RFC 6962, section 2.1.1: each sibling with the side it stands on, from the leaf up."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path_by_definition(index, leaves[:k]), ("right", root_of(leaves[k:]))]
    return [*path_by_definition(index - k, leaves[k:]), ("left", root_of(leaves[:k]))]


def refs(count):
    return [hashlib.sha256(b"ref %d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_trees_of_no_to_eight_leaves_have_the_known_roots(size):
    known = [RFC6962["empty_root"], *RFC6962["roots_by_size_from_1"]]
    assert root_of(LEAVES[:size]).hex() == known[size]


@pytest.mark.parametrize(
    "known", RFC6962["inclusion"], ids=lambda known: f"{known['index']} of {known['size']}"
)
def test_a_leafs_known_path_leads_to_the_root(known):
    leaves = LEAVES[: known["size"]]
    node = leaf_hash(leaves[known["index"]])
    assert node.hex() == known["leaf_hash"]
    path = path_by_definition(known["index"], leaves)
    assert [sibling.hex() for _, sibling in path] == known["path"]
    for side, sibling in path:
        node = node_hash(sibling, node) if side == "left" else node_hash(node, sibling)
    assert node.hex() == known["root"] == root_of(leaves).hex()


def test_a_repeated_last_ticket_changes_the_root():
    negative = RFC6962["negative"]
    abc, abcc = [b"a", b"b", b"c"], [b"a", b"b", b"c", b"c"]
    assert root_of(abc).hex() == negative["rfc6962_root_abc"]
    assert root_of(abcc).hex() == negative["rfc6962_root_abcc"] == negative["duplicating_root"]
    assert root_of(abc) != root_of(abcc)


@pytest.mark.parametrize("size", range(71))
def test_tickets_fed_one_by_one_give_the_root_of_the_definition(size):
    tickets = refs(size)
    tree = TicketTree()
    for ref in tickets:
        tree.extend([ref])
    leaves = [index.to_bytes(8, "big") + ref for index, ref in enumerate(tickets)]
    assert tree.root() == ticket_root(tickets) == root_by_definition(leaves)
    assert tree.total == size


def test_a_list_fed_in_parts_gives_the_root_of_the_whole():
    tickets = refs(300)
    tree = TicketTree()
    for start in range(0, 300, 37):
        tree.extend(PackedRefs(b"".join(tickets[start : start + 37])))
        assert tree.root() == ticket_root(tickets[: start + 37])
    assert tree.total == 300


def test_swapping_two_tickets_changes_the_root():
    first, second, third = refs(3)
    assert ticket_root([first, second, third]) != ticket_root([second, first, third])


def test_one_player_holding_two_tickets_has_two_different_leaves():
    ref = refs(1)[0]
    together = node_hash(leaf_hash(bytes(8) + ref), leaf_hash(bytes(7) + b"\x01" + ref))
    assert ticket_root([ref, ref]) == together


@pytest.mark.parametrize("bad", [b"", bytes(31), bytes(33), "0" * 32, None, bytearray(32)])
def test_a_ref_of_the_wrong_length_or_type_is_refused_and_the_tree_stays_whole(bad):
    tickets = refs(5)
    tree = TicketTree()
    with pytest.raises(BadValue, match="ref must be exactly 32 bytes"):
        tree.extend([*tickets[:3], bad, *tickets[3:]])
    assert tree.total == 3
    tree.extend(tickets[3:])
    assert tree.root() == ticket_root(tickets)


def test_a_long_list_needs_no_more_memory_than_a_short_one():
    def peak(count):
        tracemalloc.start()
        ticket_root(hashlib.sha256(b"%d" % number).digest() for number in range(count))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(30_000) < peak(300) + 4_000


def test_packed_refs_are_read_like_a_list():
    tickets = refs(7)
    packed = PackedRefs(b"".join(tickets))
    assert len(packed) == 7
    assert list(packed) == [packed[index] for index in range(7)] == tickets
    for outside in (-1, 7):
        with pytest.raises(IndexError):
            packed[outside]


@pytest.mark.parametrize("bad", [bytes(31), bytes(65), "", None, [bytes(32)]])
def test_packed_refs_come_in_whole_tickets(bad):
    with pytest.raises(BadValue, match="multiple of 32 bytes"):
        PackedRefs(bad)
