"""The public documents, in the form of the fairness protocol: one draw's proof, and the site's whole log.

Written records never change and the log only grows. So one statement reads a document's facts, in one
snapshot, and the rest is streamed without keeping a database transaction open for a slow reader.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import JSONObject

from draws import fairness
from draws.models import Draw, FrozenList, LogRecord, Redraw, Seal, Winner
from draws.proof import log
from draws.proof.public_seals import public_seals
from draws.proof.seals import open_record

FORM = "1.1"
PROOF_VERSION, LOG_VERSION = f"lucky11-draw/{FORM}", f"lucky11-log/{FORM}"
TERMS = (
    *("title", "entry_fee", "max_participants", "max_per_player", "min_participants"),
    *("prize_amount", "prize_coins", "claim_days", "disqualify"),
)
HASH_BYTES = 32
BYTES_A_TICKET, OTHER_BYTES = 2 * HASH_BYTES + 4, 3_000
RECORDS_AT_ONCE = 1000


@dataclass(frozen=True)
class Proof:
    """A published draw's facts at one moment, enough to write its document."""

    draw: Draw
    seal: Seal
    records: list[dict[str, Any]]

    @property
    def version(self) -> str:
        """What fixes all that the document says: the head after the draw's newest record, and its form."""
        return f"{self.records[-1]['head']}-{FORM}"

    def is_final(self) -> bool:
        """Return whether nothing can be added any more: no prize is left that could go to a reserve."""
        open_prizes = Q(hand_over__in=[Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED])
        unsettled = Q(settled_at__isnull=True)
        ended = self.draw.has_ended
        return ended and not Winner.objects.filter(open_prizes | unsettled, draw=self.draw).exists()

    def stream(self) -> Iterator[bytes]:
        """Yield the document piece by piece, with one part of the ticket list in memory at a time."""
        seal = self.seal
        yield _members(
            v=PROOF_VERSION,
            draw_id=_hex(seal.draw_uid),
            open=_open(self.draw, seal),
            server_seed=_hex(seal.public_seed),  # type: ignore[attr-defined]
        )
        if seal.root is None:
            yield b',"entries":null,'
        else:
            yield b',"entries":['
            yield from _entries(self.draw.pk)
            yield b"],"
        yield _members(
            freeze=_freeze(seal),
            beacon=_beacon(seal),
            winners=seal.places,
            result_hash=_hex(seal.result_hash),
            void=_void(self.draw, seal),
            log=self.records,
            listed=_listed(seal),
            passes=_passes(seal, self.records),
        ).removeprefix(b"{")
        yield b"}\n"


def proof_of(draw_id: int) -> Proof | None:
    """Return the facts of a published draw; None for a draft or no draw at all. One query."""
    rows = LogRecord.objects.filter(draw=OuterRef("pk")).order_by("n")
    record = JSONObject(
        n="n",
        time="time",
        kind="kind",
        record_hash=_in_hex("record_hash"),
        prev=_in_hex("prev"),
        head=_in_hex("head"),
    )
    seals = (
        public_seals()
        .select_related("draw")
        .annotate(
            records=ArraySubquery(rows.values(record=record)),
            redraws=ArraySubquery(_redraws().values(passed=PASSED)),
            lapses=ArraySubquery(_lapses().values(passed=LAPSED)),
        )
    )
    seal = seals.filter(pk=draw_id).first() if draw_id < 2**31 else None
    if seal is None:
        return None
    order = ("n", "time", "kind", "record_hash", "prev", "head")
    # PostgreSQL keeps the keys of a JSON object in an order of its own.
    return Proof(seal.draw, seal, [{key: row[key] for key in order} for row in seal.records])


def bytes_about(total: int | None) -> int:
    """Return about how many bytes the document of a draw with so many listed tickets has."""
    return OTHER_BYTES + BYTES_A_TICKET * (total or 0)


def refs_of(draw_id: int) -> Iterator[bytes]:
    """Yield a frozen ticket list in order, packed, one part at a time."""
    part = 0
    while refs := FrozenList.objects.filter(draw=draw_id, part=part).values_list("refs", flat=True).first():
        yield bytes(refs)
        part += 1


def list_as_text(draw_id: int) -> Iterator[bytes]:
    """Yield a frozen ticket list, one line per ticket: its number, a space, its holder's pseudonym."""
    number = 1
    for refs in refs_of(draw_id):
        lines = refs.hex("\n", HASH_BYTES).split("\n")
        yield "".join(f"{n} {ref}\n" for n, ref in enumerate(lines, number)).encode()
        number += len(lines)


