"""Migrating and going back: a backup first, a plan that is said, and nothing half done."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import AddField, Migration, RunSQL

from lucky11.embedded.paths import ROOT
from lucky11.operations import OperationError
from lucky11.operations.backups import stores
from lucky11.operations.schema.catalogue import PARTS
from lucky11.operations.schema.rollback import losses, refuse_irreversible
from tests.operations.backups import connect, contents

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def parts(name: str) -> list[tuple[str, ...]]:
    with connect(name) as database:
        return sorted(database.execute(PARTS).fetchall())


@pytest.fixture
def behind(copy: str, manage) -> str:
    """A site whose newest migration of the ledger is missing."""
    done = manage("migrate", "ledger", "0002", PGDATABASE=copy)
    assert done.returncode == 0, done.stderr
    return copy


@pytest.mark.nightly
def test_the_plan_is_said_and_nothing_is_done(behind, manage):
    before = parts(behind)
    done = manage("db_migrate", "--plan", PGDATABASE=behind)
    assert done.returncode == 0
    assert (
        "ledger.0003_guide_indexes\n    Concurrently create index idx_transactions_userid_created"
        in done.stdout
    )
    assert parts(behind) == before
    assert stores.names() == []


def test_a_migration_is_backed_up_first_and_says_so(behind, manage):
    done = manage("db_migrate", PGDATABASE=behind)
    assert done.returncode == 0, done.stderr
    manifest = stores.manifest(stores.names()[0])
    assert manifest.reason == "before the migration"
    assert manifest.migrations["ledger"][-1].startswith("0002")
    assert f"Backed up as {manifest.name}" in done.stdout
    assert manage("db_migrate", PGDATABASE=behind).stdout == "Nothing to migrate.\n"
    assert len(stores.names()) == 1


@pytest.mark.nightly
def test_an_idle_transaction_in_the_way_ends_the_migration_and_nothing_has_changed(copy, manage):
    """The rules of winners belong on a table on which somebody left a database transaction open."""
    whole = parts(copy)
    assert manage("migrate", "draws", "0001", PGDATABASE=copy).returncode == 0
    before, rows = parts(copy), contents(copy)
    with connect(copy) as sleeper:
        sleeper.execute("BEGIN; UPDATE winners SET is_public = is_public")
        done = manage("db_migrate", "--lock-timeout", "0.2", "--tries", "2", PGDATABASE=copy)
        assert done.returncode == 1
        assert "Gave up after 2 attempts" in done.stderr
        assert "lock timeout" in done.stderr
        assert "Traceback" not in done.stderr
        assert parts(copy) == before
        sleeper.execute("ROLLBACK")
    assert contents(copy) == rows
    assert manage("db_migrate", PGDATABASE=copy).returncode == 0
    assert parts(copy) == whole


@pytest.mark.nightly
def test_going_back_says_what_is_lost_backs_up_and_comes_forward_again(copy, manage):
    before = parts(copy)
    done = manage("db_rollback", "draws", "zero", "--plan", PGDATABASE=copy)
    assert "LOST unless restored from the backup: table participations with its 6 rows" in done.stdout
    assert parts(copy) == before
    done = manage("db_rollback", "draws", "zero", PGDATABASE=copy)
    assert done.returncode == 0, done.stderr
    assert stores.manifest(stores.names()[0]).reason == "before the rollback"
    with connect(copy) as database:
        assert database.execute("SELECT to_regclass('participations')").fetchone() == (None,)
    assert manage("db_migrate", PGDATABASE=copy).returncode == 0
    assert parts(copy) == before


@pytest.mark.nightly
def test_what_cannot_go_back_or_is_not_there_is_refused(copy, manage):
    before = parts(copy)
    for arguments, words in {
        ("draws", "0099"): "draws has no migration '0099'",
        ("lottery", "0001"): "There is no app 'lottery'",
        ("draws", "00"): "More than one migration of draws begins with 00",
    }.items():
        done = manage("db_rollback", *arguments, PGDATABASE=copy)
        assert done.returncode == 1
        assert words in done.stderr
    assert parts(copy) == before
    assert stores.names() == []
    newest = max(path.name[:4] for path in (ROOT / "draws" / "migrations").glob("0*.py"))
    done = manage("db_rollback", "draws", newest, PGDATABASE=copy)
    assert "Nothing to roll back" in done.stdout


def test_a_migration_with_a_part_that_cannot_go_back_is_refused_by_name():
    forgotten = type("Migration", (Migration,), {"operations": [RunSQL("DROP TABLE messages")]})
    with pytest.raises(OperationError, match=r"draws.0100_tidy cannot be rolled back.*db_restore"):
        refuse_irreversible([(forgotten("0100_tidy", "draws"), True)])


def test_a_column_that_goes_with_a_migration_is_said_to_be_lost():
    kite = AddField("user", "kite", models.TextField(null=True))
    added = type("Migration", (Migration,), {"operations": [kite]})
    assert losses([(added("0100_kite", "accounts"), True)]) == ["column users.kite"]
