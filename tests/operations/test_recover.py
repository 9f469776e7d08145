"""Repairing the live database from a backup: shown first, and never by editing the ledger."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Message, User
from accounts.privacy.account_deletion import delete_account
from ledger.models import Transaction
from ledger.services import balance
from lucky11.operations import OperationError, runs
from lucky11.operations.backups import stores
from lucky11.operations.recovery import columns
from tests.conftest import defects, unguarded
from tests.operations.backups import contents, databases
from tests.support.nightly import at_night

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def backup(played, make_player, store) -> str:
    make_player("sam", is_staff=True)
    call_command("db_backup")
    return stores.names()[0]


def staff() -> str:
    return str(User.objects.get(is_staff=True).email)


def lose(words: str) -> None:
    """Something is done to the tables that no trigger sees."""
    with unguarded() as cursor:
        cursor.execute(words)


def test_lost_rows_are_shown_first_and_put_back_when_asked(backup, capsys):
    before, here = contents(), databases()
    lose("DELETE FROM messages WHERE user_id IN (SELECT id FROM users WHERE email LIKE 'ana%')")
    lost = len(before["messages"]) - len(contents()["messages"])
    assert lost
    call_command("db_recover", table="messages", backup=backup)
    said = capsys.readouterr().out
    assert said.count("missing  ") == lost
    assert f"Dry run: {lost} missing rows put back" in said
    assert len(contents()["messages"]) == len(before["messages"]) - lost
    call_command("db_recover", table="messages", backup=backup, apply=True)
    assert contents() == before
    assert databases() == here
    call_command("db_recover", table="messages", backup=backup, apply=True)
    assert "messages: 0 rows differ" in capsys.readouterr().out


def test_only_rows_of_the_condition_are_looked_at(backup, capsys):
    lose("DELETE FROM messages")
    number = User.objects.get(email__startswith="ben").pk
    call_command("db_recover", table="messages", where=f"user_id = '{number}' AND '%' = '%'", backup=backup)
    said = capsys.readouterr().out
    assert said.count("missing  ") > 0
    assert User.objects.get(email__startswith="ana").pk not in said


@pytest.mark.parametrize(
    "where",
    [
        "true); DELETE FROM messages; SELECT (true",
        at_night("true; DROP TABLE messages"),
        "id = nextval('messages_id_seq')",
        at_night("nothing = 1"),
        at_night("user_id = 'it''s' AND"),
    ],
)
def test_a_condition_only_ever_reads(backup, where):
    before = contents()
    with pytest.raises(CommandError, match=r"The condition is not valid.*Nothing was changed"):
        call_command("db_recover", table="messages", where=where, backup=backup, apply=True)
    assert contents() == before


def test_changed_rows_are_shown_and_left_alone(backup, capsys):
    lose("UPDATE users SET first_name = 'Nobody' WHERE email LIKE 'ana%'")
    call_command("db_recover", table="users", backup=backup, apply=True)
    said = capsys.readouterr().out
    assert "first_name 'Ana' → 'Nobody'" in said
    assert User.objects.filter(first_name="Nobody").count() == 1


@pytest.mark.nightly
def test_changed_names_are_written_back_when_asked_and_the_run_says_which_and_why(backup, capsys):
    before = contents()
    lose("UPDATE users SET first_name = 'Nobody', password = 'x' WHERE email LIKE 'ana%'")
    damaged, ana = contents(), User.objects.get(email__startswith="ana").pk
    asked = {"table": "users", "backup": backup, "changed": True}
    call_command("db_recover", **asked)
    assert "Dry run: 0 missing rows put back, 1 changed rows written back" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--why REASON"):
        call_command("db_recover", **asked, apply=True)
    assert contents() == damaged
    call_command("db_recover", **asked, why="A script renamed players", apply=True)
    assert User.objects.get(pk=ana).first_name == "Ana"
    # A password may have been changed by the player.
    assert User.objects.get(pk=ana).password == "x"
    assert {**contents(), "users": []} == {**before, "users": []}
    run = runs.last_good("db_recover")
    assert run.details["why"] == "A script renamed players"
    assert run.details["written_back"] == {ana: ["first_name"]}
    assert "Ana" not in str(run.details)


@pytest.mark.nightly
def test_what_a_player_erased_by_leaving_does_not_come_back(backup):
    ana = User.objects.get(email__startswith="ana").pk
    delete_account(ana)
    lose("DELETE FROM messages")
    call_command("db_recover", table="users", backup=backup, changed=True, why="A test", apply=True)
    call_command("db_recover", table="messages", backup=backup, apply=True)
    assert User.objects.get(pk=ana).first_name == ""
    assert not Message.objects.filter(user=ana).exists()
    assert Message.objects.exists()


@pytest.mark.parametrize("table", ["transactions", "draws", "winners", "spend_limits"])
def test_rows_on_which_rules_or_decisions_stand_are_not_written_back(table):
    with pytest.raises(OperationError, match=f"Changed rows of {table} are not written back"):
        columns.write_back(table, [])


def test_coins_that_were_zeroed_follow_the_ledger_again(backup):
    before = contents()
    lose("UPDATE users SET coins = 0")
    assert defects()
    call_command("db_recover", table="users", backup=backup, apply=True)
    assert contents() == before


@pytest.mark.plants_defects
@pytest.mark.nightly
def test_lost_movements_become_adjustments_once_and_the_ledger_is_not_edited(backup, capsys):
    """The newest movement of each player is gone, and so are the coins it moved."""
    player = User.objects.get(email__startswith="ana")
    had = balance(player.pk)
    lose("DELETE FROM participations; DELETE FROM winners; DELETE FROM entries_to_tell")
    newest = Transaction.objects.filter(user=player).order_by("-user_seq").first()
    lose(f"DELETE FROM transactions WHERE id = {newest.pk}")
    lose(f"UPDATE users SET coins = coins - {newest.amount} WHERE id = '{player.pk}'")
    rows = contents()["transactions"]
    command = {"table": "transactions", "backup": backup}
    with pytest.raises(CommandError, match="--actor EMAIL"):
        call_command("db_recover", **command, apply=True)
    call_command("db_recover", **command, actor=staff())
    assert f"1 adjustments of {newest.amount:+} coins" in capsys.readouterr().out
    assert contents()["transactions"] == rows
    call_command("db_recover", **command, actor=staff(), apply=True)
    assert balance(player.pk) == had
    now = contents()["transactions"]
    assert [row for row in now if row in rows] == rows
    repaired = Transaction.objects.get(type="adjustment", user=player)
    assert repaired.amount == newest.amount
    assert f"Recovered from {backup}: transaction {newest.pk}" in repaired.description
    assert not {"coins", "chain"} & {defect.partition(":")[0] for defect in defects()}
    call_command("db_recover", **command, actor=staff(), apply=True)
    assert "0 adjustments of +0 coins" in capsys.readouterr().out.splitlines()[-1]
    assert contents()["transactions"] == now


@pytest.mark.plants_defects
@pytest.mark.nightly
def test_what_a_rule_keeps_out_is_left_to_a_full_restore(backup):
    lose("DELETE FROM participations WHERE ticket_number = 1")
    before = contents()
    with pytest.raises(
        CommandError, match=r"A rule forbids it: Tickets are taken in an open draw.*db_restore"
    ):
        call_command("db_recover", table="participations", backup=backup, apply=True)
    assert contents() == before


def test_a_copy_that_was_restored_before_is_compared_too_and_any_other_database_is_not(
    backup, beside, capsys
):
    call_command("db_restore", backup, into=beside)
    lose("DELETE FROM messages")
    call_command("db_recover", table="messages", database=beside, apply=True)
    assert f"rows differ from {backup}" in capsys.readouterr().out
    assert beside in databases()
    with pytest.raises(CommandError, match="was not restored and checked by db_restore"):
        call_command("db_recover", table="messages", database="postgres")
