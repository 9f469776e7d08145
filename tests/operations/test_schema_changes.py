"""Changing the schema of a site at work, seeing what nobody should have changed, and starting anew."""

import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from lucky11.embedded import paths
from lucky11.operations.schema.catalogue import describe
from tests.support.scratch import Environment, connect, manage, rows, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROGUE = {
    "column users.nickname": "ALTER TABLE users ADD nickname text",
    "index draws.idx_by_hand": "CREATE INDEX idx_by_hand ON draws (title)",
    "policy winners.only_mine": "CREATE POLICY only_mine ON winners USING (user_id = current_user)",
    "trigger messages.by_hand": "CREATE TRIGGER by_hand BEFORE UPDATE ON messages FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "function by_hand()": "CREATE FUNCTION by_hand() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "table by_hand": "CREATE TABLE by_hand ()",
    "view seen_by_hand": "CREATE VIEW seen_by_hand AS SELECT 1 AS one",
    "schema by_hand": "CREATE SCHEMA by_hand",
    "type kind_by_hand": "CREATE TYPE kind_by_hand AS ENUM ('a')",
}
CHANGED = {
    "column users.is_vip": "ALTER TABLE users ALTER is_vip SET DEFAULT true",
    "table draws": "ALTER TABLE draws SET (fillfactor = 90)",
    "table winners": "ALTER TABLE winners ENABLE ROW LEVEL SECURITY",
    "trigger transactions.never_changed": "ALTER TABLE transactions DISABLE TRIGGER never_changed",
    "constraint trigger": "ALTER TABLE participations DISABLE TRIGGER ALL",
}


@pytest.fixture
def hand(site: Environment) -> Iterator[object]:
    """Somebody with a client and the owner's rights."""
    with connect(site) as database:
        yield database


def drift(site: Environment) -> tuple[int, dict[str, str]]:
    """Exit code, and what differs how."""
    done = run(site, "db_drift", "--json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)["differences"]
    return done.returncode, {
        f"{each['kind']} {each['of'] + '.' if each['of'] else ''}{each['name']}": each["what"]
        for each in found
    }


@pytest.mark.nightly
def test_a_database_made_by_the_migrations_has_not_drifted(site):
    printed = manage(site, "db_drift")
    parts = len(describe(connection))
    assert printed == f"No drift: {parts} parts match the migrations.\n"
    assert not rows(site, "SELECT 1 FROM pg_database WHERE datname LIKE '%drift'")


@pytest.mark.nightly
def test_whatever_was_added_by_hand_is_named(site, hand):
    for statement in ROGUE.values():
        hand.execute(statement)
    code, found = drift(site)
    assert (code, found) == (1, dict.fromkeys(ROGUE, "rogue"))
    assert "ROGUE    column users.nickname\n    this database has:   text\n" in run(site, "db_drift").stdout


def test_whatever_was_changed_or_removed_by_hand_is_named(site, hand):
    for statement in CHANGED.values():
        hand.execute(statement)
    hand.execute("DROP INDEX idx_winners_userid")
    code, found = drift(site)
    assert code == 1
    assert found.pop("index winners.idx_winners_userid") == "missing"
    assert set(found.values()) == {"changed"}
    for name in CHANGED:
        assert any(part.startswith(name) for part in found), name


def test_a_database_of_that_name_that_is_somebody_elses_is_left_alone(site, hand):
    hand.execute("CREATE DATABASE lucky11_scratch_drift")
    try:
        done = run(site, "db_drift")
        assert (done.returncode, done.stdout) == (1, "")
        assert "not made by this command" in done.stderr
        assert hand.execute(
            "SELECT count(*) FROM pg_database WHERE datname = 'lucky11_scratch_drift'"
        ).fetchone() == (1,)
    finally:
        hand.execute("DROP DATABASE lucky11_scratch_drift")


# -- migrate --


def operations(site: Environment) -> list[tuple[bool, str]]:
    return rows(site, "SELECT ok, summary FROM operation_runs WHERE kind = 'migrate' ORDER BY id")


def test_every_run_of_migrate_is_kept_with_who_what_and_how_it_went(site):
    manage(site, "migrate", "lucky11", "0001")
    manage(site, "migrate")
    first, back, forth = rows(
        site, "SELECT ok, summary, details, ended_at >= started_at FROM operation_runs ORDER BY id"
    )
    assert first[0]
    assert "lucky11.0001_initial" in first[2]["applied"]
    after = sorted(path.stem for path in (paths.ROOT / "lucky11/migrations").glob("0*.py"))[1:]
    assert sorted(back[2]["unapplied"]) == forth[2]["applied"] == [f"lucky11.{name}" for name in after]
    assert back[2]["target"] == "lucky11 0001"
    assert {"by", "host", "pid", "version"} <= set(forth[2])
    assert first[3]
    assert back[3]
    assert forth[3]


@pytest.mark.nightly
def test_a_blocked_migration_gives_up_changes_nothing_and_passes_once_the_way_is_free(site, hand):
    manage(site, "migrate", "draws", "0002", "--verbosity=0")
    before = rows(site, "SELECT indexname FROM pg_indexes WHERE tablename = 'draws' ORDER BY 1")
    hand.execute("BEGIN")
    hand.execute("LOCK TABLE draws IN ACCESS EXCLUSIVE MODE")
    done = run(site, "migrate", "draws", "--lock-timeout=0.1", "--tries=2")
    assert done.returncode == 1
    assert "Gave up after 2 attempts: canceling statement due to lock timeout" in done.stderr
    assert rows(site, "SELECT indexname FROM pg_indexes WHERE tablename = 'draws' ORDER BY 1") == before
    hand.execute("ROLLBACK")
    assert operations(site)[-1][0] is False
    manage(site, "migrate")
    assert operations(site)[-1][0] is True
    assert drift(site) == (0, {})


@pytest.mark.nightly
def test_an_index_whose_making_was_interrupted_is_made_again(site, hand):
    manage(site, "migrate", "draws", "0002", "--verbosity=0")
    hand.execute("UPDATE pg_index SET indisvalid = indisvalid")
    hand.execute("CREATE INDEX idx_draws_active_drawtime ON draws (id)")
    hand.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_draws_active_drawtime'::regclass"
    )
    done = run(site, "migrate")
    assert done.returncode == 0, done.stderr
    assert "Dropped idx_draws_active_drawtime" in done.stderr
    assert drift(site) == (0, {})


