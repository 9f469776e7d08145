"""`manage.py doctor` on a production as the documents describe it: well, and with one thing wrong at once."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.servers import Redis
from tests.operations.processes import eventually
from tests.support.mail_server import free_port, silent_server
from tests.support.nightly import at_night

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]
# What only the operator knows, and the documents leave open.
FACTS = {
    "DEFAULT_FROM_EMAIL": "Lucky11 <hello@lucky11.internal>",
    "ALERT_EMAILS": "operators@lucky11.internal",
    "BACKUP_ENCRYPTION": "false",
}
Lines = dict[str, dict[str, str]]


@pytest.fixture
def doctor(documented: Production) -> Callable[..., Lines]:
    """What `manage.py doctor` says, by the names of its lines."""

    def ask(*arguments: str, role: str = "site", before: str = "start", **variables: str) -> Lines:
        stage = ["--before", before] if before else []
        given = FACTS | variables
        done = documented.manage(role, "doctor", "--json", *stage, *arguments, check=False, **given)
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert not [each for each in secrets(documented, given) if each in said]
        lines: Lines = {each["name"]: each for each in json.loads(done.stdout)["checks"]}
        assert all(bool(each["advice"]) is (each["state"] != "ok") for each in lines.values())
        assert done.returncode == any(each["state"] == "problem" for each in lines.values())
        return lines

    return ask


def secrets(documented: Production, given: dict[str, str]) -> set[str]:
    """Everything that nobody may read over a shoulder."""
    variables = documented.variables() | given
    keys = {variables["SECRET_KEY"], variables["ENCRYPTION_KEYS"], given.get("BACKUP_KEYS", "") or "-" * 40}
    return keys | set(documented.passwords.values())


def wrong(lines: Lines) -> dict[str, str]:
    """The lines that are not ok, and how serious they are; all backups of a test are on its own disk."""
    states = {name: each["state"] for name, each in lines.items() if each["state"] != "ok"}
    return {name: state for name, state in states.items() if name != "Disk of backups"}


# -- well --


def test_the_documented_production_is_well_before_it_starts_and_while_it_runs(documented, doctor):
    assert wrong(doctor()) == {}
    kept = {path for path in documented.checkout.rglob("*") if "__pycache__" not in path.parts}
    documented.manage("site", "db_backup")
    documented.start()
    try:
        documented.wait_until_ready()
        lines = doctor(before="")
    finally:
        documented.stop()
    assert wrong(lines) == {}
    for name in ("Worker", "Beat", "Second clock", "Newest backup"):
        assert lines[name]["state"] == "ok"
    assert "is this site's" in lines["Web port"]["found"]
    assert "Verified, TLS" in lines["TLS to the database"]["found"]
    # It looked, and made nothing.
    assert not (documented.checkout / ".data/prize-pictures").exists()
    assert {path for path in kept if not path.exists()} == set()


@pytest.mark.nightly
def test_processes_that_have_ended_are_named(documented, doctor):
    documented.start("worker", "beat", "clock")
    try:
        assert eventually(
            lambda: wrong(doctor(before="")).keys().isdisjoint({"Worker", "Beat", "Second clock"})
        )
    finally:
        documented.stop()
    assert doctor(before="")["Second clock"]["state"] == "warning"
    assert eventually(lambda: doctor(before="")["Worker"]["state"] == "problem", 90)
    assert "Procfile" in doctor(before="")["Beat"]["advice"]


def test_the_page_says_each_line_and_counts_them(documented):
    page = documented.manage(
        "site", "doctor", "--before", "start", SITE_ORIGIN="http://lucky11.example", check=False
    )
    assert page.returncode == 1
    assert "\nok       Role " in page.stdout
    assert "\nproblem  Address " in page.stdout
    assert "→ Set SITE_ORIGIN" in page.stdout
    assert page.stdout.splitlines()[-1].endswith("checks. Problems: 1. Warnings: 4.")
    assert max(map(len, page.stdout.splitlines())) <= 116


@pytest.mark.nightly
def test_before_the_deployment_nothing_is_asked_that_it_makes(doctor):
    left_out = {"Role", "Rights", "Migrations", "Static files", "Log of draws"}
    assert left_out & set(doctor(before="deployment")) == set()
    assert left_out <= set(doctor())
    assert {"Worker", "Beat", "Second clock", "Newest backup"} <= set(doctor(before="")) - set(doctor())


# -- the database --


@pytest.mark.parametrize(
    ("role", "said"), [("superuser", "a superuser"), at_night("owner", "owns the tables")]
)
def test_a_role_with_more_rights_than_the_sites_own_is_a_problem(doctor, role, said):
    lines = doctor(role=role)
    assert lines["Role"]["state"] == "problem"
    assert said in lines["Role"]["found"]
    assert "lucky11_app in DATABASE_URL" in lines["Role"]["advice"]


@pytest.mark.nightly
def test_a_right_too_many_is_named(documented, doctor):
    documented.postgres.ask("GRANT DELETE ON transactions TO lucky11_app")
    try:
        line = doctor()["Rights"]
    finally:
        documented.postgres.ask("REVOKE DELETE ON transactions FROM lucky11_app")
    assert line["state"] == "problem"
    assert "too much: lucky11_app may DELETE table transactions" in line["found"]
    assert "manage.py db_roles" in line["advice"]
    assert doctor()["Rights"]["state"] == "ok"


@pytest.mark.parametrize(
    ("change", "back", "said"),
    [
        (
            "DELETE FROM django_migrations WHERE (app, name) = ('lucky11', '0001_initial')",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('lucky11', '0001_initial', now())",
            "are not applied",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('draws', '9999_of_tomorrow', now())",
            "DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'",
            "another version: draws.9999_of_tomorrow",
        ),
    ],
    ids=["too few", "too many"],
)
def test_migrations_of_another_version_are_a_problem(documented, doctor, change, back, said):
    documented.postgres.ask(change)
    try:
        line = doctor()["Migrations"]
    finally:
        documented.postgres.ask(back)
    assert (line["state"], said in line["found"]) == ("problem", True)


def test_a_connection_that_is_not_verified_is_a_problem(documented, doctor):
    address = documented.database_url("site").replace("verify-full", "require")
    assert wrong(doctor(DATABASE_URL=address)) == {"TLS to the database": "problem"}


def test_without_the_database_everything_else_is_still_said(documented, doctor):
    documented.postgres.stop()
    try:
        lines = doctor(before="")
    finally:
        documented.postgres.start()
    assert lines["PostgreSQL"]["state"] == "problem"
    assert "Connection refused" in lines["PostgreSQL"]["found"]
    assert lines["Migrations"]["found"] == "Not checked: PostgreSQL does not answer."
    assert {"Redis", "Static files", "Packages", "Address"} & set(wrong(lines)) == set()


@pytest.mark.nightly
def test_a_server_that_never_says_a_word_holds_up_one_line_only(documented, doctor):
    with silent_server() as port:
        silence = f"postgres://lucky11_app@127.0.0.1:{port}/lucky11?sslmode=verify-full&sslrootcert=/ca.pem"
        lines = doctor(DATABASE_URL=silence, EMAIL_URL=f"smtp://127.0.0.1:{port}")
    assert lines["PostgreSQL"]["found"] == "No answer within 10 s."
    assert lines["Rights"]["found"] == "Not checked: PostgreSQL does not answer."
    assert lines["Mail server"]["state"] == "problem"
    assert lines["Redis"]["state"] == "ok"


# -- Redis --


class OpenRedis(Redis):
    """A Redis as no production may have it."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def make(self) -> None:
        self.folder.mkdir(mode=0o700)
        told = f"bind 127.0.0.1\nport {self.port}\ndir {self.folder}\nmaxmemory 64mb\n"
        told += 'maxmemory-policy allkeys-lru\nsave ""\n'
        (self.folder / "redis.conf").write_text(told)
        for each in (self.folder, self.folder / "redis.conf"):
            self.who.give(each)


