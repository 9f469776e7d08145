"""Recompute seals, lists, results and the log from stored rows, as anyone can, to check what was published.

One draw, and one part of its list, is in memory at a time.
"""

import hashlib
from collections.abc import Iterator

from common.encryption import InvalidToken
from draws import fairness
from draws.beacon import chain
from draws.models import FrozenList, Round, Seal
from draws.proof.sealed_secrets import secrets_of
from draws.proof.seals import list_hash, mode_of, obtained_round, open_record, packed_refs, pick
from ledger.integrity import Check, Defect

# A signature takes about a tenth of a second; `check_integrity --rounds` verifies all of them.
NEWEST_ROUNDS = 200

LOG_CHECKS = [
    Check(
        "log",
        "The log's records are numbered without a gap, and each head covers its record and all before it.",
        """SELECT n, kind, draw_id FROM (
               SELECT *, lag(n) OVER w AS last, lag(head) OVER w AS before, lag(time) OVER w AS earlier
               FROM fairness_log WINDOW w AS (ORDER BY n)) AS l
           WHERE (last IS NULL AND n <> 0) OR (last IS NOT NULL AND (n <> last + 1 OR prev <> before
               OR time < earlier OR head <> fairness_log_head(prev, n, time, kind, record_hash)))
           ORDER BY n LIMIT 1""",
    ),
    Check(
        "log times",
        "A draw opens before it closes, is frozen after that in time, and is void when its reason allows.",
        """SELECT l.n, l.kind, l.draw_id, l.time, s.closes_at, s.freeze_by, d.void_code
           FROM fairness_log l JOIN draw_seals s ON s.draw_id = l.draw_id JOIN draws d ON d.id = l.draw_id
           WHERE CASE l.kind
               WHEN 'open' THEN l.time > s.closes_at
               WHEN 'freeze' THEN l.time NOT BETWEEN s.closes_at AND s.freeze_by
               WHEN 'void' THEN (l.time >= s.closes_at) = (d.void_code = 3)
                   OR (d.void_code = 5) <> (s.freeze_hash IS NOT NULL)
               ELSE false END
           ORDER BY l.n LIMIT 1""",
    ),
    Check(
        "log records",
        "Every published draw is in the log: opened, frozen, with one result or void, as its seal says.",
        """SELECT s.draw_id, s.seq FROM draw_seals s
           LEFT JOIN LATERAL (
               SELECT count(*) FILTER (WHERE kind = 'open') AS opened,
                      count(*) FILTER (WHERE kind NOT IN ('redraw', 'lapse')) AS records,
                      (array_agg(record_hash) FILTER (WHERE kind = 'open'))[1] AS open_hash,
                      (array_agg(record_hash) FILTER (WHERE kind = 'freeze'))[1] AS freeze_hash,
                      (array_agg(record_hash) FILTER (WHERE kind = 'result'))[1] AS result_hash,
                      (array_agg(record_hash) FILTER (WHERE kind = 'void'))[1] AS void_hash
               FROM fairness_log l WHERE l.draw_id = s.draw_id) AS l ON true
           WHERE l.opened <> 1
              OR l.records <> num_nonnulls(s.open_hash, s.freeze_hash, s.result_hash, s.void_hash)
              OR (l.open_hash, l.freeze_hash, l.result_hash, l.void_hash)
                 IS DISTINCT FROM (s.open_hash, s.freeze_hash, s.result_hash, s.void_hash)
           ORDER BY s.draw_id LIMIT 1""",
    ),
    Check(
        "passed on",
        "Every prize that was passed on is in the log with its record, and no other re-draw is.",
        """SELECT l.n, coalesce(l.draw_id, r.draw_id) AS draw_id, r.id AS redraw_id
           FROM (SELECT * FROM fairness_log WHERE kind = 'redraw') l
           FULL JOIN redraws r ON r.draw_id = l.draw_id AND r.record_hash = l.record_hash
           WHERE l.n IS NULL OR r.id IS NULL ORDER BY l.n, r.id LIMIT 1""",
    ),
    Check(
        "published draws",
        "Published draws are counted without a gap, and each says what its seal says.",
        """SELECT d.id AS draw_id, s.seq
           FROM (SELECT *, row_number() OVER (ORDER BY seq) AS nth FROM draw_seals) s
           FULL JOIN (SELECT * FROM draws WHERE published_at IS NOT NULL) d ON d.id = s.draw_id
           WHERE d.id IS NULL OR s.seq IS NULL OR s.seq <> s.nth
              OR (s.chain_hash IS NOT NULL) <> (d.fairness_mode = 'beacon')
              OR (s.freeze_hash IS NOT NULL) <> (d.frozen_at IS NOT NULL)
              OR (s.result_hash IS NOT NULL) <> (d.drawn_at IS NOT NULL)
              OR (s.void_hash IS NOT NULL) <> (d.cancelled_at IS NOT NULL)
           ORDER BY s.seq, d.id LIMIT 1""",
    ),
]


