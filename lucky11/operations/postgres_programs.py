"""PostgreSQL's own programs, new enough for the server: from PATH, the system's folders, or our packages."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from lucky11 import configuration
from lucky11.operations import OperationError

SYSTEM = Path("/usr/lib/postgresql")


def find(name: str, at_least: int) -> Path:
    """Return the program of the lowest major version that is at least this (an older one refuses the server).

    Raises OperationError if there is none.
    """
    found = [(major, path) for path in _candidates(name) if (major := version(path)) and major >= at_least]
    if not found:
        seen = (
            ", ".join(f"{path} is version {version(path)}" for path in _candidates(name)) or "none was found"
        )
        raise OperationError(
            f"{name} of PostgreSQL {at_least} or newer is required ({seen}). Nothing was changed. "
            f"Install the PostgreSQL {at_least} client programs, or add their folder to PATH."
        )
    return min(found, key=lambda each: each[0])[1]


def version(program: Path) -> int:
    """Return the major version that the program reports, or 0 if it does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    match = re.search(r"(\d+)(?:\.|devel|beta|rc|$|\s)", said)
    return int(match[1]) if match else 0


def _candidates(name: str) -> Iterator[Path]:
    on_path = shutil.which(name)
    if on_path and not settings.EMBEDDED_SERVERS:
        yield Path(on_path)
    for folder in [*sorted(SYSTEM.glob("*/bin")), *_packaged()]:
        if os.access(folder / name, os.X_OK):
            yield folder / name


def _packaged() -> list[Path]:
    if not configuration.embedded_is_installed():
        return []
    from lucky11.embedded import account, paths

    try:
        return [account.programs(paths.data_folder(), account.Account()).postgres]
    except account.EmbeddedError:
        return []