@pytest.fixture
def open_redis(place: Path) -> Iterator[Redis]:
    server = OpenRedis(place, "")
    server.make()
    server.start()
    yield server
    server.stop()


def test_a_redis_that_is_open_forgets_tasks_and_keeps_nothing_is_named_for_each(doctor, open_redis):
    lines = doctor(REDIS_URL=open_redis.url)
    assert wrong(lines) == {
        "Protection of Redis": "problem",
        "Memory of Redis": "problem",
        "Persistence of Redis": "warning",
    }
    assert "requirepass" in lines["Protection of Redis"]["advice"]
    assert "noeviction" in lines["Memory of Redis"]["advice"]
    assert "appendonly" in lines["Persistence of Redis"]["advice"]


def test_without_redis_or_its_password_everything_else_is_still_said(documented, doctor):
    password = documented.passwords["redis"]
    lines = doctor(REDIS_URL=documented.redis.url.replace(password, "another-password"))
    assert "invalid username-password pair" in lines["Redis"]["found"]
    documented.redis.stop()
    try:
        lines = doctor(before="")
    finally:
        documented.redis.start()
    assert (lines["Redis"]["state"], lines["PostgreSQL"]["state"]) == ("problem", "ok")
    assert lines["Worker"]["found"] == "Not checked: Redis does not answer."


