"""Folders for servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.operations.backups import beside, copy, manage, played, store

__all__ = ["beside", "copy", "manage", "place", "played", "store"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Procedures are work of the owner's and the backup role's; which rights each role has: test_roles.py."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.owner)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every account may enter, as a checkout usually is (pytest's own is closed).

    In a closed one, root's servers keep their data elsewhere, and a test would leave it there.
    """
    folder = Path(tempfile.mkdtemp(prefix="test-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    """A new folder that every account may enter."""
    with open_folder() as folder:
        yield folder
