"""A Chromium for the browser tests: the machine's own, else Playwright's download, else Debian's package.

Beside Debian's Chromium with windows, the headless one is unpacked next to our Python: that needs no root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lucky11.bootstrap import Refusal
from lucky11.development.process_group import ProcessGroup
from lucky11.development.promtool import succeeds

HEADLESS = "chromium-headless-shell"
# The headless one first: for each window that a test opens, the others start its buttons and menus as well.
NAMES = (
    *(HEADLESS, "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
# Not every Debian has the first of these.
PACKAGES = (HEADLESS, "chromium")
# What the headless one is made of; the libraries that it needs come with the Chromium with windows.
PARTS = (HEADLESS, "chromium-common")
UNPACKED = Path(sys.prefix) / "headless"
DEBIANS = "/usr/bin/chromium"
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


def _headless() -> str | None:
    """Return the headless one that was unpacked, now or before; None if that fails."""
    program = UNPACKED / "usr/lib/chromium" / HEADLESS
    if not _works(str(program)):
        print("Getting a headless Chromium from Debian, which takes less time for the tests.", flush=True)
        if not _unpack() and os.geteuid() == 0 and succeeds("apt-get", "-qq", "update"):
            _unpack()
    return str(program) if _works(str(program)) else None


def _unpack() -> bool:
    with tempfile.TemporaryDirectory(dir=UNPACKED.parent) as folder:
        if not succeeds("apt-get", "-qq", "download", *PARTS, folder=folder):
            return False
        for package in Path(folder).glob("*.deb"):
            if not succeeds("dpkg", "--extract", str(package), "whole", folder=folder):
                return False
        shutil.rmtree(UNPACKED, ignore_errors=True)
        Path(folder, "whole").rename(UNPACKED)
    return True


def _attempt(group: ProcessGroup, what: str, *command: str) -> None:
    try:
        group.step(what, *command)
    except (Refusal, OSError) as reason:
        print(f"That failed: {reason}", file=sys.stderr)


def find_or_get_browser(group: ProcessGroup) -> str | None:
    """Return the path of a Chromium that starts, getting one if necessary; None if that fails."""
    if found := _on_this_machine():
        is_debians = found == DEBIANS != os.environ.get("CHROMIUM")
        return (_headless() if is_debians else None) or found
    if found := _of_playwright():
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
