"""The whole loop, run as a database role that may neither set coins nor change or remove a ledger row."""

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction

from draws.cancelling import cancel_draw
from draws.closing import close_due_draws
from draws.entering import take_tickets
from draws.models import Draw
from draws.publishing import publish_draw
from ledger.services import balance
from tests.conftest import defects, let_close

pytestmark = pytest.mark.django_db

ROLE = "lucky11_test_app"
APPENDED = "transactions, participations, frozen_lists, fairness_log, draw_text_changes"
UPDATED = "draws, winners, draw_seals, outbox_emails"
PROFILE = "total_participations, total_wins, total_earnings, current_streak, last_ticket_on, grace_used_on"


@pytest.fixture
def as_app(db: None) -> None:
    """From here on the connection works as the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT INSERT ON {APPENDED}, {UPDATED} TO {ROLE}")
        cursor.execute(f"GRANT UPDATE ON {UPDATED} TO {ROLE}")
        cursor.execute(f"GRANT UPDATE ({PROFILE}) ON users TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


@pytest.fixture
def drafts(make_draft: Callable[..., Draw]) -> list[Draw]:
    return [make_draft(), make_draft(title="Cancelled")]


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
        "ALTER TABLE transactions DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_role_is_refused_what_would_invent_or_lose_coins(alice, as_app, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
