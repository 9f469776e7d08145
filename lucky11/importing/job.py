"""One import: its source, the operator's decisions, and what it has found and done so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import reset_queries
from psycopg import sql

from common.progress import Progress, unseen
from lucky11.importing import clean
from lucky11.importing.decisions import Decision, Decisions
from lucky11.importing.report import Report
from lucky11.importing.rows import RowFiles
from lucky11.importing.source import Source

NOUNS = {
    "users": "user",
    "draws": "draw",
    "participations": "participation",
    "transactions": "transaction",
    "winners": "winner",
}


@dataclass(frozen=True)
class Choices:
    """The operator's decisions; without `apply` nothing is changed."""

    apply: bool = False
    merge: bool = True
    settle: bool = False
    refund: bool = False


@dataclass
class Import:
    """The state that every stage of an import gets. It remembers only accounts with an unusual new id."""

    source: Source
    choices: Choices
    progress: Progress = unseen
    decisions: Decisions = field(default_factory=Decisions)
    rows: RowFiles | None = None
    moved_accounts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.report = Report(self.choices.apply)

    def batches(self, stage: str, query: sql.Composed, size: int, total: int = 0) -> Iterator[list[Any]]:
        """Yield the rows of a query of the old site in lists of at most `size`; show progress after each."""
        rows, done = self.source.rows(query), 0
        self.show(stage, 0, total)
        while batch := list(islice(rows, size)):
            yield batch
            done += len(batch)
            self.show(stage, done, total)

    def show(self, stage: str, done: int, total: int) -> None:
        """Show the progress of the stage."""
        # With DEBUG on, Django remembers every statement.
        reset_queries()
        self.progress(stage, done, total)

    def count(self, name: str, number: int) -> None:
        """Add to one of the report's counts."""
        self.report.counts[name] += number

    def problem(
        self, kind: str, table: str, old_id: object, values: object = "", *, is_open: bool = True
    ) -> Decision | None:
        """Report a problem of one old row, with the values that are wrong; return what was decided for it.

        A row that is not open came over already: no decision can change it.
        """
        said = " ".join(str(values).split())
        decision = self.decisions.meet(kind, table, old_id, said) if is_open else None
        self.report.problem(
            kind, f"{NOUNS[table]} {old_id}{f': {said}' if said else ''}", decided=bool(decision)
        )
        if self.rows:
            words = f"{decision.action}={decision.argument}".rstrip("=") if decision else ""
            self.rows.write(kind, table, str(old_id), said, words)
        return decision

    def player_of(self, old_id: str) -> str:
        """Return the id here of the player that the account of the old site belongs to."""
        return self.moved_accounts.get(old_id) or clean.our_id(old_id)

    def remember_player(self, old_id: str, user_id: str) -> None:
        """Remember the player of an account, if that does not follow from its id."""
        if user_id != clean.our_id(old_id):
            self.moved_accounts[old_id] = user_id
