"""Whether a process of the site is at work: `python -m lucky11.health_check NAME`, exit code 0 if it is.

A container asks it again and again, so it starts no more of Django than the settings.
"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from redis import RedisError

from lucky11 import processes


def fault(name: str) -> str:
    """Return what is wrong with a process, or nothing.

    web is asked for /readyz; of the others, the sign of life in Redis counts.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    from common import heartbeat
    from lucky11.monitoring import readiness

    if name == "web":
        host = os.environ.get("WEB_HOST") or "127.0.0.1"
        status, words = readiness.ask(host, processes.number("PORT", 8000))
        return "" if status == 200 else f"/readyz: {status} {words}"
    try:
        seconds = heartbeat.age(name)
    except RedisError as error:
        return f"Redis cannot be asked: {error}"
    if seconds is None or seconds >= heartbeat.ALIVE_SECONDS:
        seen = "never, as far as Redis knows" if seconds is None else f"{seconds:.0f} s ago"
        return f"last at work {seen}; the limit is {heartbeat.ALIVE_SECONDS} s"
    return ""


def main() -> None:
    """Say what is wrong with the process of the one argument and exit with 1, or exit with 0."""
    if len(sys.argv) != 2 or sys.argv[1] not in processes.NAMES:
        sys.exit(f"usage: python -m lucky11.health_check {'|'.join(processes.NAMES)}")
    try:
        found = fault(sys.argv[1])
    except ImproperlyConfigured as error:
        found = str(error)
    if found:
        sys.exit(f"{sys.argv[1]}: {found}")


if __name__ == "__main__":
    main()
