"""Running an upgrade from its first step to its last, and undoing it when a step fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from lucky11 import __version__
from lucky11.operations import OperationError, runs
from lucky11.operations.backups.extensions import Say
from lucky11.operations.schema import rollback
from lucky11.operations.upgrades import checks, journal, running_site
from lucky11.operations.upgrades.steps import STEPS, Options, Upgrade

FAILURES = (OperationError, CommandError, Error, OSError)


def upgrade(say: Say, options: Options) -> None:
    """Take the site to this code's version. A run that was killed is continued.

    Raises OperationError if a step failed: then everything was put back as it was, or the error says what was
    not, in which state the site is, and what to do.
    """
    checks.refuse_without_site()
    with _alone():
        work = _begin_or_continue(say, options)
        for number, step in enumerate(STEPS, 1):
            say(f"[{number}/{len(STEPS)}] {step.name}")
            work.journal.note(step=step.name)
            try:
                step.do(work)
            except FAILURES as error:
                raise OperationError(f"{_sentence(error)} {_undo(work, _sentence(error))}") from error
        old = work.journal.details["old"]
        work.journal.end(ok=True, summary=f"{old} → {__version__}, backup {work.journal.details['backup']}.")
    say(f"Lucky11 {__version__} is running; it was {old}.")


def undo(say: Say, options: Options) -> None:
    """Undo the upgrade that was interrupted. Raises OperationError if there is none."""
    checks.refuse_without_site()
    with _alone():
        found = journal.unfinished()
        if found is None:
            raise OperationError("No upgrade was interrupted, so there is nothing to undo.")
        say(_undo(Upgrade(found, __version__, say, options), "Undone by hand."))


@contextmanager
def _alone() -> Iterator[None]:
    with try_advisory_lock(AdvisoryLock.UPGRADE) as free:
        if not free:
            raise OperationError("Another upgrade is running. Nothing was done.")
        yield


def _begin_or_continue(say: Say, options: Options) -> Upgrade:
    found = journal.unfinished()
    if found and found.details["to"] != __version__:
        raise OperationError(
            f"An upgrade to {found.details['to']} was interrupted at `{found.details.get('step')}`, and this "
            f"is {__version__}. Nothing was done. Continue it with that version's code, or undo it: "
            "manage.py upgrade --undo."
        )
    if found:
        say(f"The upgrade to {__version__} was interrupted at `{found.details.get('step')}`. It goes on.")
    return Upgrade(found or journal.begin(to=__version__), __version__, say, options)


def _undo(work: Upgrade, why: str) -> str:
    """Put back what was changed; return a sentence about the state that the site is in."""
    if "before" not in work.journal.details:
        work.journal.end(ok=False, summary=why)
        return "The upgrade did not begin."
    try:
        state = _put_back(work)
    except FAILURES as error:
        # Not over: the next run has to know how everything was.
        return _stuck(work, error)
    work.journal.end(ok=False, summary=why)
    return state


def _put_back(work: Upgrade) -> str:
    """Roll the migrations back, and let the code of before run on them."""
    old = work.journal.details["old"]
    for app, name in rollback.targets_of(work.before):
        work.say(f"Rolling {app} back to {name or 'zero'}.")
        target = [app, name or "zero"]
        call_command("migrate", *target, interactive=False, verbosity=0, **work.options.limits)
    schema = f"The database is as {old} had it, without any loss"
    restarted = work.journal.details.get("restarted")
    if restarted and not settings.UPGRADE_UNDO_COMMAND:
        return (
            f"{schema}; maintenance is on, because processes of {__version__} may be running. Put the "
            f"code of {old} back, restart all processes, and then run manage.py maintenance off."
        )
    if restarted:
        running_site.restart(settings.UPGRADE_UNDO_COMMAND, old)
        running_site.wait_for(old, work.options.wait)
    if not work.journal.details["maintenance_before"]:
        journal.end_maintenance()
    if restarted:
        return f"{schema}, {old} is running again, and maintenance is as it was before."
    return (
        f"{schema}, its processes were never stopped, and maintenance is as it was before. Put the code of "
        f"{old} back on disk before anything restarts them."
    )


def _stuck(work: Upgrade, error: Exception) -> str:
    extra = sorted(".".join(key) for key in checks.applied() - work.before)
    schema = f"the database still has {', '.join(extra)}" if extra else "the database is as it was before"
    backup = work.journal.details.get("backup")
    return (
        f"Undoing failed too: {_sentence(error)} Maintenance is on and {schema}. Run manage.py upgrade, or "
        f"upgrade --undo, once the reason is gone; or restore what was before: manage.py db_restore {backup} "
        f"--into NAME --swap, put the code of {work.journal.details['old']} back, restart all processes, and "
        "run manage.py maintenance off."
    )


def _sentence(error: Exception) -> str:
    said = str(error) if isinstance(error, OperationError | CommandError) else runs.why(error)
    return said if said.endswith((".", "!")) else f"{said}."
