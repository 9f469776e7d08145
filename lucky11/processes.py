"""The site's processes and their commands: `python -m lucky11.processes NAME` becomes the named one.

The Procfile, the units of systemd and the containers all start this, so that none of them has a command of
its own, no shell splits a path that has a space, and the files of variables count as for every other command.
"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

NAMES = ("web", "worker", "beat", "clock")


def number(name: str, default: int) -> int:
    """Return the whole number in a variable. Raises ImproperlyConfigured if it holds anything else."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}, which is not a whole number.")
    return int(text)


def command(name: str) -> list[str]:
    """Return the arguments for Python of a process. Raises ImproperlyConfigured for a number that is none."""
    celery = ["-m", "celery", "--quiet", "--app", "lucky11", name]
    if name == "web":
        address = ["--host", os.environ.get("WEB_HOST") or "127.0.0.1", "--port", str(number("PORT", 8000))]
        workers, threads = number("WEB_WORKERS", 2), number("WEB_THREADS", 4)
        size = ["--workers", str(workers), "--blocking-threads", str(threads)]
        limits = ["--workers-kill-timeout", "4", "--log-level", "warning"]
        return ["-m", "granian", "--interface", "wsgi", *address, *size, *limits, "lucky11.wsgi:application"]
    if name == "worker":
        pool = ["--pool", "threads", "--concurrency", str(number("WORKER_THREADS", 4))]
        return [*celery, *pool, "--without-gossip", "--without-mingle", "--loglevel", "warning"]
    if name == "beat":
        schedule = os.environ.get("BEAT_SCHEDULE") or "celerybeat-schedule"
        return [*celery, "--schedule", schedule, "--pidfile=", "--loglevel", "warning"]
    return ["manage.py", "close_due_draws", "--loop"]


def start(name: str) -> None:
    """Become the named process, with the environment as it was given. Raises ImproperlyConfigured."""
    given = dict(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    from django.conf import settings

    # The settings read the files of variables.
    _ = settings.SECRET_KEY
    if name == "web":
        given["DATABASE_POOL_SIZE"] = str(number("WEB_POOL_SIZE", 4))
    os.execve(sys.executable, [sys.executable, *command(name)], given)


def main() -> None:
    """Start the process of the one argument, or exit with a sentence."""
    if len(sys.argv) != 2 or sys.argv[1] not in NAMES:
        sys.exit(f"usage: python -m lucky11.processes {'|'.join(NAMES)}")
    try:
        start(sys.argv[1])
    except ImproperlyConfigured as error:
        sys.exit(f"{sys.argv[1]}: {error}")


if __name__ == "__main__":
    main()
