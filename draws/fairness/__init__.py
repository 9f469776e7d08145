"""The arithmetic of fair draws, protocol v1: pure, standard library only, the same in both modes.

Hashes, seeds and refs are `bytes`; times are Unix seconds; every error is a FairnessError, a ValueError
with a sentence. In the order of a draw's life:

    record = OpenRecord(…, terms=canonical_terms({…}), seed_commit=seed_commit(draw_id, server_seed))
    ref = entry_ref(draw_id, entry_salt(entry_secret, user_id), user_id)
    frozen = freeze_hash(mode, record.open_hash(), ticket_root(refs), len(refs), server_seed)
    prk = pick_key(mode, frozen, signature, server_seed)
    places = pick_winners(prk, refs, winners=1, reserves=0, policy=policy)
    result = result_hash(mode, frozen, signature, server_seed, places)

Verifying a beacon round's signature is not done here.
"""

from .encoding import MAX_INTEGER, BadValue, FairnessError, tagged
from .picking import BadList, Refs, candidates, count_holders, pick_key, pick_winners
from .records import (
    LOG_KINDS,
    MAX_FREEZE_WINDOW,
    MAX_PLACES,
    BeaconRound,
    Mode,
    OpenRecord,
    Policy,
    VoidCode,
    beacon_round,
    draw_round,
    freeze_hash,
    log_head,
    redraw_hash,
    result_hash,
    seed_commit,
    site_head,
    void_hash,
)
from .terms import TERM_KEYS, BadTerms, canonical_terms, parse_terms
from .tickets import (
    MerkleTree,
    PackedRefs,
    TicketTree,
    entry_ref,
    entry_salt,
    leaf_hash,
    node_hash,
    ticket_leaf,
    ticket_root,
)

__all__ = [
    "LOG_KINDS",
    "MAX_FREEZE_WINDOW",
    "MAX_INTEGER",
    "MAX_PLACES",
    "TERM_KEYS",
    "BadList",
    "BadTerms",
    "BadValue",
    "BeaconRound",
    "FairnessError",
    "MerkleTree",
    "Mode",
    "OpenRecord",
    "PackedRefs",
    "Policy",
    "Refs",
    "TicketTree",
    "VoidCode",
    "beacon_round",
    "candidates",
    "canonical_terms",
    "count_holders",
    "draw_round",
    "entry_ref",
    "entry_salt",
    "freeze_hash",
    "leaf_hash",
    "log_head",
    "node_hash",
    "parse_terms",
    "pick_key",
    "pick_winners",
    "redraw_hash",
    "result_hash",
    "seed_commit",
    "site_head",
    "tagged",
    "ticket_leaf",
    "ticket_root",
    "void_hash",
]
