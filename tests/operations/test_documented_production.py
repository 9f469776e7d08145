"""The production that other tests use is the documented one: passwords, TLS, and an extension."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest
import redis

from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.servers import SUPERUSER

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]


def test_roles_are_let_in_with_their_passwords_over_tls_that_names_the_server(documented: Production):
    for role in ("owner", "site", "backup", "report"):
        with psycopg.connect(documented.database_url(role)) as database:
            found = database.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert found == (True,)
    address = documented.database_url("site")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(documented.passwords["site"], "wrong"))
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(address.replace("verify-full", "disable"))


def test_the_machines_superuser_needs_the_account_that_runs_the_server(documented: Production):
    place = documented.postgres
    words = [f"--host={place.sockets}", f"--port={place.port}", "--no-password", "-XAtc", "SELECT 1"]
    assert place.tool("psql", *words, f"--username={SUPERUSER}", "--dbname=postgres").stdout == b"1\n"
    with pytest.raises(subprocess.CalledProcessError, match="psql"):
        place.tool("psql", *words, "--username=lucky11_owner", "--dbname=lucky11")


def test_the_extension_counts_and_redis_asks_for_its_password(documented: Production):
    ((counted,),) = documented.postgres.ask("SELECT count(*) FROM pg_stat_statements")
    assert counted > 0
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=documented.redis.port).ping()


def test_nothing_is_written_outside_the_folder_of_the_test(documented: Production):
    assert not [
        line for line in documented.env_file("site").read_text().splitlines() if "/etc/lucky11" in line
    ]
    assert Path(documented.variables()["BACKUP_FOLDER"]).is_relative_to(documented.place)


def test_the_site_answers_and_comes_back_after_its_servers_were_killed(documented: Production):
    documented.start()
    documented.wait_until_ready()
    assert documented.get("/").status_code == 200
    documented.stop()
    for server in (documented.postgres, documented.redis):
        server.kill()
        assert not server.answers()
        server.start()
    assert documented.manage("site", "check", "--deploy").returncode == 0
