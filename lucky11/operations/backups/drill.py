"""The drill: restore the newest backup into a scratch database and check it; only then does it count."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import identify_hasher
from django.utils import timezone

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from lucky11.operations import OperationError, database_server, runs
from lucky11.operations.backups import site, stores
from lucky11.operations.backups.extensions import Say
from lucky11.operations.backups.restore import restore_beside

KIND = "backup_drill"
EVERY = timedelta(days=7)
PLAYER = """SELECT id, email, password FROM users
            WHERE is_active AND closed_at IS NULL AND email IS NOT NULL AND password NOT LIKE '!%'
            ORDER BY last_login DESC NULLS LAST, id LIMIT 1"""


def drill(say: Say, name: str | None = None) -> str:
    """Restore the backup (default: the newest), check it, read a player as sign-in does; record the result.

    Raises OperationError if any of it fails, and records that too. The scratch database is always dropped.
    """
    with try_advisory_lock(AdvisoryLock.BACKUP_DRILL) as free, runs.record(KIND) as run:
        if not free:
            raise OperationError("Another drill is running. Wait until it has finished.")
        name = name or next(iter(stores.names()), None)
        if name is None:
            raise OperationError(f"There is no backup in {stores.location()}. Make one: manage.py db_backup.")
        run.details |= {"backup": name}
        _drill(name, say)
        taken = stores.manifest(name).taken
        run.details |= {"taken_at": taken.isoformat()}
        run.summary = f"{name} was restored, its books balance and a player can sign in."
        return run.summary


def drill_if_due() -> str | None:
    """Run a drill if there is a backup and the last successful drill is older than a week.

    A drill from the future was recorded by a clock that was wrong, and does not count.
    """
    last = runs.last_good(KIND)
    if not stores.names() or (last and last.ended_at and _within(EVERY, last.ended_at)):
        return None
    newest = runs.newest(KIND)
    # A failed drill is tried again the next day, not at each tick.
    if newest and newest.ok is False and _within(timedelta(days=1), newest.started_at):
        return None
    return drill(lambda _: None)


def _within(period: timedelta, then: datetime) -> bool:
    return timedelta(0) <= timezone.now() - then < period


def _drill(name: str, say: Say) -> None:
    scratch = f"{database_server.live()[:40]}_drill_{name.rpartition('-')[2]}"
    database_server.drop(scratch)
    try:
        if f"{name}.site" in stores.files():
            site.check_files(name)
            say("Its pictures and seals are whole.")
        manifest = restore_beside(name, scratch, say, migrate=True, grants=False)
        who = _check_sign_in(scratch)
        say(f"{who} can be read as sign-in reads it.")
        stores.mark_verified(
            name, f"{timezone.now().isoformat()} restored, {sum(manifest.rows.values())} rows\n"
        )
    finally:
        database_server.drop(scratch)


def _check_sign_in(scratch: str) -> str:
    """Read a player as sign-in does: the account, and a password hash that this site can check."""
    with database_server.connect(scratch) as database:
        found = database.execute(PLAYER).fetchone()
        people = database.execute("SELECT count(*) FROM users").fetchone()
    if found is None:
        if people == (0,):
            return "There are no accounts yet, so nobody"
        raise OperationError("Nobody can sign in to the restored copy: no active account has a password.")
    try:
        identify_hasher(found[2])
    except ValueError:
        raise OperationError(
            f"In the restored copy the password of player {found[0]} is in a form this site cannot check."
        ) from None
    return f"Player {found[0]}"
