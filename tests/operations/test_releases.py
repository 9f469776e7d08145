"""A site of any release is migrated to today with all that it has, and back; what was released stays."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db.migrations.loader import MigrationLoader

from lucky11.embedded.paths import ROOT
from lucky11.operations.upgrades import releases
from tests.operations.backups import connect, contents

DUMPS = ROOT / "tests/data/releases"
VERSIONS = [release.version for release in releases.releases()]
# Rights and content types of tables that are newer than the release, and which migrations are applied.
OF_THE_SCHEMA = {"django_migrations", "django_content_type", "auth_permission", "auth_group_permissions"}
PAGES = """
from django.test import Client
from django.test.utils import override_settings
from accounts.models import User
from draws.models import Draw
with override_settings(ALLOWED_HOSTS=["*"]):
    browser = Client()
    addresses = ["/", "/winners/", "/log/", "/healthz"]
    for draw in Draw.objects.exclude(published_at=None):
        addresses.append(f"/draws/{draw.pk}/")
    for draw in Draw.objects.exclude(frozen_at=None).filter(cancelled_at=None):
        addresses += [f"/draws/{draw.pk}/proof.json", f"/draws/{draw.pk}/tickets/"]
    for address in addresses:
        print(browser.get(address).status_code)
    browser.force_login(User.objects.get(email="ana@lucky11.example"))
    for address in ("/tickets/", "/coins/", "/safer-play/"):
        print(browser.get(address).status_code)
"""
BACK = """
import json, sys
from lucky11.operations.schema import rollback
from lucky11.operations.upgrades import releases
release = {release.version: release for release in releases.releases()}["%s"]
others = [key for key in rollback.MigrationExecutor(rollback.connection).loader.applied_migrations
          if key[0] not in releases.APPS]
print(json.dumps(rollback.targets_of({*release.migrations, *others})))
"""


def test_every_release_has_its_dump_and_its_list():
    assert "1.0.0" in VERSIONS
    assert {path.stem for path in DUMPS.glob("*.dump")} == set(VERSIONS)
    for version in VERSIONS:
        assert (DUMPS / f"{version}.dump").stat().st_size < 300_000
        manifest = json.loads((DUMPS / f"{version}.json").read_text())
        ours = {(app, name) for app, names in manifest["migrations"].items() for name in names}
        (release,) = [release for release in releases.releases() if release.version == version]
        assert {key for key in ours if key[0] in releases.APPS} == release.migrations.keys()


def test_what_was_released_is_as_it_was():
    assert list(releases.problems()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("edit", r"draws\.0002_rules was released with 1\.0\.0 and is not what it was"),
        ("rename", r"draws\.0002_rules was released with 1\.0\.0 and is gone"),
        ("squash", None),
    ],
)
def test_a_released_migration_that_was_edited_or_renamed_is_refused_unless_it_was_squashed(change, sentence):
    disk = dict(MigrationLoader(None).disk_migrations)
    release = next(release for release in releases.releases() if release.version == "1.0.0")
    key = ("draws", "0002_rules")
    if change == "edit":
        release = releases.Release("1.0.0", release.migrations | {key: "0" * 64})
    else:
        moved = disk.pop(key)
        given = {"replaces": [key] if change == "squash" else moved.replaces}
        disk["draws", "0002_all_rules"] = SimpleNamespace(**given)
    found = list(releases.problems([release], disk))
    assert len(found) == (sentence is not None)
    if sentence:
        assert re.match(sentence, found[0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", VERSIONS)
def test_its_stored_site_is_migrated_to_today_and_back_and_again(version, manage, beside, tmp_path: Path):
    folder = tmp_path / "releases"
    shutil.copytree(DUMPS, folder)
    key = json.loads((folder / f"{version}.json").read_text())["encryption_keys"]
    where = {"BACKUP_FOLDER": str(folder), "ENCRYPTION_KEYS": key}
    done = manage("db_restore", version, "--into", beside, "--migrate", **where)
    assert done.returncode == 0, done.stderr
    here = where | {"PGDATABASE": beside}

    def run(*arguments: str) -> str:
        done = manage(*arguments, **here)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return str(done.stdout)

    assert "claim: 0 to re-encrypt, 0 that no key decrypts" in run("rotate_encryption", "--dry-run")
    drift = manage("db_drift", "--json", **here)
    assert drift.stdout, drift.stderr
    assert differences(drift.stdout) == []
    answers = run("shell", "--verbosity", "0", "--command", PAGES).split()
    assert set(answers) == {"200"}
    assert len(answers) > 30
    # After the pages: a sign-in leaves its session.
    came = kept(beside)
    assert len(came["draws"]) >= 17
    assert len(came["claims"]) == 1
    targets = json.loads(run("shell", "--verbosity", "0", "--command", BACK % version))
    for app, name in targets:
        run("migrate", app, name or "zero", "--verbosity", "0")
    with connect(beside) as database:
        applied = set(database.execute("SELECT app, name FROM django_migrations").fetchall())
    (release,) = [release for release in releases.releases() if release.version == version]
    assert {key for key in applied if key[0] in releases.APPS} == release.migrations.keys()
    run("migrate", "--verbosity", "0")
    run("check_integrity")
    assert differences(manage("db_drift", "--json", **here).stdout) == []
    assert kept(beside) == came


def differences(report: str) -> list[str]:
    """What drifted."""
    found = json.loads(report)["differences"]
    return [f"{each['what']} {each['kind']} {each['of']} {each['name']}" for each in found]


# What is another each time: how a secret is encrypted, and since when results are covered: the migration.
ANOTHER = {"draw_seals": r"gAAAA[\w=-]+", "users": r'"[^"]*"\)$'}


def kept(name: str) -> dict[str, list[str]]:
    """What the site has, without what only describes the schema, and without what is another each time."""
    found = {table: rows for table, rows in contents(name).items() if table not in OF_THE_SCHEMA}
    same = {table: [re.sub(part, "-", row) for row in found[table]] for table, part in ANOTHER.items()}
    return found | same
