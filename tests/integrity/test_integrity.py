"""`check_integrity` finds nothing in good books and names each planted defect."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from draws.entries.take import take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, Winner
from ledger.services import balance
from lucky11.integrity.checks import CHECKS
from tests.conftest import let_close, unguarded
from tests.support.prizes import pass_on_prize

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.plants_defects]


@pytest.fixture
def books(make_draw, make_draft, alice, bob) -> dict[str, Draw]:
    """A drawn draw with coins and money, a cancelled one, an open one; tickets in each."""
    draws = {
        "drawn": make_draw(prize_amount=Decimal("20.00"), reserve_count=1),
        "cancelled": make_draw(title="Cancelled"),
        "open": make_draw(title="Open"),
    }
    for draw in draws.values():
        take_tickets(alice.pk, draw.pk, 2, "request-1")
        take_tickets(bob.pk, draw.pk, 1, "request-1")
    let_close(draws["drawn"])
    cancel_draw(draws["cancelled"].pk, reason="The host withdrew.")
    close_due_draws()
    return draws


@pytest.fixture
def passed_on(books):
    """The drawn draw, its prize passed on to the only reserve."""
    pass_on_prize(Winner.objects.get(draw=books["drawn"]).pk)
    return books["drawn"]


def check(*options: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    output = StringIO()
    try:
        call_command("check_integrity", *options, stdout=output, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def test_good_books_are_clean(books):
    assert check() == (0, f"Clean: {len(CHECKS)} checks found no coin or ticket out of place.\n")
    answer = json.loads(check("--json")[1])
    assert (answer["clean"], answer["defects"], len(answer["checks"])) == (True, [], len(CHECKS))


PLANTED = {
    "old draws": """INSERT INTO old_draws
        (id, title, prize_amount, entry_fee, current_participants, draw_time, drawn)
        VALUES (1, 'Old', 0, 5, 1, now(), true)""",
    "coins": "UPDATE users SET coins = coins + 1 WHERE id = %(alice)s",
    "chain": "UPDATE transactions SET amount = amount + 1, balance_after = balance_after + 1 "
    "WHERE user_id = %(alice)s AND user_seq = 2",
    "bonuses": "UPDATE transactions SET amount = 5000 WHERE user_id = %(alice)s AND type = 'signup_bonus'",
    "orders": "UPDATE transactions SET type = 'import' WHERE user_id = %(alice)s AND type = 'signup_bonus'",
    "adjustments": "UPDATE transactions SET type = 'adjustment', actor_id = user_id "
    "WHERE user_id = %(alice)s AND type = 'signup_bonus'",
    "promised prizes": "UPDATE winners SET prize_coins = 5000 WHERE draw_id = %(drawn)s",
    "owners": "UPDATE transactions SET user_id = 'nobody' WHERE user_id = %(bob)s AND user_seq = 1",
    "refunds": "UPDATE transactions SET amount = 3 WHERE type = 'refund' AND user_id = %(alice)s",
    "house": "UPDATE users SET coins = coins + 1 WHERE id = %(alice)s",
    "welcomes": "DELETE FROM welcomed_mailboxes WHERE user_id = %(alice)s",
    "visits": "INSERT INTO transactions (user_id, type, amount, idempotency_key, user_seq) SELECT %(alice)s,"
    " 'daily_bonus', 3, 'daily:' || %(alice)s || ':2031-01-0' || 3 - n, 100 + n FROM generate_series(1, 2) n",
    "ticket owners": "UPDATE participations SET user_id = 'nobody' "
    "WHERE draw_id = %(open)s AND ticket_number = 3",
    "ticket draws": "UPDATE participations SET draw_id = 999 WHERE draw_id = %(open)s AND ticket_number = 3",
    "ticket counts": "UPDATE draws SET current_participants = 9 WHERE id = %(open)s",
    "ticket numbers": "UPDATE participations SET ticket_number = 5 "
    "WHERE draw_id = %(open)s AND ticket_number = 2",
    "payments": "DELETE FROM participations WHERE draw_id = %(open)s AND ticket_number = 2",
    "limits": "UPDATE draws SET max_per_player = 1 WHERE id = %(open)s",
    "winners": "UPDATE winners SET ticket_id = "
    "(SELECT id FROM participations WHERE draw_id = %(open)s LIMIT 1)",
    "first winners": "UPDATE draws SET winner_id = NULL WHERE id = %(drawn)s",
    "prizes": "UPDATE winners SET transaction_id = NULL",
    "settled": "UPDATE winners SET settled_at = NULL",
    "refunded tickets": "UPDATE draws SET cancelled_at = NULL, void_code = NULL, void_reason = '', "
    "settled_at = NULL, is_active = true WHERE id = %(cancelled)s",
    "statistics": "UPDATE users SET total_participations = 1 WHERE id = %(alice)s",
    "frozen lists": "UPDATE frozen_lists SET refs = substring(refs FROM 33)",
    "foreign keys": "UPDATE messages SET user_id = 'nobody' WHERE user_id = %(alice)s",
    "streaks": "UPDATE users SET current_streak = 7 WHERE id = %(bob)s",
    "log": "UPDATE fairness_log SET time = time + 1 WHERE n = 2",
    "log records": "UPDATE fairness_log SET draw_id = %(open)s WHERE draw_id = %(drawn)s AND kind = 'result'",
    "published draws": "UPDATE draw_seals SET seq = 9 WHERE draw_id = %(open)s",
    "records": "UPDATE draw_seals SET places = ARRAY[places[1], (places[1] + 1) %% 3, 9]"
    " WHERE draw_id = %(drawn)s",
    "rounds": "INSERT INTO beacon_rounds (chain_hash, round, signature, source)"
    " VALUES (sha256(''), 1, decode(repeat('ab', 48), 'hex'), 'x')",
}


# In books where the prize was passed on to the reserve. The check that names each, and the defect.
PASSED_ON = [
    (
        "first winners",
        "UPDATE draws SET winner_id = (SELECT user_id FROM winners WHERE place = 0) WHERE id = %s",
    ),
    ("first winners", "DELETE FROM redraws WHERE draw_id = %s"),
    ("re-draws", "DELETE FROM redraws WHERE draw_id = %s"),
    ("re-draws", "UPDATE redraws SET reason = 'Another.' WHERE draw_id = %s"),
    ("re-draws", "UPDATE redraws SET record_hash = sha256('') WHERE draw_id = %s"),
    ("re-draws", "UPDATE redraws SET failed_id = reserve_id, reserve_id = failed_id WHERE draw_id = %s"),
    ("re-draws", "UPDATE winners SET prize_amount = 1 WHERE place = 1 AND draw_id = %s"),
    ("re-draws", "UPDATE winners SET place = 2 WHERE place = 1 AND draw_id = %s"),
    ("re-draws", "UPDATE winners SET forfeited_at = NULL WHERE place = 0 AND draw_id = %s"),
    ("re-draws", "DELETE FROM fairness_log WHERE kind = 'redraw' AND draw_id = %s"),
    ("forfeits", "UPDATE winners SET hand_over = 'to_claim' WHERE place = 0 AND draw_id = %s"),
    ("forfeits", "UPDATE winners SET forfeit_reason = '' WHERE place = 0 AND draw_id = %s"),
    ("lost prizes", "UPDATE winners SET claim_by = forfeited_at + interval '1 day' WHERE draw_id = %s"),
    ("lost prizes", "UPDATE winners SET forfeit_ground = 'left' WHERE place = 0 AND draw_id = %s"),
    ("lost prizes", "UPDATE winners SET forfeit_ground = 'disqualified' WHERE place = 0 AND draw_id = %s"),
    (
        "lost prizes",
        "INSERT INTO claims (winner_id, details) SELECT id, '' FROM winners WHERE place = 0 AND draw_id = %s",
    ),
    (
        "conflicts of interest",
        "UPDATE redraws r SET actor_id = w.user_id FROM winners w"
        " WHERE w.id = r.reserve_id AND r.draw_id = %s",
    ),
    (
        "conflicts of interest",
        "UPDATE draws d SET cancelled_by_id = d.winner_id WHERE d.id = %s",
    ),
    ("forfeits", "UPDATE fairness_log SET kind = 'redraw' WHERE kind = 'freeze' AND draw_id = %s"),
]


def test_books_with_a_prize_passed_on_are_clean(passed_on):
    assert check()[0] == 0


@pytest.mark.parametrize(("name", "defect"), PASSED_ON)
def test_each_defect_planted_about_a_re_draw_is_named(passed_on, name, defect):
    with unguarded() as cursor:
        cursor.execute(defect, [passed_on.pk])
        assert cursor.rowcount > 0
    code, output = check()
    assert code == 1
    assert f"BAD  {name}: " in output


def test_a_prize_lost_while_a_reserve_is_left_is_named(books):
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE winners SET hand_over = 'lapsed', forfeited_at = now(), forfeit_reason = 'x'"
            " WHERE draw_id = %s",
            [books["drawn"].pk],
        )
    assert "BAD  forfeits: " in check()[1]


def test_a_re_draw_from_before_the_rule_is_nobodys_conflict(passed_on):
    """Rows without a ground are older than the rule, whoever decided them."""
    with unguarded() as cursor:
        cursor.execute("UPDATE winners SET forfeit_ground = '' WHERE draw_id = %s", [passed_on.pk])
        cursor.execute("UPDATE redraws r SET actor_id = w.user_id FROM winners w WHERE w.id = r.reserve_id")
    assert check()[0] == 0


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_defect_is_named(books, alice, bob, name):
    values = {"alice": alice.pk, "bob": bob.pk, **{key: draw.pk for key, draw in books.items()}}
    with unguarded() as cursor:
        cursor.execute(PLANTED[name], values)
        assert cursor.rowcount > 0
    code, output = check()
    assert code == 1
    assert f"BAD  {name}: " in output
    found = {defect["check"]: defect["row"] for defect in json.loads(check("--json")[1])["defects"]}
    assert found[name]


@pytest.mark.owner
def test_repair_rewrites_what_is_derived_and_no_ledger_row(books, alice, bob):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET coins = coins + 7, total_participations = 0, total_wins = 9")
        cursor.execute("UPDATE draws SET current_participants = 9 WHERE id = %s", [books["open"].pk])
        cursor.execute("SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM transactions t")
        before = cursor.fetchone()
    assert check()[0] == 1
    code, output = check("--repair")
    assert (code, output.splitlines()[0]) == (0, "5 rows with a wrong derived value were repaired.")
    books["open"].refresh_from_db()
    assert books["open"].current_participants == 3
    assert balance(alice.pk) == User.objects.get(pk=alice.pk).coins
    with unguarded() as cursor:
        cursor.execute("SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM transactions t")
        assert cursor.fetchone() == before


@pytest.mark.owner
def test_what_cannot_be_derived_is_not_repaired(books, bob):
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE transactions SET description = 'x' WHERE user_id = %s AND user_seq = 1", [bob.pk]
        )
    assert check("--repair")[0] == 1
