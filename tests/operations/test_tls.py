"""Production insists on TLS to a database whose name is checked; a real server shows what that does."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import trustme

from lucky11 import checks
from lucky11.development.check import PRODUCTION
from lucky11.embedded import account, paths
from tests.operations.conftest import open_folder
from tests.operations.processes import eventually
from tests.support.nightly import at_night

URL = "postgres://lucky11@db.example:5432/lucky11"


def check(database_url: str, **environment: str) -> tuple[int, str]:
    """What `manage.py check --deploy` says about the database of a production configuration."""
    # Browser tests allow what no production does.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=paths.ROOT,
        env=inherited | PRODUCTION | {"DATABASE_URL": database_url} | environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "environment", "error"),
    [
        (URL, {}, "lucky11.E001"),
        at_night(f"{URL}?sslmode=require", {}, "lucky11.E001"),
        at_night(f"{URL}?sslmode=verify-full", {}, "lucky11.E002"),
        (f"{URL}?sslmode=verify-full&sslrootcert=/ca.pem", {}, None),
        at_night(URL, {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/ca.pem"}, None),
        at_night(URL, {"DATABASE_TLS": "false"}, None),
        ("postgres://lucky11@/lucky11?host=/run/postgresql", {}, None),
    ],
    ids=[
        "nothing said",
        "any certificate",
        "no roots",
        "checked",
        "by libpq's variables",
        "opted out",
        "socket",
    ],
)
def test_production_insists_on_a_checked_connection(url, environment, error):
    code, said = check(url, **environment)
    assert (code, error is None or error in said) == (0 if error is None else 1, True), said
    assert error is None or "sslmode=verify-full" in said


@pytest.mark.parametrize(
    ("host", "local"), [("", True), ("/run/pg", True), ("127.0.0.1", False), ("db", False)]
)
def test_only_a_unix_socket_is_local(host, local):
    assert checks.is_local(host) is local


# -- a real server --


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[tuple[int, Path]]:
    """A PostgreSQL that lets in over TLS alone, as `localhost`: its port, and the file with its roots."""
    programs = _programs_with_tls()
    if programs is None:
        pytest.skip("the embedded PostgreSQL speaks no TLS, and this machine has no other")
    with open_folder() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        user = account.server_account(folder)
        home = account.servers_home(folder, user) / "postgres"
        make = [str(programs / "initdb"), "--username", "lucky11", "--auth", "trust", "-D", str(home)]
        subprocess.run(make, check=True, capture_output=True, **user.options())
        roots = folder / "ca.pem"
        authority.cert_pem.write_to_path(roots)
        process = _start(programs, home, user, port, authority.issue_cert("localhost"))
        try:
            assert eventually(lambda: reached(f"host=127.0.0.1 port={port} sslmode=require"))
            yield port, roots
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _programs_with_tls() -> Path | None:
    """The machine's own PostgreSQL, where Debian puts it or on the PATH."""
    found = shutil.which("postgres")
    places_of_debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(iter([Path(found).parent] if found else places_of_debian), None)


def _start(
    programs: Path, home: Path, user: account.Account, port: int, certificate: trustme.LeafCert
) -> subprocess.Popen[bytes]:
    key, chain = home / "server.key", home / "server.crt"
    certificate.private_key_pem.write_to_path(key)
    certificate.cert_chain_pems[0].write_to_path(chain)
    key.chmod(0o600)
    (home / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
    for path in (key, chain):
        user.give(path)
    settings = {"listen_addresses": "127.0.0.1", "port": port, "ssl": "on", "unix_socket_directories": ""}
    command = [str(programs / "postgres"), "-D", str(home)]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with (home.parent / "tls.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, **user.options())


def reached(address: str) -> bool:
    """Whether a connection comes about. Raises psycopg.OperationalError when the server is refused."""
    with suppress(psycopg.OperationalError):
        psycopg.connect(f"{address} user=lucky11 dbname=postgres").close()
        return True
    return False


def refusal(address: str) -> str:
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(f"{address} user=lucky11 dbname=postgres")
    return str(refused.value)


@pytest.mark.slow
def test_the_right_server_is_reached_by_tls(server):
    port, roots = server
    checked = f"host=localhost hostaddr=127.0.0.1 port={port} sslmode=verify-full sslrootcert={roots}"
    with psycopg.connect(f"{checked} user=lucky11 dbname=postgres") as database:
        row = database.execute(
            "SELECT ssl, version = 'TLSv1.3' FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    assert row == (True, True)


@pytest.mark.slow
def test_a_server_of_another_name_another_authority_or_without_tls_is_refused(server, tmp_path):
    port, roots = server
    where = f"hostaddr=127.0.0.1 port={port}"
    others = tmp_path / "others.pem"
    trustme.CA().cert_pem.write_to_path(others)
    said = refusal(f"host=db.example {where} sslmode=verify-full sslrootcert={roots}")
    assert 'does not match host name "db.example"' in said
    said = refusal(f"host=localhost {where} sslmode=verify-full sslrootcert={others}")
    assert "certificate verify failed" in said
    assert "no pg_hba.conf entry" in refusal(f"host=localhost {where} sslmode=disable")


@pytest.mark.slow
def test_the_sites_own_configuration_reaches_the_right_server_and_no_other(server):
    port, roots = server
    script = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "cursor = connection.cursor(); cursor.execute('SHOW ssl'); print(cursor.fetchone()[0])"
    )

    def ask(host: str) -> subprocess.CompletedProcess[str]:
        url = f"postgres://lucky11@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={roots}"
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=paths.ROOT,
            env=os.environ | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
        )

    assert ask("localhost").stdout == "on\n"
    wrong = ask("127.0.0.1")
    assert wrong.returncode != 0
    assert "does not match host name" in wrong.stderr
