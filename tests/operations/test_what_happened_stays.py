"""The site's own role, in somebody else's hands: it can neither rewrite nor back-date what happened."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import DatabaseError, connection, transaction

from accounts.models import Approval, User
from accounts.play.breaks import take_break
from accounts.play.suspension import suspend
from accounts.privacy.account_deletion import delete_account
from draws.entries.take import take_tickets
from draws.lifecycle.close import close_due_draws
from draws.models import Draw
from ledger.circulation import count_coins
from ledger.safer_play.limits import set_limit
from lucky11.models import Incident
from lucky11.operations import runs
from lucky11.operations.roles import roles
from tests.conftest import defects, let_close, unguarded

# Makes the roles itself.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

ROLE = "lucky11_test_app"


@contextmanager
def acting_as_app() -> Iterator[Any]:
    """A cursor with the rights that `manage.py db_roles` gives the site."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield cursor
        # After an error the role goes with the savepoint.
        cursor.execute("SET LOCAL ROLE NONE")


@pytest.fixture(autouse=True)
def history(
    settings: Any, alice: User, bob: User, make_draw: Callable[..., Draw], make_draft: Callable[..., Draw]
) -> None:
    """A draw that was settled, one that is open, a draft, and something in every record of what happened."""
    settings.DATABASE_ROLES = "lucky11_test"
    over, running, _ = make_draw(prize_amount=10), make_draw(), make_draft()
    for draw in (over, running):
        take_tickets(alice.pk, draw.pk, 1, "request-1")
    let_close(over)
    close_due_draws()
    set_limit(bob.pk, "day", 5)
    take_break(bob, "week")
    LogEntry.objects.log_actions(alice.pk, [bob], CHANGE, "Suspended bob: cheated.", single_object=True)
    Approval.objects.create(kind="coins", subject=bob.pk, summary="s", payload={}, reason="r", asked_by=alice)
    with runs.record("db_backup"):
        pass
    Incident.objects.create(alert="disk", summary="The disk is full.")
    count_coins()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    roles.apply()


def answer(statement: str) -> str:
    """What the database says to a statement of the site's role: an error, or that it was done, and undone."""
    try:
        with transaction.atomic():
            with acting_as_app() as cursor:
                cursor.execute(statement)
                done = f"done to {cursor.rowcount} rows"
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return done


def answers(statements: Iterable[str], expected: str) -> dict[str, str]:
    """The statements that are answered in any other way, with how."""
    return {each: said for each in statements if not re.search(expected, said := answer(each))}