# -- files --


def test_static_files_that_are_not_collected_or_not_of_this_version_are_a_problem(documented, doctor, place):
    never = doctor(STATIC_ROOT=str(place / "static"))["Static files"]
    assert (never["state"], "are not collected" in never["found"]) == ("problem", True)
    sheet, script = (
        documented.checkout / "static" / name for name in ("css/parts/cards.css", "js/passkeys.js")
    )
    icon = documented.checkout / ".data/static/css/joined/admin.css"
    before = {path: path.read_bytes() for path in (sheet, script, icon)}
    try:
        sheet.write_bytes(before[sheet] + b".later {\n  color: red;\n}\n")
        script.write_bytes(before[script] + b"// later\n")
        icon.unlink()
        line = doctor()["Static files"]
    finally:
        for path, content in before.items():
            path.write_bytes(content)
    assert line["state"] == "problem"
    assert line["found"] == (
        "5 static files are not those of this version: css/joined/admin.css, css/joined/site.css, "
        "css/parts/cards.css and 2 more."
    )
    assert "collectstatic" in line["advice"]
    assert doctor()["Static files"]["state"] == "ok"


@pytest.mark.nightly
def test_packages_of_another_version_than_the_lock_file_are_named(documented, doctor):
    lock = documented.checkout / "requirements.txt"
    before = lock.read_text()
    lock.write_text(before.replace("celery==5.7.0", "celery==5.8.0") + "lucky12==1.0.0\n")
    try:
        line = doctor()["Packages"]
    finally:
        lock.write_text(before)
    assert line["state"] == "problem"
    assert "celery is 5.7.0 instead of 5.8.0, lucky12 1.0.0 is not installed." in line["found"]
    assert "--require-hashes" in line["advice"]


# -- the port, the mail, the address --


@pytest.mark.nightly
def test_a_port_that_another_program_has_is_a_problem(documented, doctor):
    with socket.create_server(("127.0.0.1", documented.port)):
        line = doctor()["Web port"]
        left_out = doctor(before="deployment").keys() - doctor(before="upgrade").keys()
    assert left_out == {"Web port"}
    assert (line["state"], "does not answer there" in line["found"]) == ("problem", True)
    assert doctor(PORT="80800")["Web port"]["state"] == "problem"


