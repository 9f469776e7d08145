"""Restoring: beside the live database, judged there, and in its place only when asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from common.database.advisory_locks import AdvisoryLock
from lucky11.operations import OperationError, database_server
from lucky11.operations.backups import stores, swap
from tests.conftest import unguarded
from tests.operations.backups import connect, contents, databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def backup(played, store) -> str:
    call_command("db_backup")
    return stores.names()[0]


def edit(store: Path, backup: str, **fields) -> None:
    """Change what a manifest says."""
    path = store / f"{backup}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def refused(backup: str, into: str, match: str, **options) -> None:
    """The restore is refused with these words, there is no new database, and the live one is as it was."""
    before, live = databases(), contents()
    with pytest.raises(CommandError, match=match):
        call_command("db_restore", backup, into=into, **options)
    assert databases() == before
    assert contents() == live


def test_what_is_restored_is_what_was_backed_up_and_the_rules_are_at_work_in_it(backup, beside, capsys):
    live = contents()
    call_command("db_restore", backup, into=beside)
    assert contents(beside) == live
    assert contents() == live
    said = capsys.readouterr().out
    assert "check_integrity is clean in lucky11_beside" in said
    assert "was not touched" in said
    with connect(beside) as database:
        with pytest.raises(Exception, match="never changed"):
            database.execute("UPDATE transactions SET amount = 1")
        with pytest.raises(Exception, match="by an order of the import alone"):
            database.execute(
                "INSERT INTO transactions (user_id, type, amount) SELECT id, 'import', 7 FROM users LIMIT 1"
            )
        database.execute(
            "WITH ordered AS (INSERT INTO coin_orders (idempotency_key, user_id, coins)"
            " SELECT 'test', id, 7 FROM users LIMIT 1 RETURNING *) SELECT FROM ordered"
        )
        database.execute(
            "INSERT INTO transactions (user_id, type, amount, idempotency_key)"
            " SELECT user_id, 'import', coins, idempotency_key FROM coin_orders o"
            " WHERE o.idempotency_key = 'test'"
        )
        assert database.execute("SELECT sum(coins) FROM ledger_house").fetchone() == (0,)
        words = "SELECT sum(amount) = (SELECT sum(coins) FROM users) FROM transactions"
        assert database.execute(words).fetchone() == (True,)


def test_a_damaged_dump_is_refused_before_any_database_is_made(backup, store, beside):
    dump = store / f"{backup}.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[:-1])
    refused(backup, beside, "damaged or cut off")
    dump.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    refused(backup, beside, "damaged or cut off")


def test_a_dump_that_does_not_restore_leaves_no_database_behind(backup, store, beside):
    """Its hash fits, and still it is no dump."""
    import hashlib

    junk = b"PGDMP, and then nothing of one"
    (store / f"{backup}.dump").write_bytes(junk)
    edit(store, backup, size=len(junk), sha256=hashlib.sha256(junk).hexdigest())
    refused(backup, beside, "pg_restore failed, and the new database was removed")


def test_a_backup_of_a_newer_server_or_another_version_of_the_site_is_refused(backup, store, beside):
    own = stores.manifest(backup)
    edit(store, backup, postgres=99)
    refused(backup, beside, "Restore it into a server of version 99 or newer")
    edit(
        store, backup, postgres=own.postgres, migrations=own.migrations | {"draws": ["0099_from_the_future"]}
    )
    refused(backup, beside, "does not have .draws 0099_from_the_future.*Restore it with that version's code")
    older = {app: names[:-1] if app == "draws" else names for app, names in own.migrations.items()}
    edit(store, backup, migrations=older)
    refused(backup, beside, "Restore it with --migrate")


@pytest.mark.nightly
def test_an_older_backup_is_migrated_once_it_is_restored(copy, store, manage, beside):
    assert manage("migrate", "draws", "0002", PGDATABASE=copy).returncode == 0
    done = manage("db_backup", PGDATABASE=copy)
    assert done.returncode == 0, done.stderr
    name = stores.names()[0]
    refused(name, beside, "it lacks draws 0003_guide_indexes")
    call_command("db_restore", name, into=beside, migrate=True)
    with connect(beside) as database:
        applied = database.execute("SELECT name FROM django_migrations WHERE app = 'draws'").fetchall()
    assert ("0003_guide_indexes",) in applied


# What django_migrations names in a site of before the first release.
BEFORE_1_0_0 = {
    "accounts": (
        *("0001_initial", "0002_cache", "0003_no_twin_indexes", "0004_staff_indexes", "0005_day_one"),
        *("0006_rules", "0007_leaving", "0008_indexes", "0009_old_site", "0010_names_to_translate"),
    ),
    "ledger": (
        *("0001_initial", "0002_rules", "0003_guide_indexes", "0004_staff_indexes", "0005_spend_limits"),
        *("0006_limits", "0007_watermark", "0008_room", "0009_room_checked", "0010_staff_figures"),
        "0011_names_to_translate",
    ),
    "draws": (
        *("0001_initial", "0002_rules", "0003_take_tickets", "0004_guide_indexes", "0005_staff_indexes"),
        *("0006_claims", "0007_day_one", "0008_staff_groups", "0009_indexes", "0010_beacon"),
        *("0011_beacon_staff", "0012_tell_frozen", "0013_lists_and_redraws", "0014_old_site"),
        *("0015_old_site_rules", "0016_prize_pictures", "0017_picture_rules", "0018_mode_index"),
        *("0019_taken_down", "0020_names_to_translate"),
    ),
    "lucky11": ("0001_operation_runs", "0002_auditors_see_operations", "0003_names_to_translate"),
}


def test_a_site_of_before_the_first_release_is_refused_in_one_sentence(copy, store, manage, beside):
    assert manage("db_backup", PGDATABASE=copy).returncode == 0
    name = stores.names()[0]
    own = stores.manifest(name).migrations
    edit(store, name, migrations=own | {app: list(names) for app, names in BEFORE_1_0_0.items()})
    refused(name, beside, r"^The backup was taken before Lucky11 1\.0\.0, .* the code that took it \(.*\)\.$")
    with connect(copy) as database:
        database.execute("DELETE FROM django_migrations WHERE app = ANY(%s)", [list(BEFORE_1_0_0)])
        for app, names in BEFORE_1_0_0.items():
            for each in names:
                database.execute(
                    "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, each]
                )
    before = contents(copy)
    for command in (("migrate",), ("db_migrate",), ("db_rollback", "draws", "0001")):
        done = manage(*command, PGDATABASE=copy)
        assert (done.returncode, done.stderr) == (
            1,
            "CommandError: The database lucky11_copy was made before Lucky11 1.0.0, by migrations that "
            "were never released, so nothing was changed: keep it with the code that made it, or start "
            "again with manage.py db_reset --i-mean lucky11_copy.\n",
        )
    assert contents(copy) == before
    assert stores.names() == [name]


def test_rows_that_are_not_there_are_noticed(backup, store, beside):
    own = stores.manifest(backup)
    edit(store, backup, rows=own.rows | {"users": own.rows["users"] + 1})
    refused(backup, beside, "users has 2 rows of 3")


@pytest.mark.plants_defects
def test_a_backup_of_books_that_do_not_balance_is_restored_for_nobody(played, store, beside):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET coins = coins + 1")
    call_command("db_backup")
    refused(stores.names()[0], beside, "does not pass check_integrity: coins")


def test_a_database_that_is_there_is_never_restored_over(backup, beside):
    refused(backup, database_server.live(), "A database .* already")
    refused(backup, "postgres", "A database postgres already")
    refused(backup, "Drop; --", "is not a valid database name")
    refused("lucky11-of-nowhere", beside, "There is no backup")


@pytest.fixture
def live_copy(copy: str, store, manage, beside) -> str:
    """The copy plays the live database: it is backed up and restored beside, then something happens in it."""
    assert manage("db_backup", PGDATABASE=copy).returncode == 0
    assert manage("db_restore", stores.names()[0], "--into", beside, PGDATABASE=copy).returncode == 0
    with connect(copy) as database:
        database.execute("INSERT INTO users (id, email) VALUES ('late', 'late@lucky11.example')")
        database.execute(f"ALTER DATABASE {copy} SET statement_timeout = '77s'")
        database.execute(f"REVOKE CONNECT ON DATABASE {copy} FROM PUBLIC")
    return copy


@pytest.mark.nightly
def test_a_swap_renames_both_keeps_the_old_one_and_its_rights(live_copy, store, manage, beside):
    restored = contents(beside)
    done = manage("db_restore", stores.names()[0], "--into", beside, "--swap", PGDATABASE=live_copy)
    assert done.returncode == 0, done.stderr
    kept = next(name for name in databases() if name.startswith(f"{live_copy}_2"))
    assert f"kept as {kept}" in done.stdout
    assert contents(live_copy) == restored
    assert any("late@" in row for row in contents(kept)["users"])
    assert beside not in databases()
    with connect(live_copy) as database:
        assert database.execute("SHOW statement_timeout").fetchone() == ("77s",)
        words = "SELECT has_database_privilege('pg_read_all_data', current_database(), 'CONNECT')"
        assert database.execute(words).fetchone() == (False,)
        assert database.execute("SELECT kind, ok FROM operation_runs").fetchall()[-1] == ("db_restore", True)


@pytest.mark.nightly
def test_a_swap_while_somebody_is_connected_changes_nothing_unless_asked(live_copy, store, manage, beside):
    command = ["db_restore", stores.names()[0], "--into", beside, "--swap"]
    with connect(live_copy) as visitor:
        before = databases()
        done = manage(*command, PGDATABASE=live_copy)
        assert done.returncode == 1
        assert (
            "1 connections to lucky11_copy or lucky11_beside are open, so nothing was swapped" in done.stderr
        )
        assert databases() == before
        assert visitor.execute("SELECT count(*) FROM users WHERE id = 'late'").fetchone() == (1,)
        assert manage(*command, "--disconnect", PGDATABASE=live_copy).returncode == 0
        with pytest.raises(Exception, match="terminating connection"):
            visitor.execute("SELECT 1")
    with connect(live_copy) as visitor:
        assert visitor.execute("SELECT count(*) FROM users WHERE id = 'late'").fetchone() == (0,)


def test_a_swap_that_fails_at_its_second_rename_takes_the_first_one_back(copy, beside, monkeypatch):
    """The copy goes away in the last moment, after every check."""
    with connect() as owner:
        owner.execute(f"CREATE DATABASE {beside}")
    before = databases()
    monkeypatch.setattr(database_server, "live", lambda: copy)

    def gone_meanwhile(database, live, into, *, disconnect):
        with connect("postgres") as owner:
            owner.execute(f"DROP DATABASE {into}")

    monkeypatch.setattr(swap, "_refuse_sessions", lambda *_, **__: None)
    monkeypatch.setattr(
        swap,
        "_copy_rights",
        lambda database, live, into: gone_meanwhile(database, live, into, disconnect=True),
    )
    with pytest.raises(OperationError, match="does not exist"):
        swap.swap(beside, disconnect=False)
    assert databases() == before - {beside}


def test_two_swaps_at_once_are_one(copy, beside, monkeypatch):
    with connect() as owner:
        owner.execute(f"CREATE DATABASE {beside}")
    monkeypatch.setattr(database_server, "live", lambda: copy)
    before = databases()
    with connect("postgres") as other:
        other.execute("SELECT pg_advisory_lock(%s)", [int(AdvisoryLock.DATABASE_SWAP)])
        with pytest.raises(OperationError, match="Another swap is running"):
            swap.swap(beside, disconnect=True)
    assert databases() == before