REWRITING = [
    "DELETE FROM django_admin_log",
    "TRUNCATE django_admin_log",
    "UPDATE django_admin_log SET change_message = 'Looked at bob.'",
    "UPDATE django_admin_log SET change_message = ''",
    "UPDATE django_admin_log SET change_message = change_message || ' Not really.'",
    "UPDATE django_admin_log SET change_message = 'Suspended [deleted]: did nothing.'",
    "UPDATE django_admin_log SET user_id = (SELECT max(id) FROM users)",
    "UPDATE django_admin_log SET action_time = now()",
    "UPDATE operation_runs SET ok = NOT ok",
    "UPDATE operation_runs SET summary = 'All is well.'",
    "UPDATE operation_runs SET ended_at = now()",
    "UPDATE operation_runs SET started_at = now()",
    "DELETE FROM operation_runs",
    "TRUNCATE operation_runs",
    "DELETE FROM incidents",
    "UPDATE incidents SET summary = 'Nothing.'",
    "UPDATE incidents SET alert = 'mail'",
    "UPDATE incidents SET began_at = now()",
    "UPDATE approvals SET asked_at = now()",
    "UPDATE draw_seals SET server_seed = ''",
    "UPDATE coin_days SET coins = 0",
    "UPDATE messages SET title = 'You won.'",
    "UPDATE winners SET claim_by = now()",
    "UPDATE winners SET settled_at = NULL",
    "UPDATE winners SET won_at = now()",
]
FIGURES = [
    *("total_wins = 9", "total_earnings = 9", "total_participations = 9", "current_streak = 9"),
    *("last_ticket_on = current_date - 1", "grace_used_on = current_date", "coins = 9"),
]
DATED = [
    "UPDATE draws SET published_at = {} WHERE published_at IS NULL",
    "UPDATE draws SET frozen_at = {}, is_active = false WHERE frozen_at IS NULL AND published_at IS NOT NULL",
    "UPDATE draws SET cancelled_at = {}, is_active = false, void_code = 3, void_reason = 'x'"
    " WHERE frozen_at IS NULL AND published_at IS NOT NULL",
    "UPDATE draws SET told_at = {} WHERE settled_at IS NOT NULL",
    "INSERT INTO draws (title, max_participants, draw_time, created_at)"
    " VALUES ('x', 1, date_trunc('day', now()), {})",
    "INSERT INTO transactions (user_id, type, amount, created_at)"
    " SELECT id, 'adjustment', 5, {} FROM users LIMIT 1",
    "INSERT INTO users (email, created_at) VALUES ('mallory@lucky11.example', {})",
    "UPDATE users SET closed_at = {}, is_active = false",
    "UPDATE users SET suspended_at = {}, suspended_reason = 'x'",
    "UPDATE winners SET forfeited_at = {}, forfeit_reason = 'x', hand_over = 'lapsed'"
    " WHERE hand_over = 'to_claim'",
    "INSERT INTO claims (winner_id, details, claimed_at, tracking) SELECT id, 'x', {}, '' FROM winners",
    "INSERT INTO rules_acceptances (user_id, version, accepted_at) SELECT id, 'new', {} FROM users",
    "INSERT INTO play_breaks (user_id, kind, starts_at, ends_at)"
    " SELECT id, 'break', {}, now() + interval '9 days' FROM users",
    "UPDATE spend_limits SET coins = 1, changed_at = {}",
    "UPDATE approvals SET state = 'declined', decided_at = {},"
    " decided_by_id = (SELECT id FROM users WHERE id <> asked_by_id LIMIT 1)",
    "INSERT INTO approvals (kind, subject, summary, payload, reason, asked_at)"
    " VALUES ('coins', 'x', 's', '{{}}', 'r', {})",
    "INSERT INTO django_admin_log (action_time, user_id, object_id, object_repr, action_flag, change_message)"
    " SELECT {}, id, '1', 'x', 2, 'x' FROM users LIMIT 1",
    "INSERT INTO operation_runs (kind, started_at) VALUES ('db_backup', {})",
    "INSERT INTO operation_runs (kind, ended_at, ok) VALUES ('db_backup', {}, true)",
    "INSERT INTO incidents (alert, summary, began_at) VALUES ('mail', 'x', {})",
    "UPDATE incidents SET ended_at = {}",
    "INSERT INTO beacon_rounds (chain_hash, round, signature, source, obtained_at)"
    " VALUES ('', 1, '', 'x', {})",
    "INSERT INTO draw_text_changes (draw_id, field, old, new, changed_at)"
    " SELECT id, 'description', '', 'x', {} FROM draws",
]


def test_records_of_what_happened_are_not_rewritten():
    refusals = "permission denied|stays in their log|recorded once|are kept|never changes|never cut short"
    refusals += "|is the one that was sealed"
    assert answers(REWRITING, refusals) == {}


def test_a_players_figures_are_set_by_counting_alone():
    assert (
        answers((f"UPDATE users SET {each}" for each in FIGURES), "permission denied for table users") == {}
    )


@pytest.mark.parametrize("moment", ["now() - interval '1 hour'", "now() + interval '1 hour'"])
def test_nothing_is_dated_at_another_time_than_now(moment):
    dated = (f"SET LOCAL lucky11.service = 'void'; {each.format(moment)}" for each in DATED)
    assert answers(dated, "by the clock of the database|A prize is lost only when") == {}