@dataclass(frozen=True)
class SiteLog:
    """The site's log up to one record: nothing that comes later changes what is streamed."""

    newest: int
    head: str

    def stream(self) -> Iterator[bytes]:
        """Yield the document, one record per line, with only the next records in memory."""
        yield _members(v=LOG_VERSION, origin=log.origin(), head=self.head) + b',"records":['
        after, comma = 0, b"\n"
        while records := self._records_after(after):
            yield comma + ",\n".join(_json(record) for record in records).encode()
            after, comma = records[-1]["n"], b",\n"
        yield b"\n]}\n"

    def _records_after(self, n: int) -> list[dict[str, Any]]:
        rows = LogRecord.objects.filter(n__gt=n, n__lte=self.newest).order_by("n")
        fields = (
            "n",
            "time",
            "kind",
            "record_hash",
            "prev",
            "head",
            "draw__seal__draw_uid",
            "draw__seal__seq",
        )
        return [_log_record(*row) for row in rows.values_list(*fields)[:RECORDS_AT_ONCE]]


def site_log() -> SiteLog:
    """Return the log as it is now. Its records are numbered without a gap, each committed before the next."""
    last = LogRecord.objects.order_by("-n").values_list("n", "head").first()
    newest, head = last or (0, log.newest_head())
    return SiteLog(newest, bytes(head).hex())


def _log_record(
    n: int, time: int, kind: str, record: bytes, prev: bytes, head: bytes, uid: bytes, seq: int
) -> dict[str, Any]:
    hashes = {"record_hash": _hex(record), "prev": _hex(prev), "head": _hex(head), "draw_id": _hex(uid)}
    return {"n": n, "time": time, "kind": kind} | hashes | ({"seq": seq} if kind == "open" else {})


def _open(draw: Draw, seal: Seal) -> dict[str, Any]:
    record = open_record(draw, seal)
    beacon, terms = record.beacon, fairness.parse_terms(record.terms)
    return {
        "seq": record.seq,
        "mode": record.mode.label,
        "closes_at": record.closes_at,
        "freeze_by": record.freeze_by,
        "beacon": beacon
        and {"chain_hash": beacon.chain_hash.hex(), "scheme": beacon.scheme, "round": beacon.round},
        "winners": record.winners,
        "reserves": record.reserves,
        "policy": record.policy.label,
        "terms": {key: terms[key] for key in TERMS if key in terms},
        "seed_commit": record.seed_commit.hex(),
        "open_hash": _hex(seal.open_hash),
    }


def _entries(draw_id: int) -> Iterator[bytes]:
    comma = b"\n"
    for refs in refs_of(draw_id):
        yield comma + b'"' + refs.hex("\n", HASH_BYTES).replace("\n", '",\n"').encode() + b'"'
        comma = b",\n"


def _freeze(seal: Seal) -> dict[str, Any] | None:
    if seal.freeze_hash is None:
        return None
    return {"root": _hex(seal.root), "total": seal.total, "freeze_hash": _hex(seal.freeze_hash)}


def _listed(seal: Seal) -> dict[str, Any] | None:
    """The list of a draw that was void before freezing."""
    if seal.root is None or seal.freeze_hash is not None:
        return None
    return {"root": _hex(seal.root), "total": seal.total}


def _passes(seal: Any, records: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What each record after the result is made from; None without a result.

    A prize that lapsed before version 1.1 has no record, and so none here.
    """
    if seal.result_hash is None:
        return None
    opened = {row.pop("record_hash"): row for row in seal.redraws}
    for row in seal.lapses:
        digest = fairness.lapse_hash(bytes(seal.result_hash), row["from"], row["reason"])
        opened[digest.hex()] = row
    rows = [opened[row["record_hash"]] for row in records if row["kind"] in ("redraw", "lapse")]
    return [
        {
            "from": row["from"],
            "to": row["to"],
            "code": fairness.PassCode.of(row["reason"]).label,
            "reason": row["reason"],
        }
        for row in rows
    ]


def _redraws() -> QuerySet[Redraw]:
    return Redraw.objects.filter(draw=OuterRef("pk"))


def _lapses() -> QuerySet[Winner]:
    return Winner.objects.filter(draw=OuterRef("pk"), forfeited_at__isnull=False, passed_on__isnull=True)


def _beacon(seal: Seal) -> dict[str, Any] | None:
    return None if seal.signature is None else {"round": seal.round, "signature": _hex(seal.signature)}


def _void(draw: Draw, seal: Seal) -> dict[str, Any] | None:
    if seal.void_hash is None:
        return None
    code = fairness.VoidCode(draw.void_code or 0)
    return {"code": code.label, "reason": draw.void_reason, "record_hash": _hex(seal.void_hash)}


def _members(**members: Any) -> bytes:
    """Return a JSON object's members, with the brace that opens it and without the one that closes it."""
    return _json(members)[:-1].encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hex(value: bytes | memoryview | None) -> str | None:
    return None if value is None else bytes(value).hex()


def _in_hex(column: str) -> Func:
    return Func(F(column), Value("hex"), function="encode", output_field=TextField())


PASSED = JSONObject(
    **{"from": "failed__place", "to": "reserve__place"}, reason="reason", record_hash=_in_hex("record_hash")
)
LAPSED = JSONObject(
    **{"from": "place", "to": Value(None, output_field=IntegerField())}, reason="forfeit_reason"
)