def test_an_email_is_sent_only_if_asked_for_and_a_refusal_is_quoted(documented, doctor):
    assert "greets us" in doctor()["Mail server"]["found"]
    assert documented.mail.accepted == []
    assert "took an email" in doctor("--mail", "ops@lucky11.internal")["Mail server"]["found"]
    (mail,) = documented.mail.accepted
    assert mail["To"] == "ops@lucky11.internal"
    documented.mail.on_recipient = lambda address: "550 No relaying for you"
    try:
        refused = doctor("--mail", "ops@lucky11.internal")["Mail server"]
    finally:
        documented.mail.on_recipient = lambda address: "250 OK"
    assert (refused["state"], "550 No relaying for you" in refused["found"]) == ("problem", True)
    nobody = doctor(EMAIL_URL=f"smtp://127.0.0.1:{free_port()}")["Mail server"]
    assert (nobody["state"], "Connection refused" in nobody["found"]) == ("problem", True)
    assert doctor(EMAIL_URL="dummymail://")["Mail server"]["state"] == "warning"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SITE_ORIGIN": "http://lucky11.example"}, {"Address": "problem"}),
        at_night({"SITE_ORIGIN": "https://elsewhere.example"}, {"Address": "problem"}),
        ({"DEFAULT_FROM_EMAIL": "hello@lucky11.example"}, {"Email addresses": "warning"}),
        at_night({"SUPPORT_EMAIL": ""}, {"Email addresses": "warning"}),
        at_night({"ALERT_EMAILS": ""}, {"Alerts": "warning"}),
        ({"BACKUP_ENCRYPTION": "true"}, {"Encryption of backups": "warning"}),
        at_night({"BEHIND_TLS_PROXY": "false"}, {"Proxy": "warning"}),
        at_night({"TRUSTED_PROXY_COUNT": "0"}, {"Proxy": "warning"}),
        at_night({"SECURE_COOKIES": "false"}, {"Other settings": "warning"}),
        at_night({"DEBUG": "true"}, {"Mode": "warning", "Other settings": "warning"}),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_what_the_operator_left_out_is_named(doctor, variables, expected):
    assert wrong(doctor(**variables)) == expected


# -- backups --


@pytest.mark.nightly
def test_an_old_backup_is_a_problem_and_none_at_all_is_said(documented, doctor, place):
    documented.manage("site", "db_backup", BACKUP_FOLDER=str(place))
    (manifest,) = place.glob("*.json")
    old = json.loads(manifest.read_text()) | {"taken_at": "2026-01-01T00:00:00+00:00"}
    manifest.write_text(json.dumps(old))
    line = doctor(before="", BACKUP_FOLDER=str(place))["Newest backup"]
    assert (line["state"], "The limit is 25 hours" in line["found"]) == ("problem", True)
    empty = doctor(before="", BACKUP_FOLDER=str(place / "empty"))["Newest backup"]
    assert (empty["state"], "manage.py db_backup" in empty["advice"]) == ("warning", True)
    plain = doctor(before="", BACKUP_FOLDER=str(place), BACKUP_KEYS=documented.variables()["ENCRYPTION_KEYS"])
    assert "is not encrypted" in plain["Encryption of backups"]["found"]


# -- bin/run --


def test_bin_run_does_not_start_a_production_that_has_a_problem(documented, place):
    variables = {"LUCKY11_DATA": str(place / "data"), "SITE_ORIGIN": "http://lucky11.example"}
    command = [".venv/bin/python", "-m", "lucky11.development.run"]
    done = documented.run(command, documented.variables() | variables)
    assert done.returncode == 1
    assert "SITE_ORIGIN is http://lucky11.example" in done.stderr
    assert done.stderr.strip().endswith("`manage.py doctor --before start` failed; the lines above say why.")
    assert "Migrating" not in done.stdout


@pytest.mark.nightly
def test_bin_run_starts_a_production_that_is_well_as_a_role_that_may_not_migrate(documented, place):
    environment = documented.variables() | FACTS | {"LUCKY11_DATA": str(place / "data")}
    output = place / "output"
    with open(output, "wb") as file:
        run = subprocess.Popen(
            [".venv/bin/python", "-m", "lucky11.development.run"],
            cwd=documented.checkout,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        assert eventually(lambda: "is running at" in output.read_text() or run.poll() is not None, 90)
        assert documented.is_ready(), output.read_text()
    finally:
        run.terminate()
        run.wait(40)
