"""One table out and in: through the rules, whole or not at all, and never coins that were posted before."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from draws.models import Draw
from tests.conftest import defects, unguarded
from tests.operations.backups import connect, contents

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def file(played, tmp_path):
    """The players, exported."""
    file = tmp_path / "users.csv"
    call_command("db_export", "users", to=file)
    return file


def refused(match: str, *arguments, **options) -> None:
    before = contents()
    with pytest.raises(CommandError, match=match):
        call_command("db_import", *arguments, **options)
    assert contents() == before


def lose_a_player() -> str:
    """A player is gone behind the rules' back; what they did is still there."""
    player = User.objects.get(email__startswith="ana")
    with unguarded() as cursor:
        cursor.execute("DELETE FROM users WHERE id = %s", [player.pk])
    return player.pk


def test_a_lost_player_comes_back_with_the_coins_that_the_ledger_says(file, capsys):
    before = contents()
    lose_a_player()
    call_command("db_import", "users", file, dry_run=True, skip_existing=True)
    assert "2 rows read, 1 would be added, 1 were already there" in capsys.readouterr().out
    assert len(contents()["users"]) == 1
    call_command("db_import", "users", file, skip_existing=True)
    assert "2 rows read, 1 added" in capsys.readouterr().out
    assert contents() == before
    assert defects() == []


def test_an_export_leaves_coins_out_and_says_what_the_file_holds(file):
    header = file.read_text().splitlines()[0].split(",")
    assert "email" in header
    assert "coins" not in header
    said = json.loads(file.with_name("users.csv.json").read_text())
    assert (said["table"], said["rows"], said["columns"]) == ("users", 2, header)
    with pytest.raises(CommandError, match="already exists"):
        call_command("db_export", "users", to=file)


def test_players_who_are_there_already_are_never_doubled_or_overwritten(file):
    refused("The database refused the file: duplicate key.*Nothing was changed", "users", file)


def test_transactions_are_not_imported_because_they_would_be_posted_twice(file, tmp_path):
    ledger = tmp_path / "ledger.csv"
    call_command("db_export", "transactions", to=ledger)
    refused("posted twice.*db_restore.*compensating", "transactions", ledger)


def test_coins_are_not_imported(file):
    file.write_text("id,email,coins\nzoe,zoe@lucky11.example,500\n")
    refused("users.coins is not imported.*count them twice.*db_restore", "users", file, rows=1)


def test_a_file_that_is_cut_off_changed_or_of_another_table_changes_nothing(file):
    whole = file.read_text()
    lines = whole.splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    refused("changed or cut off", "users", file)
    beside = file.with_name("users.csv.json")
    beside.unlink()
    refused("nothing shows whether .* is complete.*--rows", "users", file)
    refused("has 1 rows of 2: it was cut off", "users", file, rows=2)
    file.write_text(whole[: len(whole) - 40])
    refused("The database refused the file", "users", file, rows=2)
    file.write_text(whole)
    refused("does not match draws: ", "draws", file, rows=2)
    file.write_text("id,nothing\n1,2\n")
    refused("does not match users: nothing", "users", file, rows=1)
    file.write_bytes(b"\x00\xff\xfe")
    refused("cannot be read as CSV", "users", file, rows=1)
    refused("There is no table 'lottery'", "lottery", file, rows=1)
    refused("cannot be read as CSV: .*No such file", "users", file.with_name("nowhere.csv"))


def test_a_file_of_one_table_is_not_taken_for_another(file, tmp_path):
    groups = tmp_path / "auth_group.csv"
    call_command("db_export", "auth_group", to=groups)
    refused("it holds auth_group", "auth_permission", groups)


@pytest.mark.plants_defects
def test_rows_that_the_rules_forbid_are_refused_with_the_rules_own_words(played, tmp_path):
    winners = tmp_path / "draws.csv"
    call_command("db_export", "draws", to=winners)
    draw = Draw.objects.get(title="Lisbon for two")
    with unguarded() as cursor:
        cursor.execute("DELETE FROM draws WHERE id = %s", [draw.pk])
    refused("A new draw is a draft", "draws", winners, skip_existing=True)


def _groups(tmp_path):
    file = tmp_path / "groups.csv"
    file.write_text("id,name\n900,Night watch\n")
    return file


def test_numbers_go_on_behind_the_highest_imported_one(played, tmp_path):
    call_command("db_import", "auth_group", _groups(tmp_path), rows=1)
    with connect() as database:
        made = database.execute("INSERT INTO auth_group (name) VALUES ('Day watch') RETURNING id").fetchone()
        database.execute("DELETE FROM auth_group WHERE id >= 900")
    assert made == (901,)


def test_rows_that_would_unbalance_the_books_are_not_let_in(played, tmp_path):
    """A player whose statistics say more than their tickets do."""
    file = tmp_path / "users.csv"
    file.write_text("id,email,total_wins\nzoe,zoe@lucky11.example,3\n")
    refused("the books would not balance .check_integrity: statistics", "users", file, rows=1)


def test_a_full_or_missing_folder_leaves_no_half_of_a_file(played, tmp_path):
    with pytest.raises(CommandError, match="could not be written"):
        call_command("db_export", "users", to=tmp_path / "nowhere" / "users.csv")
    assert list(tmp_path.iterdir()) == []
