"""Fixtures: import the ones that a test needs into its module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.operations.documented.production import Production, production
from tests.operations.documented.servers import missing


@pytest.fixture(scope="module")
def documented_servers() -> Iterator[Production]:
    """The servers of a production, with the files of variables and nothing in the database."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    with production() as made:
        yield made


@pytest.fixture(scope="module")
def documented(documented_servers: Production) -> Production:
    """A production that was deployed: migrated, its roles with their passwords, static files collected."""
    documented_servers.deploy()
    return documented_servers
