"""A player's own limit and break hold against requests that come all at once."""

import itertools
import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.play.breaks import take_break
from draws.entries.take import Entry, take_tickets
from draws.exceptions import OnBreak
from ledger.models import Transaction
from ledger.safer_play.limits import limits_of, set_limit
from ledger.services import balance
from tests.conftest import unguarded
from tests.races.browsing import Browser, website
from tests.races.together import at_once, refusals, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20
keys = itertools.count(1)


@pytest.fixture
def player(make_player):
    return make_player("player", coins=1000)


@pytest.fixture
def draw(make_draw):
    return make_draw(entry_fee=5, max_participants=1000, max_per_player=1000)


def spent(user) -> int:
    return limits_of(user.pk)[0].spent


def test_twenty_requests_at_once_against_a_limit_for_three_pay_for_exactly_three(player, draw):
    set_limit(player.pk, "day", 15)
    outcomes = at_once(
        [lambda n=n: take_tickets(player.pk, draw.pk, 1, f"request-{n:04}") for n in range(AT_ONCE)]
    )
    assert refusals(outcomes) == ["LimitReached"] * 17
    assert sum(isinstance(outcome, Entry) for outcome in outcomes) == 3
    assert (spent(player), balance(player.pk)) == (15, 985)
    assert Transaction.objects.filter(user=player, type="entry").count() == 3


def test_twenty_forms_sent_at_once_through_the_site_are_three_tickets_and_seventeen_refusals(
    player, draw, server_environment
):
    set_limit(player.pk, "day", 15)
    with website(server_environment) as port:
        browser = Browser(port, player)
        forms = [browser.entry_form(draw.pk) for _ in range(AT_ONCE)]
        answers = at_once([lambda f=form: browser.post(f"/draws/{draw.pk}/enter/", f) for form in forms])
    assert Counter(status for status, _ in answers) == {303: 3, 409: 17}
    refused = [page for status, page in answers if status == 409]
    assert all("Your limit is 15 coins in 24 hours, and you have spent 15." in page for page in refused)
    assert (spent(player), balance(player.pk)) == (15, 985)


def test_twenty_requests_for_several_draws_share_the_one_limit(player, make_draw):
    draws = [make_draw(entry_fee=5) for _ in range(AT_ONCE)]
    set_limit(player.pk, "week", 15)
    outcomes = at_once([lambda d=d: take_tickets(player.pk, d.pk, 1, "the-request") for d in draws])
    assert refusals(outcomes) == ["LimitReached"] * 17
    assert spent(player) == 15


def pay_if_the_limit_allows(user, meet: threading.Barrier) -> None:
    """Check, then pay, as is often written: nothing holds the player between the two."""
    limit = limits_of(user.pk)[0]
    meet.wait()
    if limit.left is None or limit.left < 5:
        raise LookupError("limit reached")
    with transaction.atomic(), unguarded():
        key = f"naive:{next(keys)}"
        Transaction.objects.create(
            user=user,
            type="entry",
            amount=-5,
            idempotency_key=key,
            reference="naive",
            user_seq=next(keys) + 9,
        )


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_the_same_race_by_check_then_pay_oversteps_the_limit(player):
    set_limit(player.pk, "day", 15)
    meet = threading.Barrier(AT_ONCE, timeout=30)
    outcomes = at_once([lambda: pay_if_the_limit_allows(player, meet)] * AT_ONCE)
    assert refusals(outcomes) == []
    assert spent(player) == AT_ONCE * 5 > 15


def test_once_a_lower_limit_is_answered_nothing_more_is_spent_beyond_it(player, draw):
    """Entries run on; the moment `set_limit` returns, what is spent is all that will be."""
    known: list[int] = []

    def lower() -> None:
        known.append(set_limit(player.pk, "day", 25).spent)

    def play(name: int) -> None:
        for turn in range(10):
            take_tickets(player.pk, draw.pk, 1, f"request-{name}-{turn:04}")

    outcomes = at_once([lambda n=n: play(n) for n in range(6)] + [lower])
    assert set(refusals(outcomes)) <= {"LimitReached"}
    assert spent(player) == max(known[0], 25)


def test_a_raise_and_a_lower_limit_asked_for_at_once_leave_one_of_them_whole(player):
    set_limit(player.pk, "day", 50)
    wishes = [lambda c=c: set_limit(player.pk, "day", c) for c in (10, 90, 10, 90, 10, 90)]
    assert refusals(at_once(wishes)) == []
    limit = limits_of(player.pk)[0]
    assert limit.coins == 10, "a raise comes a day later, so the lowest limit asked for holds now"
    assert (limit.next_coins, limit.next_at is None) in {(90, False), (None, True)}


def test_no_ticket_is_taken_once_a_break_is_answered(player, draw):
    bought: list[int] = []

    def rest() -> None:
        take_break(player, "day")
        bought.append(spent(player))

    def play(name: int) -> None:
        for turn in range(10):
            take_tickets(player.pk, draw.pk, 1, f"request-{name}-{turn:04}")

    outcomes = at_once([lambda n=n: play(n) for n in range(6)] + [rest])
    assert set(refusals(outcomes)) <= {"OnBreak"}
    assert spent(player) == bought[0]
    with pytest.raises(OnBreak):
        take_tickets(player.pk, draw.pk, 1, "request-after")


def test_an_entry_that_waits_for_the_player_finds_the_limit_set_meanwhile(player, draw):
    """The limit is read behind the lock, not before it: an entry that came first and waited is refused."""
    set_limit(player.pk, "day", 50)
    waiting = threading.Event()

    def hold_and_lower() -> None:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=player.pk)
            assert waiting.wait(20)
            wait_for_a_lock()
            set_limit(player.pk, "day", 0)

    def enter() -> Entry:
        waiting.set()
        return take_tickets(player.pk, draw.pk, 1, "request-1")

    def enter_once_held() -> Entry:
        wait_for_the_row(player)
        return enter()

    assert refusals(at_once([hold_and_lower, enter_once_held])) == ["LimitReached"]
    assert balance(player.pk) == 1000


def wait_for_the_row(user) -> None:
    def held() -> bool:
        with transaction.atomic():
            rows = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=user.pk)
            return not rows.exists()

    wait_until(held, "somebody holds the player")


def wait_for_a_lock() -> None:
    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            return bool(cursor.fetchone()[0])

    wait_until(somebody_waits, "the entry waits for the player")
