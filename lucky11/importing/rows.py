"""Every row that the import found something about, written while it runs: one CSV and one JSON file."""

import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from lucky11.importing.decisions import guarded
from lucky11.importing.rules import RULES, code_of

COLUMNS = ("table", "id", "code", "needed", "values", "without_decision", "possible", "decision")


class RowFiles:
    """The two files of rows, of any length: nothing of them is kept in memory."""

    def __init__(self, table: TextIO, array: TextIO) -> None:
        self.array = array
        self.csv = csv.writer(table)
        self.csv.writerow(COLUMNS)
        self.before = "[\n"

    def write(self, kind: str, table: str, old_id: str, values: str, decision: str) -> None:
        """Write one row."""
        rule = RULES[kind]
        cells = {
            "table": table,
            "id": old_id,
            "code": code_of(kind),
            "needed": "yes" if rule.decision else "no",
            "values": values,
            "without_decision": rule.rule,
            "possible": " ".join(rule.possible),
            "decision": decision,
        }
        self.csv.writerow([guarded(cell) for cell in cells.values()])
        self.array.write(self.before + json.dumps(cells, ensure_ascii=False))
        self.before = ",\n"

    def close(self) -> None:
        """End the JSON file's array."""
        self.array.write("\n]\n" if self.before == ",\n" else "[]\n")


@contextmanager
def row_files(folder: Path) -> Iterator[RowFiles]:
    """Open rows.csv and rows.json in the folder; they appear whole, at the end. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [folder / f"rows.{suffix}.part" for suffix in ("csv", "json")]
    with _private(parts[0]) as table, _private(parts[1]) as array:
        files = RowFiles(table, array)
        yield files
        files.close()
    for part in parts:
        part.replace(part.with_suffix(""))


def write_summary(folder: Path, summary: dict[str, Any]) -> None:
    """Write summary.json into the folder. Raises OSError."""
    with _private(folder / "summary.json") as file:
        file.write(json.dumps(summary, indent=2) + "\n")


def _private(path: Path) -> TextIO:
    """Open a file that only its owner can read: it holds ids and email addresses of players."""
    path.unlink(missing_ok=True)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="")
