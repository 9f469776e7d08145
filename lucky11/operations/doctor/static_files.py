"""Check of the static files: collected, all of them, and from these very sources."""

from django.conf import settings
from django.core.files.storage import storages

from lucky11.operations.doctor.results import Result, ok, problem, some_of
from lucky11.static_storage import StaticStorage

COLLECT = "Run `manage.py collectstatic --noinput`, then restart the web processes."


def collected() -> Result:
    """Compare the collected static files with their sources."""
    storage = storages["staticfiles"]
    if not isinstance(storage, StaticStorage):
        return ok("They are served from their sources while DEBUG is on.")
    if not storage.hashed_files:
        return problem(f"The static files are not collected in {settings.STATIC_ROOT}.", COLLECT)
    stale = sorted(storage.stale())
    if stale:
        return problem(f"{len(stale)} static files are not those of this version: {some_of(stale)}.", COLLECT)
    return ok(f"{len(storage.hashed_files)} files in {settings.STATIC_ROOT}, all of this version.")