def check_records() -> Defect | None:
    """Find the first draw whose records are not those computed from its terms, list and seed."""
    rule = "A draw's records and its result are those that anyone computes from what is published."
    seals = Seal.objects.select_related("draw").order_by("seq")
    for seal in seals.iterator(chunk_size=200):
        wrong = next(_differences(seal), None)
        if wrong:
            return Defect("records", rule, {"draw_id": seal.draw_id, "seq": seal.seq, "differs": wrong})
    return None


def _differences(seal: Seal) -> Iterator[str]:
    """Yield the names of what does not follow from what came before it, in the protocol's order."""
    draw, mode = seal.draw, mode_of(seal.draw)
    opened = bytes(seal.open_hash)
    secret, public = _seeds(seal)
    # Without the key there is only what is public; rotate_encryption names such draws.
    seed = public if secret is None else secret
    if seed is None:
        return
    try:
        if public not in (None, seed):
            yield "server_seed"
        if bytes(seal.seed_commit) != fairness.seed_commit(bytes(seal.draw_uid), seed):
            yield "seed_commit"
        if seal.round is not None and seal.round != chain.round_for(seal.freeze_by):
            yield "round"
        if opened != open_record(draw, seal).open_hash():
            yield "open_hash"
        if seal.root is not None:
            yield from _list_differences(seal, mode, opened, seed)
        if seal.root is not None and secret is not None and _listed(seal) != _held(seal):
            yield "entries"
        if seal.void_hash is not None:
            yield from _void_differences(seal, opened, seed)
    except ValueError as error:
        yield str(error)


def _listed(seal: Seal) -> bytes:
    listed = hashlib.sha256()
    parts = FrozenList.objects.filter(draw=seal.draw_id).order_by("part").values_list("refs", flat=True)
    for refs in parts.iterator(chunk_size=1):
        listed.update(refs)
    return listed.digest()


def _held(seal: Seal) -> bytes:
    held = hashlib.sha256()
    for refs in packed_refs(seal):
        held.update(refs)
    return held.digest()


def _seeds(seal: Seal) -> tuple[bytes | None, bytes | None]:
    """Return the encrypted seed, if a key opens it, and the published one."""
    public = None if seal.server_seed is None else bytes(seal.server_seed)
    try:
        return secrets_of(seal).server_seed, public
    except InvalidToken:
        return None, public


def _list_differences(seal: Seal, mode: fairness.Mode, opened: bytes, seed: bytes) -> Iterator[str]:
    tree = fairness.TicketTree()
    parts = FrozenList.objects.filter(draw=seal.draw_id).order_by("part").values_list("refs", flat=True)
    for refs in parts.iterator(chunk_size=1):
        tree.extend(fairness.PackedRefs(bytes(refs)))
    if (bytes(seal.root or b""), seal.total) != (tree.root(), tree.total):
        yield "root"
    frozen = fairness.freeze_hash(mode, opened, tree.root(), tree.total, seed)
    if seal.freeze_hash is not None and bytes(seal.freeze_hash) != frozen:
        yield "freeze_hash"
    if seal.result_hash is None:
        return
    signature = bytes(seal.signature or b"")
    if signature != (obtained_round(seal) or b""):
        yield "signature"
    if pick(seal.draw, frozen, signature, seed) != seal.places:
        yield "places"
    if bytes(seal.result_hash) != fairness.result_hash(mode, frozen, signature, seed, seal.places or []):
        yield "result_hash"


def _void_differences(seal: Seal, opened: bytes, seed: bytes) -> Iterator[str]:
    listed = None
    if seal.root is not None:
        listed = list_hash(seal.draw, seal, bytes(seal.root), seal.total or 0, seed)
    code = fairness.VoidCode(seal.draw.void_code or 0)
    if bytes(seal.void_hash or b"") != fairness.void_hash(opened, listed, code, seal.draw.void_reason):
        yield "void_hash"


def check_newest_rounds() -> Defect | None:
    """Find the first of the newest rounds that is not the accepted beacon's."""
    return _bad_round(NEWEST_ROUNDS)


def check_all_rounds() -> Defect | None:
    """Find the first of all rounds that is not the accepted beacon's. Each takes a tenth of a second."""
    return _bad_round(None)


def _bad_round(newest: int | None) -> Defect | None:
    for row in Round.objects.order_by("-id")[:newest].iterator(chunk_size=500):
        try:
            if bytes(row.chain_hash) != chain.CHAIN.chain_hash:
                raise fairness.BadRound("It is of another chain.")
            fairness.verify_round(chain.CHAIN, row.round, bytes(row.signature))
        except fairness.FairnessError as error:
            rule = "Every round that was obtained is signed by the accepted beacon."
            return Defect("rounds", rule, {"id": row.pk, "round": row.round, "why": str(error)})
    return None
