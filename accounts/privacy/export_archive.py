"""The zip of a player's data: each part as JSON and as CSV, written row by row."""

import csv
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User

IN_MEMORY = 8 * 2**20
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Part:
    """One file of the download: what it holds, its columns, and a player's rows."""

    name: str
    about: str | Promise
    columns: tuple[str, ...]
    rows: Callable[[User], Iterator[tuple[Any, ...]]]


def write_archive(user: User, parts: Iterable[Part]) -> bytes:
    """Return a zip with `README.txt` and, for each part, a .json and a .csv file."""
    parts = list(parts)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _readme(parts))
            for part in parts:
                _write(archive, part, user)
        whole.seek(0)
        return whole.read()


def _write(archive: zipfile.ZipFile, part: Part, user: User) -> None:
    """Read the rows once: JSON goes into the zip at once, CSV waits in a file for its turn."""
    names = [column.replace("__", "_") for column in part.columns]
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as aside:
        table = csv.writer(aside)
        table.writerow(names)
        with (
            archive.open(f"{part.name}.json", "w", force_zip64=True) as raw,
            TextIOWrapper(raw, "utf-8") as out,
        ):
            out.write("[")
            for n, row in enumerate(part.rows(user)):
                values = [plain(value) for value in row]
                entry = dict(zip(names, values, strict=True))
                out.write(",\n" if n else "\n")
                out.write(json.dumps(entry, ensure_ascii=False))
                table.writerow([cell(value) for value in values])
            out.write("\n]\n")
        aside.seek(0)
        with (
            archive.open(f"{part.name}.csv", "w", force_zip64=True) as raw,
            TextIOWrapper(raw, "utf-8") as out,
        ):
            while piece := aside.read(2**16):
                out.write(piece)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: times in UTC, money as text, bytes as hex digits."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value


def cell(value: Any) -> Any:
    """Return a value that is safe in a spreadsheet: text like a formula gets an apostrophe in front."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def _readme(parts: list[Part]) -> str:
    lines = [
        _("Your data at Lucky11"),
        _("Created on %(moment)s UTC.") % {"moment": f"{timezone.now():%Y-%m-%d %H:%M}"},
        "",
        _("Every file comes in two formats: .json for programs and .csv for spreadsheets. Times are in UTC."),
        _("In the .csv files, text that a spreadsheet would read as a formula starts with an apostrophe."),
        _(
            "Your password and the secrets of your second factors are not included, because nobody "
            "can read them."
        ),
        "",
    ]
    lines += [f"{part.name}: {part.about}" for part in parts]
    return "\n".join(lines) + "\n"
