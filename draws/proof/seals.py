"""From a draw's rows to the protocol's records and back."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Max

from draws import fairness
from draws.beacon import chain
from draws.models import Draw, FrozenList, LogRecord, Participation, Round, Seal
from draws.proof import sealed_secrets
from draws.proof.sealed_secrets import secrets_of


def terms_of(draw: Draw) -> str:
    """Return the draw's terms in canonical form. Raises fairness.BadTerms when they cannot be sealed."""
    return fairness.canonical_terms(
        {
            "title": draw.title,
            "prize_amount": f"{draw.prize_amount:.2f}",
            "prize_coins": draw.prize_coins,
            "entry_fee": draw.entry_fee,
            "max_participants": draw.max_participants,
            "max_per_player": draw.max_per_player,
            "min_participants": draw.min_participants,
            "claim_days": settings.CLAIM_DAYS,
            # Of each prize once: so staff cannot walk down the reserves to somebody they like.
            "disqualify": draw.winner_count,
        }
    )


def seal(draw: Draw) -> Seal:
    """Choose the draw's secrets and fix its opening record; the caller holds the log's lock."""
    uid, server_seed = secrets.token_bytes(16), secrets.token_bytes(32)
    both = sealed_secrets.Secrets(server_seed, secrets.token_bytes(32))
    closes_at = int(draw.draw_time.timestamp())
    list_by = closes_at + settings.FREEZE_WINDOW_SECONDS
    record = Seal(
        draw=draw,
        seq=(Seal.objects.aggregate(last=Max("seq"))["last"] or 0) + 1,
        draw_uid=uid,
        secrets=sealed_secrets.sealed(uid, both),
        closes_at=closes_at,
        list_by=list_by,
        freeze_by=list_by + extra_lead(draw),
        terms=terms_of(draw),
        seed_commit=fairness.seed_commit(uid, server_seed),
    )
    if draw.fairness_mode == Draw.Mode.BEACON:
        record.chain_hash, record.scheme = chain.CHAIN.chain_hash, chain.CHAIN.scheme
        record.round = chain.round_for(record.freeze_by)
    record.open_hash = open_record(draw, record).open_hash()
    record.save(force_insert=True)
    return record


def extra_lead(draw: Draw) -> int:
    """Return how many seconds a beacon draw's `freeze_by` is later than its list, which moves its round.

    The protocol's round is the first one a minute after `freeze_by`.
    """
    if draw.fairness_mode != Draw.Mode.BEACON:
        return 0
    seconds: int = settings.BEACON_LEAD_SECONDS
    return max(seconds - fairness.ROUND_MARGIN, 0)


def claim_until(record: Seal, since: datetime, logged: LogRecord) -> datetime:
    """Return until when a prize can be claimed: the sealed days after it was won, by clock and log."""
    days = record.sealed_terms.get("claim_days", settings.CLAIM_DAYS)
    # The log may be ahead of a clock that was set back, and a checker has nothing but the log.
    return max(since, datetime.fromtimestamp(logged.time, UTC)) + timedelta(days=days)


def write_list(draw: Draw, record: Seal) -> fairness.TicketTree:
    """Write down whose tickets the draw has, part by part; return the tree over all of them."""
    tree = fairness.TicketTree()
    for part, refs in enumerate(packed_refs(record)):
        tree.extend(fairness.PackedRefs(refs))
        FrozenList.objects.create(draw=draw, part=part, refs=refs)
    if tree.total != draw.current_participants:
        raise RuntimeError(f"Draw {draw.pk} has {tree.total} tickets but counts {draw.current_participants}.")
    return tree


def list_hash(draw: Draw, record: Seal, root: bytes, total: int, seed: bytes) -> bytes:
    """Return the freeze hash of a list, or the one that it would have had."""
    return fairness.freeze_hash(mode_of(draw), bytes(record.open_hash), root, total, seed)


def open_record(draw: Draw, record: Seal) -> fairness.OpenRecord:
    """Return the protocol's opening record of a published draw."""
    return fairness.OpenRecord(
        draw_id=bytes(record.draw_uid),
        seq=record.seq,
        mode=mode_of(draw),
        closes_at=record.closes_at,
        freeze_by=record.freeze_by,
        beacon=beacon_of(record),
        winners=draw.winner_count,
        reserves=draw.reserve_count,
        policy=policy_of(draw),
        terms=record.terms,
        seed_commit=bytes(record.seed_commit),
    )


def beacon_of(record: Seal) -> fairness.BeaconRound | None:
    """Return the round that the draw waits for; None in local mode."""
    if record.chain_hash is None or record.scheme is None or record.round is None:
        return None
    return fairness.BeaconRound(bytes(record.chain_hash), record.scheme, record.round)


def obtained_round(record: Seal) -> bytes | None:
    """Return the verified signature of the round that the draw waits for, if it was obtained."""
    if record.round is None:
        return None
    rounds = Round.objects.filter(chain_hash=record.chain_hash, round=record.round)
    signature = rounds.values_list("signature", flat=True).first()
    return None if signature is None else bytes(signature)


def pick(draw: Draw, freeze_hash: bytes, signature: bytes, server_seed: bytes) -> list[int]:
    """Return the places of a frozen list that win, as ticket indexes; local mode has no signature."""
    parts = FrozenList.objects.filter(draw=draw).order_by("part").values_list("refs", flat=True)
    return fairness.pick_winners(
        fairness.pick_key(mode_of(draw), freeze_hash, signature, server_seed),
        fairness.PackedRefs(b"".join(map(bytes, parts))),
        winners=draw.winner_count,
        reserves=draw.reserve_count,
        policy=policy_of(draw),
    )


def mode_of(draw: Draw) -> fairness.Mode:
    return fairness.Mode.from_label(draw.fairness_mode)


def policy_of(draw: Draw) -> fairness.Policy:
    return fairness.Policy.from_label(draw.prize_policy)


def ref_of(record: Seal, user_id: str) -> bytes:
    """Return a player's pseudonym in this draw."""
    return _ref(record, secrets_of(record).entry_secret, user_id)


def _ref(record: Seal, entry_secret: bytes, user_id: str) -> bytes:
    salt = fairness.entry_salt(entry_secret, user_id)
    return fairness.entry_ref(bytes(record.draw_uid), salt, user_id)


def packed_refs(record: Seal) -> Iterator[bytes]:
    """Yield the pseudonym of each ticket's holder, in the order of tickets, packed, one part at a time."""

    entry_secret = secrets_of(record).entry_secret

    @lru_cache(maxsize=100_000)
    def ref(user_id: str) -> bytes:
        return _ref(record, entry_secret, user_id)

    size = FrozenList.TICKETS_A_PART
    tickets = Participation.objects.filter(draw=record.draw_id).order_by("ticket_number")
    packed: list[bytes] = []
    for user_id in tickets.values_list("user_id", flat=True).iterator(chunk_size=size):
        packed.append(ref(user_id))
        if len(packed) == size:
            yield b"".join(packed)
            packed = []
    if packed:
        yield b"".join(packed)
