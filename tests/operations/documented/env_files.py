"""Files of variables, as the site reads them."""

from __future__ import annotations

from pathlib import Path


def read(file: Path) -> dict[str, str]:
    """The variables of a file, a line each."""
    found: dict[str, str] = {}
    for line in file.read_text().splitlines():
        name, _, value = line.partition("=")
        found[name] = value
    return found
