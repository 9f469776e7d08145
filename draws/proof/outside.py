"""The log's records outside the database: a file for each, written once, where the ledger's seals are.

`fairness-log/ERA/N.json` is the record N. An era ends when records are lost; the next one begins with the
file `begins.json`, which says after which record it goes on. Nothing here is ever changed or removed.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from draws.models import LogRecord

FOLDER = "fairness-log"
BEGINS = "begins"


@dataclass(frozen=True)
class Kept:
    """A record as it is kept outside; `draw_id` is the draw's id in the protocol, in hex, "" without one."""

    n: int
    time: int
    kind: str
    draw_id: str
    draw: int | None
    record_hash: str
    head: str


def kept_form(record: LogRecord) -> Kept:
    """Return a record as it is kept outside; its draw's seal is read, unless the caller has read it."""
    uid = bytes(record.draw.seal.draw_uid).hex() if record.draw else ""
    hashes = bytes(record.record_hash).hex(), bytes(record.head).hex()
    return Kept(record.n, record.time, record.kind, uid, record.draw_id, *hashes)


def keep(era: int, record: Kept) -> None:
    """Write a record's file, unless it is there."""
    _write(_name(era, f"{record.n:09}"), asdict(record))


def begin(era: int, after: int, told: dict[str, Any]) -> None:
    """Write the file with which an era begins after the record `after`, unless it is there."""
    _write(_name(era, BEGINS), {"after": after, **told})


def exists(era: int, n: int) -> bool:
    """Say whether a record is kept in this era itself."""
    return _storage().exists(_name(era, f"{n:09}"))


def has_begun(era: int) -> bool:
    """Say whether an era has begun."""
    return era <= 1 or _storage().exists(_name(era, BEGINS))


def read(era: int, n: int) -> Kept | None:
    """Return the record N as the era has it, or None: it is not kept, or its file was cut off."""
    while era > 1 and n <= _after(era):
        era -= 1
    told = _read(_name(era, f"{n:09}"))
    try:
        return Kept(**told) if told else None
    except TypeError:
        return None


def newest_era(at_least: int) -> int:
    """Return the newest era that has begun."""
    while has_begun(at_least + 1):
        at_least += 1
    return at_least


def _after(era: int) -> int:
    told = _read(_name(era, BEGINS)) or {}
    return int(told.get("after", -1))


def _write(name: str, told: dict[str, Any]) -> None:
    if not _storage().exists(name):
        _storage().save(name, ContentFile((json.dumps(told, indent=1) + "\n").encode()))


def _read(name: str) -> dict[str, Any] | None:
    if not _storage().exists(name):
        return None
    with _storage().open(name) as file:
        try:
            told = json.loads(file.read())
        except ValueError:
            return None
    return told if isinstance(told, dict) else None


def _storage() -> Storage:
    return storages["ledger_seals"]


def _name(era: int, name: str) -> str:
    return f"{FOLDER}/{era:04}/{name}.json"
