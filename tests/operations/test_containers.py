"""compose.yaml and the Dockerfile: what they say, and their steps on servers that ask for passwords."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

import pytest

from lucky11.embedded.paths import ROOT
from tests.operations.containers import PASSWORDS, Composed, of_the_site, runs_once, services
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.processes import eventually

__all__ = ["documented_servers"]
PROCFILE = dict(re.findall(r"^(\w+): (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE))
IMAGE = (ROOT / "Dockerfile").read_text()
VERSIONED = re.compile(r"[\w/]+:\d+\.\d+(\.\d+)?(-[\w-]+)?")


def test_each_process_of_the_procfile_is_a_service_with_the_same_command():
    running = {name: each["command"] for name, each in of_the_site().items() if not runs_once(each)}
    assert {name: f"exec {' '.join(command)}" for name, command in running.items()} == PROCFILE


def test_each_service_that_stays_has_a_health_check_and_comes_back():
    for name, each in services().items():
        if not runs_once(each):
            assert each["restart"] == "unless-stopped"
            assert each["healthcheck"]["test"], name
    for name in PROCFILE:
        assert services()[name]["healthcheck"]["test"][-2:] == ["lucky11.health_check", name]


def test_no_service_can_write_to_its_image_or_has_rights_of_the_machine():
    for each in services().values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert "/tmp" in each["tmpfs"]
        assert all(port.startswith("127.0.0.1:") for port in each.get("ports", ()))
        assert "build" in each or each["user"] not in ("root", "0")
    assert IMAGE.rpartition("FROM ")[2].rstrip().endswith("USER site")


def test_only_the_service_that_makes_the_roles_is_the_superuser():
    secrets: dict[str, set[str]] = {
        name: set(re.findall(r"\$\{(\w+):\?", str(each))) for name, each in services().items()
    }
    for name in PROCFILE:
        assert re.match(r"postgres://lucky11_app:", services()[name]["environment"]["DATABASE_URL"])
        assert secrets[name] == {"APP_PASSWORD", "BACKUP_PASSWORD", "REDIS_PASSWORD"}
    assert services()["migrate"]["environment"]["DATABASE_URL"].startswith("postgres://lucky11_owner:")
    assert {name for name, known in secrets.items() if "POSTGRES_PASSWORD" in known} == {"database", "roles"}
    assert set.union(*secrets.values()) == set(PASSWORDS)
    assert "--requirepass" in services()["queue"]["command"][-1]


def test_every_image_has_a_version_and_python_is_the_oldest_that_the_site_supports():
    images = [each["image"] for each in services().values() if "build" not in each]
    based = re.findall(r"^FROM (\S+)", IMAGE, re.MULTILINE)
    assert all(VERSIONED.fullmatch(image) for image in [*images, *based]), [*images, *based]
    needed = re.search(r"version_info < \((\d+), (\d+)\)", (ROOT / "bin/find-python").read_text())
    assert needed
    assert {image.rpartition(":")[2].split(".")[:2] == list(needed.groups()) for image in based} == {True}
    assert f'requires-python = ">={needed[1]}.{needed[2]}"' in (ROOT / "pyproject.toml").read_text()
    assert "pip install --no-cache-dir --require-hashes -r requirements.txt" in IMAGE
    server = re.search(r"postgres:(\d+)", services()["database"]["image"])
    assert server
    assert f"postgresql-client-{server[1]} " in IMAGE


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file out; the last line that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = line.removeprefix("!")
        parts = path.split("/")
        if pattern.startswith("**/"):
            fits = any(fnmatch(part, pattern[3:]) for part in parts)
        else:
            fits = any(fnmatch("/".join(parts[: n + 1]), pattern) for n in range(len(parts)))
        # Docker's * stops at a slash, and fnmatch's does not.
        if fits and ("/" not in path or "*" not in pattern or pattern.startswith("**/")):
            out = not line.startswith("!")
    return out


def test_no_secret_no_history_and_no_data_reaches_the_image():
    for kept_out in (".env", ".env.old", "site.env", "secrets/owner", ".git/config", ".data/run/x"):
        assert ignored(kept_out), kept_out
    for kept_out in ("ca/server.key", "server.pem", ".venv/bin/python", "common/__pycache__/a.pyc"):
        assert ignored(kept_out), kept_out
    for needed in (
        "manage.py",
        "requirements.txt",
        ".env.example",
        "lucky11/settings.py",
        "static/css/a.css",
    ):
        assert not ignored(needed), needed
    # A copy with another name would go past the list.
    assert re.findall(r"^COPY (.*)$", IMAGE, re.MULTILINE) == [
        "requirements.txt .",
        "--from=packages /venv /venv",
        ". .",
    ]


def state(production: Production) -> dict[str, Any]:
    """What a start could change: migrations, roles with their passwords, owners, rights, static files."""
    ask = production.postgres.ask
    files = (production.checkout / ".data/static").rglob("*")
    return {
        "migrations": ask("SELECT app, name, applied FROM django_migrations ORDER BY id"),
        "roles": ask("SELECT rolname, rolpassword, rolsuper FROM pg_authid ORDER BY 1"),
        "owners": ask("SELECT oid, relowner, relacl::text FROM pg_class WHERE oid > 16383 ORDER BY 1"),
        "static files": {str(file): file.read_bytes() for file in files if file.is_file()},
    }


def are_healthy(composed: Composed) -> bool:
    return composed.production.is_ready() and all(map(composed.is_healthy, PROCFILE))


@pytest.mark.slow
@pytest.mark.nightly
def test_the_first_start_makes_the_site_and_the_second_changes_nothing(documented_servers: Production):
    production = documented_servers
    production.postgres.ask("CREATE DATABASE lucky11", database="postgres")
    composed = Composed(production)
    order = composed.order()
    assert order[:2] == ["roles", "migrate"]
    assert not any(map(composed.is_healthy, PROCFILE))
    with composed.up() as said:
        assert "lucky11_app has the password of DATABASE_ROLE_PASSWORDS." in said["roles"]
        assert "No migrations to apply." in said["migrate"]
        assert eventually(lambda: are_healthy(composed), 90), composed.log("web").read_text()[-2000:]
        assert production.get("/").status_code == 200
        found = production.postgres.ask(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname='lucky11'"
        )
        assert {name for (name,) in found} - {"postgres"} == {"lucky11_app"}
        clients = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'postgres' AND client_port > 0"
        # The question itself comes by the socket.
        assert production.postgres.ask(clients) == [(0,)]
    before = state(production)
    assert before["static files"]
    with composed.up() as said:
        assert "Nothing to change: the roles have the rights they need." in said["roles"]
        assert "has the password" not in said["roles"]
        assert eventually(production.is_ready, 60)
    assert state(production) == before


@pytest.mark.slow
@pytest.mark.nightly
def test_a_new_password_of_the_file_is_given_to_the_role(documented_servers: Production):
    composed = Composed(documented_servers)
    composed.run_once("roles")
    composed.dotenv["OWNER_PASSWORD"] += "0"
    said = composed.run_once("roles")
    assert re.findall(r"(\w+) has the password", said) == ["lucky11_owner"]
    assert "No migrations to apply." in composed.run_once("migrate")
