"""The operator's decisions for single rows: read from a file, checked as a whole, looked up by the import."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lucky11.importing.rules import RULES, code_of

MOST_SAID = 20
# What a spreadsheet would run as a formula. The report writes an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
KINDS = {code_of(kind): kind for kind in RULES}
Key = tuple[str, str, str]


class Refused(Exception):
    """The file of decisions cannot be used; one sentence a line. Nothing was changed."""

    def __init__(self, wrong: list[str]) -> None:
        more = [f"… and {len(wrong) - MOST_SAID:,} more."] if len(wrong) > MOST_SAID else []
        super().__init__("\n".join([*wrong[:MOST_SAID], *more]))


@dataclass(frozen=True)
class Decision:
    """What to do with one row of the old site: an action, with its argument if it needs one."""

    line: int
    values: str
    action: str
    argument: str = ""


@dataclass
class Decisions:
    """Every decision of a file, by kind, table and old id; which of them the import has met, and as what."""

    sha256: str = ""
    rows: dict[Key, Decision] = field(default_factory=dict)
    met: dict[Key, str] = field(default_factory=dict)

    def of(self, kind: str, table: str, old_id: object) -> Decision | None:
        """Return the decision for a row, if there is one."""
        return self.rows.get((kind, table, str(old_id)))

    def meet(self, kind: str, table: str, old_id: object, values: str) -> Decision | None:
        """Return the decision for a row that the import found with these values, and note that it did."""
        decision = self.of(kind, table, old_id)
        if decision:
            self.met[kind, table, str(old_id)] = values
        return decision

    def has(self, action: str) -> bool:
        """Say whether any decision has this action."""
        return any(decision.action == action for decision in self.rows.values())

    def with_action(self, *actions: str) -> Iterator[tuple[Key, Decision]]:
        """Yield the decisions that have one of these actions."""
        for key, decision in self.rows.items():
            if decision.action in actions:
                yield key, decision

    def unmet(self, *, begun: bool) -> list[str]:
        """Return a sentence for each decision whose row is not open or has other values, after a dry run.

        `begun`: this very file was begun before, so that rows that are no longer open are done.
        """
        wrong = []
        for key, decision in self.rows.items():
            named = f"Line {decision.line}: {key[1]} {key[2]}, {code_of(key[0])}"
            if key not in self.met:
                if not begun:
                    wrong.append(
                        f"{named}: no such row is open. It was decided already, or is not as reported."
                    )
            elif self.met[key] != decision.values:
                wrong.append(f"{named}: the old site now has “{self.met[key]}”. Make the report again.")
        return wrong


def read_decisions(path: Path) -> Decisions:
    """Read the rows of a report whose `decision` is filled in, from a CSV or a JSON file.

    Raises Refused, with a sentence for every line that cannot be understood.
    """
    try:
        content = path.read_bytes()
        rows = list(_rows(path, content.decode("utf-8-sig")))
    except OSError as error:
        raise Refused([f"{path} cannot be read: {error.strerror}."]) from error
    except (ValueError, csv.Error) as error:
        raise Refused([f"{path} is neither the CSV nor the JSON of a report: {error}."]) from error
    found, wrong = Decisions(hashlib.sha256(content).hexdigest()), []
    for line, row in rows:
        decided = (row.get("decision") or "").strip()
        if not decided:
            continue
        kind = KINDS.get(row.get("code") or "", "")
        key = kind, row.get("table") or "", row.get("id") or ""
        mistake = _mistake(kind, decided)
        if not mistake and key in found.rows:
            mistake = f"the row was decided in line {found.rows[key].line} already"
        if mistake:
            wrong.append(f"Line {line}: {mistake}.")
        else:
            action, _, argument = decided.partition("=")
            argument = argument.strip().lower() if action == "email" else argument.strip()
            found.rows[key] = Decision(line, row.get("values") or "", action, argument)
    wrong += _given_twice(found)
    if wrong:
        raise Refused(wrong)
    return found


def _rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    if path.suffix.lower() == ".json":
        # A report has one row a line, after the opening bracket.
        yield from enumerate(_json_rows(text), 2)
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = {"table", "id", "code", "values", "decision"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"it has no column {', '.join(sorted(missing))}")
    for row in reader:
        yield reader.line_num, {name: plain(value) for name, value in row.items() if isinstance(value, str)}


def _json_rows(text: str) -> list[dict[str, Any]]:
    rows = json.loads(text)
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and all(isinstance(value, str) for value in row.values()) for row in rows
    ):
        raise ValueError("it is not a list of rows whose values are all texts")
    return rows


def _mistake(kind: str, decided: str) -> str:
    if not kind:
        return "no problem has this code"
    possible = RULES[kind].possible
    action, equals, argument = decided.partition("=")
    if action + equals not in possible:
        words = ", ".join(possible) or "none"
        return f"“{decided}” is no decision for {code_of(kind)} (possible: {words})"
    return "" if not equals or argument.strip() else f"“{decided}” lacks its value"


def _given_twice(found: Decisions) -> Iterator[str]:
    emails = Counter(decision.argument for _, decision in found.with_action("email"))
    for _, decision in found.with_action("email"):
        if emails[decision.argument] > 1:
            yield f"Line {decision.line}: {decision.argument} is given to more than one account."


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; `plain` takes the guard away."""
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(text: str) -> str:
    """Return the text of a cell, without the guard."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