def test_asking_the_database_to_count_again_makes_wrong_figures_right_and_no_others(alice):
    before = list(User.objects.order_by("pk").values())
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE users SET total_wins = 9, total_earnings = 9, total_participations = 9,"
            " current_streak = 9, last_ticket_on = NULL"
        )
    with acting_as_app() as cursor:
        cursor.execute(
            "SELECT count_tickets_again(array_agg(id)), count_wins_again(array_agg(id)) FROM users"
        )
    assert list(User.objects.order_by("pk").values()) == before
    assert defects() == []


def test_a_ticket_is_taken_by_the_one_way_that_asks_everything():
    assert "permission denied" in answer(
        "INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id)"
        " SELECT user_id, draw_id, 2, transaction_id FROM participations"
    )
    assert "permission denied" in answer("UPDATE draws SET current_participants = current_participants + 1")


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_the_sites_log_is_written_at_its_own_time(seconds):
    with unguarded() as cursor:
        cursor.execute("UPDATE fairness_log SET time = time - 7200 WHERE n > 0")
    said = answer(
        f"""INSERT INTO fairness_log (n, time, kind, draw_id, record_hash, prev, head)
            SELECT n + 1, t, 'void', d.id, '', l.head, fairness_log_head(l.head, n + 1, t, 'void', '')
            FROM fairness_log l, draws d,
                 LATERAL (SELECT extract(epoch FROM now())::bigint + {seconds} AS t) AS at
            WHERE n = (SELECT max(n) FROM fairness_log) AND d.frozen_at IS NULL"""
    )
    assert re.search("by the clock of the database|time of the database", said)


def test_the_same_rows_dated_now_are_taken(alice):
    with acting_as_app() as cursor:
        cursor.execute("INSERT INTO operation_runs (kind) VALUES ('drill')")
        cursor.execute("UPDATE operation_runs SET ended_at = now(), ok = true WHERE kind = 'drill'")
        cursor.execute("UPDATE incidents SET ended_at = clock_timestamp()")
        cursor.execute(
            "UPDATE users SET suspended_at = now(), suspended_reason = 'x' WHERE id = %s", [alice.pk]
        )


def test_a_players_names_leave_the_staff_log_with_their_account_and_all_other_words_stay(alice, bob):
    LogEntry.objects.log_actions(
        alice.pk, [bob], CHANGE, f"100 % of {bob.email}, a_b \\ c, was checked.", single_object=True
    )
    with acting_as_app():
        delete_account(bob.pk)
    newest, first = LogEntry.objects.order_by("-id")[:2]
    assert newest.change_message == "100 % of [deleted], a_b \\ c, was checked."
    assert first.change_message == "Suspended [deleted]: cheated."
    assert "stays deleted" in answer("UPDATE users SET closed_at = NULL WHERE closed_at IS NOT NULL")


def test_old_runs_and_incidents_may_go_and_younger_ones_stay():
    with connection.cursor() as cursor:
        for age in ("399 days", "401 days"):
            cursor.execute(
                f"INSERT INTO operation_runs (kind, started_at) VALUES ('old', now() - interval '{age}')"
            )
    with acting_as_app() as cursor:
        cursor.execute("DELETE FROM operation_runs WHERE started_at < now() - interval '400 days'")
        assert cursor.rowcount == 1
    assert "kept for 400 days" in answer("DELETE FROM operation_runs WHERE kind = 'old'")


def test_staff_who_suspend_a_player_and_a_run_that_ends_work_as_the_role(alice, bob):
    with acting_as_app():
        suspend(bob.pk, "Cheated.", actor=alice)
        with runs.record("drill"):
            pass
    bob.refresh_from_db()
    assert bob.suspended_at is not None


def test_taking_tickets_with_the_owners_rights_still_gives_its_locks_back_before_the_flush(alice):
    draw = Draw.objects.get(is_active=True)
    with acting_as_app() as cursor:
        cursor.execute("SELECT spent FROM take_tickets(%s, %s, 1, 'request-2')", [alice.pk, draw.pk])
        assert cursor.fetchone() == (draw.entry_fee,)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)
