"""promtool, which runs the unit tests of the Prometheus rules: the machine's own, or else Debian's.

Its package is unpacked, not installed: that needs no root, and only this program goes beside our Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BESIDE_PYTHON = Path(sys.executable).parent / "promtool"


def find_or_get_promtool() -> str | None:
    """Return the path of a promtool, getting one if there is apt; None if that fails."""
    found = shutil.which("promtool") or shutil.which("promtool", path=BESIDE_PYTHON.parent)
    if found or not (shutil.which("apt-get") and shutil.which("dpkg")):
        return found
    print("Getting promtool from Debian's package prometheus.", flush=True)
    if not _unpacked() and os.geteuid() == 0 and succeeds("apt-get", "-qq", "update"):
        _unpacked()
    return shutil.which("promtool", path=BESIDE_PYTHON.parent)


def _unpacked() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if not succeeds("apt-get", "-qq", "download", "prometheus", folder=folder):
            return False
        for package in Path(folder).glob("*.deb"):
            succeeds("dpkg", "--extract", str(package), folder)
        program = Path(folder, "usr/bin/promtool")
        if not program.exists() or not succeeds(str(program), "--version"):
            return False
        part = BESIDE_PYTHON.with_name(f"promtool.{os.getpid()}")
        shutil.move(program, part)
        part.replace(BESIDE_PYTHON)
    return True


def succeeds(*command: str, folder: str | None = None) -> bool:
    """Run a command and return whether it succeeds; what it says if not is shown."""
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        print(f"That failed: {done.stderr.strip()[-500:]}", file=sys.stderr)
    return done.returncode == 0


def main() -> None:
    """Get promtool; exit with 1 if that fails."""
    sys.exit(
        None if find_or_get_promtool() else "Could not get promtool: Debian's package prometheus has it."
    )


if __name__ == "__main__":
    main()
