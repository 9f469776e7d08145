"""Which migration failed, at which statement, what it left behind, and what to run then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate

from lucky11.operations import failures
from lucky11.operations.schema.plan import Step

LONGEST_STATEMENT = 400


@dataclass
class Watch:
    """How far a run of migrate came; `note` hears Django's progress, and `execute` every statement."""

    plan: list[Step] = field(default_factory=list)
    done: list[Migration] = field(default_factory=list)
    current: Migration | None = None
    backwards: bool = False
    statement: str = ""

    def __str__(self) -> str:
        return _name(self.current) if self.current else "the migration"

    def note(self, action: str, migration: Migration | None) -> None:
        """Follow the migrations as they begin and end."""
        if migration is None or not action.endswith(("apply_start", "apply_success")):
            return
        self.backwards, self.statement = action.startswith("un"), ""
        self.current = migration if action.endswith("_start") else None
        if self.current is None:
            self.done.append(migration)

    def execute(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        """Run a statement, and remember it if it fails; its values may be private and are left out."""
        try:
            return execute(sql, *rest)
        except Exception:
            self.statement = " ".join(str(sql).split())
            raise

    def sentences(self, error: Exception) -> str:
        """Return what an operator reads, or "" if the error came before or after the migrations."""
        if self.current is None:
            return ""
        said = failures.sentence(error, self._state())
        return said or f"{type(error).__name__}: {failures.reason(error)}. {self._state()}"

    def _state(self) -> str:
        assert self.current is not None
        name, verb = _name(self.current), "taken back" if self.backwards else "applied"
        done = [_name(each) for each in self.done]
        left = [_name(each) for each, _ in self.plan if _name(each) not in (*done, name)]
        return (
            f"The migration {name} failed {self._where()}. {self._left_behind()} {verb.capitalize()} before "
            f"it: {', '.join(done) or 'none'}. Not {verb}: {', '.join([name, *left])}. Mend the cause, and "
            f"run the same command again: it goes on with {name}.{self._way_back()}"
        )

    def _where(self) -> str:
        if not self.statement:
            return "in its Python code or at its end"
        cut = self.statement[:LONGEST_STATEMENT]
        return f"at this statement: {cut}{'…' if cut != self.statement else ''}"

    def _left_behind(self) -> str:
        if self.current is not None and self.current.atomic:
            return "All of it was rolled back."
        return "It is not one database transaction, so what it had done before that statement stays."

    def _way_back(self) -> str:
        if self.backwards or not self.done:
            return ""
        targets = {each.app_label: _before(each) for each in reversed(self.done)}
        commands = [f"manage.py db_rollback {app} {name}" for app, name in targets.items()]
        return f" To go back to where this run began instead: {'; '.join(commands)}."


@contextmanager
def watched(database: BaseDatabaseWrapper, watch: Watch) -> Iterator[None]:
    """Within the block, tell the watch the plan and every statement that fails."""

    def learn(plan: list[Step], **_: Any) -> None:
        watch.plan = plan

    pre_migrate.connect(learn, weak=False)
    try:
        with database.execute_wrapper(watch.execute):
            yield
    finally:
        pre_migrate.disconnect(learn)


def _before(migration: Migration) -> str:
    ours = [name for app, name in migration.dependencies if app == migration.app_label]
    return ours[0] if ours else "zero"


def _name(migration: Migration) -> str:
    return f"{migration.app_label}.{migration.name}"
