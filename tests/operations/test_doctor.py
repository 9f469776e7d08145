"""`manage.py doctor` on a production as the documents describe it: well, and with one thing left out."""

from __future__ import annotations

import json
import socket
import subprocess

import pytest

from tests.operations.documented.doctor import FACTS, doctor, wrong
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.processes import eventually
from tests.support.mail_server import free_port
from tests.support.nightly import at_night

__all__ = ["doctor", "documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]


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
    assert page.stdout.splitlines()[-1].endswith("checks. Problems: 1. Warnings: 1.")
    assert max(map(len, page.stdout.splitlines())) <= 116


@pytest.mark.nightly
def test_before_the_deployment_nothing_is_asked_that_it_makes(doctor):
    left_out = {"Role", "Rights", "Migrations", "Static files", "Log of draws"}
    assert left_out & set(doctor(before="deployment")) == set()
    assert left_out <= set(doctor())
    assert {"Worker", "Beat", "Second clock", "Newest backup"} <= set(doctor(before="")) - set(doctor())


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
        ({"BACKUP_KEYS": ""}, {"Encryption of backups": "warning"}),
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
    documented.manage("site", "db_backup", BACKUP_FOLDER=str(place), BACKUP_KEYS="")
    (manifest,) = place.glob("*.json")
    old = json.loads(manifest.read_text()) | {"taken_at": "2026-01-01T00:00:00+00:00"}
    manifest.write_text(json.dumps(old))
    line = doctor(before="", BACKUP_FOLDER=str(place))["Newest backup"]
    assert (line["state"], "The limit is 25 hours" in line["found"]) == ("problem", True)
    empty = doctor(before="", BACKUP_FOLDER=str(place / "empty"))["Newest backup"]
    assert (empty["state"], "manage.py db_backup" in empty["advice"]) == ("warning", True)
    plain = doctor(before="", BACKUP_FOLDER=str(place))
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
