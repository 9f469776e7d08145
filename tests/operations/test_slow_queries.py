"""The doctor's part about slow queries, on a server that counts them; the embedded one cannot."""

import json
from pathlib import Path

import pytest

from lucky11.embedded import paths
from lucky11.operations.postgres_programs import SYSTEM
from tests.operations.clusters import Cluster
from tests.support.scratch import Environment, run

COUNTS = sorted(SYSTEM.glob("*/lib/pg_stat_statements.so"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COUNTS, reason="no PostgreSQL with pg_stat_statements on this machine"),
]
LOADED = {"shared_preload_libraries": "pg_stat_statements"}


@pytest.fixture
def server(place: Path) -> Cluster:
    """An empty server of the machine's own PostgreSQL, whose database has the extension."""
    server = Cluster(place, COUNTS[-1].parents[1] / "bin")
    server.make()
    with server.up(**LOADED):
        server.ask("CREATE EXTENSION pg_stat_statements")
    return server


def slow_queries(server: Cluster, environment: Environment) -> tuple[list[dict], str]:
    """The part's rows, and the page."""
    named = {"PGHOST": str(server.sockets), "PGUSER": paths.NAME, "PGDATABASE": "postgres"}
    there = environment | named | {"ALERT_DISK_PERCENT": "100"}
    found = json.loads(run(there, "db_doctor", "--json").stdout)["findings"]
    (rows,) = [each["rows"] for each in found if each["title"] == "Slow queries"]
    return rows, run(there, "db_doctor").stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly
def test_the_queries_that_took_most_time_are_shown_and_a_server_that_does_not_count_says_so(
    server, owner_environment
):
    with server.up(**LOADED):
        for _ in range(3):
            server.ask("SELECT pg_sleep(0.01), 'every player'")
        rows, page = slow_queries(server, owner_environment)
        (slow,) = [row for row in rows if "pg_sleep" in row["query"]]
        assert slow["calls"] == 3
        assert slow["milliseconds each"] >= 10
        # What players typed is not in it.
        assert "every player" not in page
        assert "   Slow queries\n      calls" in page
    with server.up():
        rows, page = slow_queries(server, owner_environment)
        assert rows == []
        assert "shared_preload_libraries" in page
