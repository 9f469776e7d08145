"""bin/test: servers of its own, a browser, then pytest with the arguments given.

`--again N` runs it up to N times, each time in another random order, and stops at the first failure.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from lucky11 import embedded
from lucky11.bootstrap import Refusal, Stopped, need_space, say_and_exit, stop_on_signals
from lucky11.development.browser import find_or_get_browser
from lucky11.development.process_group import ProcessGroup
from lucky11.development.promtool import find_or_get_promtool
from lucky11.embedded import locks, paths, processes

TEST_MEGABYTES = 500
LONGEST_WAIT_SECONDS = 600


def test_environment() -> dict[str, str]:
    """Return the variables that the suite runs with unless the environment sets them; no .env is read."""
    wanted = {
        "LUCKY11_DATA": ".data/test",
        "SECRET_KEY": secrets.token_hex(32),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DEBUG": "true",
        "REDIS_URL": "embedded:",
        "EMAIL_URL": "dummymail://",
        "BEACON_LEAD_SECONDS": "60",
    }
    if "PGDATABASE" not in os.environ:
        wanted["DATABASE_URL"] = "embedded:"
    given = {name: os.environ[name] for name in wanted if os.environ.get(name)}
    return wanted | given | {"LUCKY11_ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "lucky11.settings"}


def find_or_get_tools(group: ProcessGroup) -> tuple[str | None, str | None]:
    """Return a Chromium and a promtool, each None if it is not available.

    If several runs start at once, one gets them for all: apt refuses to run twice at the same time.
    """
    lock = locks.open_lock(Path(sys.prefix), "tools")
    try:
        locks.wait_for_lock(lock, locks.EXCLUSIVE, LONGEST_WAIT_SECONDS)
        return find_or_get_browser(group), find_or_get_promtool()
    finally:
        os.close(lock)


def run_pytest(group: ProcessGroup, arguments: list[str]) -> int:
    """Run the suite in this terminal; Ctrl-C lets it report what it had found."""
    command = [sys.executable, "-m", "pytest", *arguments]
    child = subprocess.Popen(command, cwd=paths.ROOT, env=group.environment)
    try:
        return child.wait()
    except Stopped as stopped:
        if stopped.code == 128 + signal.SIGINT:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
        raise


def run_again_and_again(group: ProcessGroup, times: int, arguments: list[str]) -> int:
    """Run the suite this often, each time in a random order with its seed printed; stop at a failure."""
    for number in range(1, times + 1):
        seed = secrets.token_hex(4)
        print(f"bin/test: {number} of {times}, --shuffle={seed}", flush=True)
        result = run_pytest(group, [f"--shuffle={seed}", *arguments])
        if result:
            print(f"bin/test: {number} of {times} failed; to repeat the order: --shuffle={seed}", flush=True)
            return result
    print(f"bin/test: {times} of {times} passed, each in an order of its own.", flush=True)
    return 0


def test() -> int:
    """Run the suite and return the exit code: pytest's, or 1 if there is no browser."""
    parser = argparse.ArgumentParser("bin/test", add_help=False, allow_abbrev=False)
    parser.add_argument("--again", type=int, default=0)
    given, arguments = parser.parse_known_args()
    os.environ |= test_environment()
    os.environ["LUCKY11_DATA"] = str(paths.data_folder())
    group = ProcessGroup("bin/test")
    with group.exclusive():
        need_space(group.data, TEST_MEGABYTES)
        browser, promtool = find_or_get_tools(group)
        from django.conf import settings

        with contextlib.ExitStack() as stack:
            if embedded.named(settings):
                stack.enter_context(embedded.servers())
            stack.callback(processes.end_marked, group.data)
            group.environment |= {"CHROMIUM": browser or ""}
            if given.again:
                result = run_again_and_again(group, given.again, arguments)
            else:
                result = run_pytest(group, arguments)
    if not promtool:
        print("bin/test: no promtool, so the Prometheus rules were read but not run.", file=sys.stderr)
    if not browser:
        print("bin/test: no Chromium was found, so the browser tests did not run.", file=sys.stderr)
    return result if browser else result or 1


def main() -> None:
    """Run the tests; exit with one sentence if that is not possible."""
    stop_on_signals()
    from django.core.exceptions import ImproperlyConfigured

    try:
        sys.exit(test())
    except (Refusal, Stopped, OSError, embedded.EmbeddedError, ImproperlyConfigured) as reason:
        say_and_exit("bin/test", reason)


if __name__ == "__main__":
    main()
