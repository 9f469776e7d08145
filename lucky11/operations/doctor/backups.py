"""Checks of backups: the newest, whether it was tested and encrypted, and what it would be lost with."""

import os
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from common.database.clock import database_now
from lucky11 import checks
from lucky11.monitoring import alerts
from lucky11.operations.backups import stores
from lucky11.operations.doctor.results import Result, from_messages, ok, problem, some_of, warning

MAKE_ONE = "Run `manage.py db_backup`."
TEST_ONE = "Run `manage.py backup_drill`."


def newest() -> Result:
    """Check that the newest backup is not old, and that backups are made and tested."""
    names = stores.names()
    if not names:
        return warning(f"There is no backup in {stores.location()} yet.", MAKE_ONE)
    manifest = stores.manifest(names[0])
    hours = (database_now() - manifest.taken).total_seconds() / 3600
    tested = next((name for name in names if name in stores.verified()), None)
    found = f"{len(names)} in {stores.location()}, the newest of {hours:.0f} hours ago; "
    found += f"the newest that was restored as a test: {tested or 'none yet'}."
    if hours > alerts.BACKUP_HOURS:
        said = f"{found} The limit is {alerts.BACKUP_HOURS} hours."
        return problem(said, f"Read why in the admin under Operations. {MAKE_ONE}")
    said = alerts.backups() or ""
    if said:
        return warning(f"{found} {said}", TEST_ONE if "drill" in said else MAKE_ONE)
    return ok(found)


def encryption() -> Result:
    """Check that backups are encrypted, or that the operator said no."""
    result = from_messages(checks.backups(None), "Backups are encrypted (BACKUP_KEYS).")
    if result.state != "ok":
        return result
    if not settings.BACKUP_KEYS:
        return ok("BACKUP_ENCRYPTION=false says that another layer encrypts backups.")
    names = stores.names()
    if names and not stores.manifest(names[0]).encrypted:
        return warning(f"The newest backup, {names[0]}, is not encrypted; new ones are.", MAKE_ONE)
    return result


def disk() -> Result:
    """Check that one broken disk does not take the backups with the data."""
    storage = storages["backups"]
    if not isinstance(storage, FileSystemStorage):
        return ok(f"Backups are in {stores.location()}, not on this machine.")
    place = Path(storage.location)
    if not place.is_dir():
        return ok(f"{place} does not exist yet.")
    same = [name for name, path in _data().items() if path.exists() and _device(path) == _device(place)]
    if not same:
        return ok(f"{place} is on a disk of its own.")
    said = f"{place} is on the same disk as {some_of(same)}."
    return warning(said, "Let BACKUP_FOLDER be on another disk or machine, or use BACKUP_STORAGE.")


def _device(path: Path) -> int:
    return os.stat(path).st_dev


def _data() -> dict[str, Path]:
    """Return the folders of what backups are there for, as far as they are on this machine and known."""
    kept = {"the pictures": "prize_pictures", "the seals": "ledger_seals"}
    storage = {what: storages[alias] for what, alias in kept.items()}
    found = {what: Path(s.location) for what, s in storage.items() if isinstance(s, FileSystemStorage)}
    found["the site"] = settings.BASE_DIR
    return found
