"""A Chromium for the browser tests: the machine's own, else Playwright's download, else Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lucky11.bootstrap import Refusal
from lucky11.development.process_group import ProcessGroup

# The headless one first: it takes two thirds of the processor time of the others.
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
# Not every Debian has the first of these.
PACKAGES = ("chromium-headless-shell", "chromium")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
WHERE = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path)"
)


def _works(program: str) -> bool:
    """Say whether it starts: Ubuntu's chromium-browser without snap, for example, is only a message."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "hrom" in done.stdout


def _on_this_machine() -> str | None:
    named = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *APPLICATIONS]
    return next((program for program in named if program and _works(program)), None)


def _of_playwright() -> str | None:
    """Return Playwright's own Chromium, if it has been downloaded and this machine has its libraries."""
    done = subprocess.run([sys.executable, "-c", WHERE], capture_output=True, text=True)
    program = done.stdout.strip()
    return program if done.returncode == 0 and Path(program).exists() and _works(program) else None


def _attempt(group: ProcessGroup, what: str, *command: str) -> None:
    try:
        group.step(what, *command)
    except (Refusal, OSError) as reason:
        print(f"That failed: {reason}", file=sys.stderr)


def find_or_get_browser(group: ProcessGroup) -> str | None:
    """Return the path of a Chromium that starts, getting one if necessary; None if that fails."""
    if found := _on_this_machine() or _of_playwright():
        return found
    _attempt(
        group,
        "Downloading a Chromium for the tests.",
        sys.executable,
        "-m",
        "playwright",
        "install",
        "chromium",
    )
    if found := _of_playwright():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _attempt(group, "Updating Debian's package lists.", "apt-get", "-qq", "update")
        group.environment["DEBIAN_FRONTEND"] = "noninteractive"
        for package in PACKAGES:
            _attempt(group, f"Installing Debian's {package}.", "apt-get", "-qq", "-y", "install", package)
            if found := _on_this_machine():
                return found
    return None