def test_a_statement_that_takes_too_long_is_taken_back(site, hand):
    manage(site, "migrate", "draws", "0002", "--verbosity=0")
    hand.execute("BEGIN")
    hand.execute("LOCK TABLE draws IN ACCESS EXCLUSIVE MODE")
    done = run(site, "migrate", "draws", "--lock-timeout=0", "--statement-timeout=0.2")
    hand.execute("ROLLBACK")
    assert done.returncode == 1
    assert "took longer than 0.2 s" in done.stderr
    assert operations(site)[-1][0] is False


# -- reset --


@pytest.mark.nightly
def test_a_reset_database_is_as_new_and_seeded_when_asked(site, hand):
    hand.execute("CREATE TABLE by_hand ()")
    assert "lucky11_scratch is empty and migrated." in manage(site, "db_reset", "--i-mean", "lucky11_scratch")
    assert drift(site) == (0, {})


def test_a_wrong_name_is_refused_and_nothing_is_changed(site):
    before = rows(site, "SELECT count(*) FROM pg_class")
    done = run(site, "db_reset", "--i-mean", "lucky11")
    assert done.returncode == 1
    assert (
        done.stderr == "CommandError: This database is lucky11_scratch, not lucky11. Nothing was changed.\n"
    )
    assert rows(site, "SELECT count(*) FROM pg_class") == before


def test_production_is_never_reset(alice, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("db_reset", "--i-mean", connection.settings_dict["NAME"])
    alice.refresh_from_db()


@pytest.mark.nightly
def test_a_database_in_use_is_not_reset(site, hand):
    hand.execute("BEGIN")
    hand.execute("SELECT 1 FROM users")
    done = run(site, "db_reset", "--i-mean", "lucky11_scratch")
    assert done.returncode == 1
    assert "in use and was not changed" in done.stderr
