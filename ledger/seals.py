"""Ledger seals: once a day the ledger's size and every chain's head, written outside the database.

Whoever can rewrite the database can rewrite a chain so that it fits again. They cannot rewrite the seals too,
when these are kept where the database's owner does not write (the storage `ledger_seals` in the settings).
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.utils import timezone

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from ledger.integrity import Defect

EVERY = timedelta(hours=24)
RULE = "The ledger is an unbroken continuation of every seal taken of it."
HEADS = """SELECT DISTINCT ON (user_id) user_id, user_seq, hash FROM transactions
           WHERE id <= %s ORDER BY user_id, user_seq DESC"""


@dataclass(frozen=True)
class LedgerSeal:
    """The ledger up to the transaction `last_id`: its rows, all chains' heads, the seal before."""

    number: int
    taken_at: str
    last_id: int
    rows: int
    heads: str
    previous: str

    def digest(self) -> str:
        """Return the digest of this seal, which the next seal contains."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def seal_ledger(*, now: bool = False) -> LedgerSeal | None:
    """Take the day's seal and store it; None when the newest is younger than a day, unless `now`.

    Safe to call from many places at once: one of them takes it.
    """
    with try_advisory_lock(AdvisoryLock.LEDGER_SEAL) as free:
        if not free:
            return None
        taken = stored_seals()
        newest = taken[-1] if taken else None
        if newest and not now and timezone.now() - datetime.fromisoformat(newest.taken_at) < EVERY:
            return None
        seal = _seal_after(newest)
        text = json.dumps(asdict(seal), indent=2) + "\n"
        _storage().save(_name(seal.number), ContentFile(text.encode()))
        return seal


def _seal_after(newest: LedgerSeal | None) -> LedgerSeal:
    last_id = _watermark()
    rows, heads = _measure(last_id)
    return LedgerSeal(
        number=newest.number + 1 if newest else 1,
        taken_at=timezone.now().isoformat(timespec="seconds"),
        last_id=last_id,
        rows=rows,
        heads=heads,
        previous=newest.digest() if newest else "",
    )


def check_seals() -> Defect | None:
    """Find the first seal that the ledger, or the seal after it, does not match; None when all match."""
    try:
        seals = stored_seals()
    except (ValueError, TypeError) as error:
        return Defect("seals", RULE, {"seal": "unreadable", "error": str(error)})
    previous = ""
    for number, seal in enumerate(seals, 1):
        if seal.number != number or seal.previous != previous:
            return Defect("seals", RULE, {"seal": number, "error": "a seal is missing or was changed"})
        previous = seal.digest()
        rows, heads = _measure(seal.last_id)
        if (rows, heads) != (seal.rows, seal.heads):
            return Defect(
                "seals",
                RULE,
                {"seal": number, "taken": seal.taken_at, "rows": rows, "sealed_rows": seal.rows},
            )
    return None


def stored_seals() -> list[LedgerSeal]:
    """Return every stored seal, oldest first. Raises ValueError or TypeError for any other file."""
    storage = _storage()
    if not storage.exists(""):
        return []
    names = sorted(name for name in storage.listdir("")[1] if name.startswith("ledger-seal-"))
    seals = []
    for name in names:
        with storage.open(name) as file:
            seals.append(LedgerSeal(**json.loads(file.read())))
    return seals


def _measure(last_id: int) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM transactions WHERE id <= %s", [last_id])
        rows = int(cursor.fetchone()[0])
    digest = hashlib.sha256()
    with connection.chunked_cursor() as cursor:
        cursor.execute(HEADS, [last_id])
        for user_id, user_seq, head in cursor:
            digest.update(f"{user_id} {user_seq} {bytes(head).hex()}\n".encode())
    return rows, digest.hexdigest()


@transaction.atomic
def _watermark() -> int:
    # Writers wait for this database transaction: it ends before anything is read.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT ledger_watermark()")
        return int(cursor.fetchone()[0])


def _storage() -> Storage:
    return storages["ledger_seals"]


def _name(number: int) -> str:
    return f"ledger-seal-{number:06}.json"
