"""The whole loop, run as a database role that may neither set coins nor change or remove a ledger row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import ExcludedAddress
from accounts.play.breaks import take_break
from draws.entries.take import take_tickets
from draws.exceptions import LimitReached, OnBreak
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.publish import publish_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, Seal
from ledger.models import SpendLimit
from ledger.safer_play.limits import set_limit
from ledger.services import balance
from lucky11.operations.roles import roles
from tests.conftest import defects, let_close

# Makes the roles itself.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

ROLE = "lucky11_test_app"


@pytest.fixture
def as_app(db: None, settings: Any) -> None:
    """From here on the connection works as the application's role, as `manage.py db_roles` makes it."""
    settings.DATABASE_ROLES = "lucky11_test"
    with connection.cursor() as cursor:
        # What other fixtures wrote is checked now: tables with checks to come do not change hands.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    roles.apply()
    act_as(ROLE)


@pytest.fixture
def drafts(make_draft: Callable[..., Draw]) -> list[Draw]:
    return [make_draft(), make_draft(title="Cancelled")]


@pytest.fixture
def beacon_draft(make_draft: Callable[..., Draw]) -> Draw:
    return make_draft(fairness_mode="beacon")


def act_as(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")


def test_tickets_are_sold_closed_paid_and_refunded_without_the_right_to_set_coins(alice, bob, drafts, as_app):
    drawn, cancelled = (publish_draw(draft.pk) for draft in drafts)
    for draw in (drawn, cancelled):
        take_tickets(alice.pk, draw.pk, 2, "request-1")
        take_tickets(bob.pk, draw.pk, 1, "request-1")
    cancel_draw(cancelled.pk, reason="The host withdrew.")
    act_as("NONE")
    let_close(drawn)
    act_as(ROLE)
    close_due_draws()
    assert sorted([balance(alice.pk), balance(bob.pk)]) in ([40, 145], [45, 140])
    assert not Draw.objects.filter(settled_at__isnull=True).exists()
    act_as("NONE")
    assert defects() == []


def test_a_beacon_draw_is_frozen_and_drawn_by_the_role_too(alice, beacon_draft, beacon, as_app):
    draw = publish_draw(beacon_draft.pk)
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    act_as("NONE")
    let_close(draw)
    act_as(ROLE)
    fetch_rounds()
    beacon.release(Seal.objects.values_list("round", flat=True).get())
    fetch_rounds()
    close_due_draws()
    assert balance(alice.pk) == 140
    for statement in (
        "UPDATE beacon_rounds SET source = 'x'",
        "DELETE FROM beacon_rounds",
        "TRUNCATE beacon_rounds",
        "UPDATE frozen_lists SET refs = ''",
        "TRUNCATE fairness_log",
        "DELETE FROM draw_seals",
        "UPDATE draw_seals SET signature = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    act_as("NONE")
    assert defects() == []


def test_limits_and_breaks_hold_for_players_of_the_role_and_against_it(draw, alice, bob, as_app):
    set_limit(alice.pk, "day", 5)
    take_tickets(alice.pk, draw.pk, 1, "request-1")
    with pytest.raises(LimitReached):
        take_tickets(alice.pk, draw.pk, 1, "request-2")
    with pytest.raises(DatabaseError, match="24 hours"), transaction.atomic():
        SpendLimit.objects.update(coins=50)
    take_break(bob, "week")
    with pytest.raises(OnBreak):
        take_tickets(bob.pk, draw.pk, 1, "request-1")
    with pytest.raises(DatabaseError), transaction.atomic():
        ExcludedAddress.objects.update(ends_at=timezone.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET coins = 1000",
        "UPDATE transactions SET amount = 1000",
        "DELETE FROM transactions",
        "TRUNCATE transactions CASCADE",
        "UPDATE participations SET user_id = 'x'",
        "DELETE FROM winners",
        "DELETE FROM fairness_log",
        "UPDATE play_breaks SET ends_at = clock_timestamp()",
        "DELETE FROM play_breaks",
        "TRUNCATE play_breaks",
        "ALTER TABLE play_breaks DISABLE TRIGGER ALL",
        "DELETE FROM spend_limits",
        "TRUNCATE spend_limits",
        "TRUNCATE excluded_addresses",
        "DELETE FROM rules_acceptances",
        "ALTER TABLE transactions DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE own ()",
        "CREATE TEMPORARY TABLE own ()",
        "ALTER TABLE users ADD nickname text",
        "DROP INDEX idx_winners_userid",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DELETE FROM users",
        "UPDATE participations SET ticket_number = 1",
        "DELETE FROM claims",
        "DELETE FROM approvals",
        "TRUNCATE draws",
        "DELETE FROM django_admin_log",
        "UPDATE fairness_log SET record = ''",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
        "GRANT lucky11_test_owner TO lucky11_test_app",
        "ALTER ROLE lucky11_test_app SUPERUSER",
    ],
)
def test_the_role_is_refused_what_would_invent_or_lose_coins(alice, as_app, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_role_removes_drafts_and_no_draw_that_was_published(draw, make_draft, as_app):
    draft = make_draft()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM draws WHERE id = %s", [draw.pk])
    draft.delete()
    assert list(Draw.objects.all()) == [draw]
