"""Players, coins and history of the old site come over whole, whatever dirt lies in its database."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from accounts.models import User
from draws.models import OldDraw, OldTicket, OldWinner
from ledger.models import Transaction
from ledger.services import history
from lucky11.importing.rules import RULES
from tests.conftest import defects
from tests.support.coins import move
from tests.support.nightly import at_night
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import clear, counted, run, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

ROOT = Path(__file__).parents[2]
DECIDED = ("--apply", "--settle", "--refund")
# 200 users: five of each remainder of 40.
DIRT = {
    "user id not kept": 5,
    "user without email": 10,
    "invalid email": 5,
    "duplicate email, merged": 5,
    "user without time": 10,
    "impossible coins": 15,
    "wrong statistics": 9,
    "draw without title": 1,
    "draw without time": 1,
    "impossible price": 1,
    "impossible prize": 2,
    "wrong ticket count": 2,
    "ticket of nobody": 1,
    "ticket of no draw": 2,
    "ticket without time": 1,
    "winner of nobody": 1,
    "winner of no draw": 1,
    "duplicate winner": 1,
    "winner without ticket": 1,
    "winner without time": 1,
    "winner in the draw alone": 1,
    "winner in the draw disagrees": 1,
    "winner in the draw missing": 1,
    "transaction of nobody": 2,
    "impossible amount": 4,
    "transaction without time": 1,
}


@pytest.fixture(
    params=[Shape(), at_night(Shape(camel=True, zoned=True))],
    ids=["snake_case", "camelCase"],
)
def url(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    with old_site(request.param) as made:
        yield made


@pytest.fixture
def site(db: None) -> Iterator[str]:
    """One site for the tests that ask nothing of the spelling."""
    with old_site(Shape()) as made:
        yield made


def old(number: int) -> User:
    return User.objects.get(pk=str(FIRST + number))


def test_everything_comes_over_and_every_kind_of_dirt_is_counted(url):
    report = run(url, *DECIDED)
    found = counted(report)
    assert {kind: found.get(kind) for kind in DIRT} == DIRT
    assert report["clean"]
    assert report["defects"] == defects() == []
    counts = report["counts"]
    assert counts["users read"] == 200
    assert counts["players added"] == User.objects.count() == 195
    assert counts["draws added"] == OldDraw.objects.count() == 20
    assert counts["tickets added"] == OldTicket.objects.count() == 601
    assert counts["wins added"] == OldWinner.objects.count() == 18
    # Nothing is dropped without being counted.
    left_out = found["impossible amount"] + found["transaction of nobody"]
    brought = Transaction.objects.filter(reference__startswith="old:").count()
    assert brought == counts["transactions read"] - found["impossible amount"] == 1000 + 5 + 7 - left_out
    settled = Transaction.objects.filter(reference__startswith="old-settlement:").count()
    assert settled == found["balance settled"]
    assert found["draw not drawn, refunded"] == 3


def test_a_players_profile_coins_and_statistics_are_the_old_ones(site):
    run(site, *DECIDED)
    player = old(27)
    assert (player.email, player.first_name, player.last_name) == ("player27@old.example", "Player27", "Old")
    assert player.is_vip
    assert not player.has_usable_password()
    assert player.created_at.isoformat() == "2025-07-02T12:27:00+00:00"
    moves = moves_of(Shape(), 27)
    rows = history(player.pk)[::-1]
    assert [(row.amount, row.description) for row in rows] == [(a, f"Old {kind}") for kind, a in moves]
    assert player.coins == sum(amount for _, amount in moves)
    assert rows[0].created_at == player.created_at
    types = {"signup_bonus": "signup_bonus", "daily_bonus": "daily_bonus"}
    assert [row.type for row in rows] == [types.get(kind, "import") for kind, _ in moves]
    assert rows[0].idempotency_key == f"signup:{player.pk}"
    assert player.total_participations == OldTicket.objects.filter(user=player).count() == 3


def test_a_dry_run_says_the_same_and_changes_nothing(site):
    before = written(whole=True)
    dry = run(site, "--settle", "--refund")
    assert written(whole=True) == before
    assert {size for size, _ in before.values()} == {0}
    assert run(site, "--settle", "--refund", "--dry-run")["found"] == dry["found"]
    assert written(whole=True) == before
    done = run(site, *DECIDED)
    assert dry["found"] == done["found"]
    assert not dry["applied"]
    for name in ("players added", "rows posted", "coins brought over", "tickets refunded", "coins refunded"):
        assert dry["counts"][name] == done["counts"][name] > 0


def test_running_it_twice_changes_nothing(url):
    run(url, *DECIDED)
    first = written(whole=True)
    again = run(url, *DECIDED)
    assert written(whole=True) == first
    added = [name for name in again["counts"] if "added" in name or "posted" in name or "refunded" in name]
    assert len(added) == 7
    assert {again["counts"][name] for name in added} == {0}


def test_the_source_is_only_read(site):
    with psycopg.connect(site) as source:
        sizes = "SELECT sum(hashtextextended(t::text, 0)), count(*) FROM {} t"
        tables = ("users", "draws", "participations", "transactions", "winners", "sessions")
        before = [source.execute(sizes.format(table)).fetchone() for table in tables]
        run(site, *DECIDED)
        source.rollback()
        assert [source.execute(sizes.format(table)).fetchone() for table in tables] == before


def test_without_decisions_the_ledger_says_what_the_transactions_say_and_the_rest_is_reported(site):
    report = run(site, "--apply", code=1)
    assert report["defects"] == defects() == []
    assert not report["clean"]
    found = counted(report)
    assert found["draw not drawn"] == 3
    assert not Transaction.objects.filter(reference__startswith="old-").exists()
    # Their coins are 15 more than their transactions.
    player = old(4)
    assert player.coins == sum(amount for _, amount in moves_of(Shape(), 4))
    # And this one's transactions take more than there ever was: the coins before that stay.
    assert found["transaction held back"] == 5
    assert old(16).coins == sum(amount for _, amount in moves_of(Shape(), 16))
    settled = run(site, *DECIDED)
    assert settled["clean"]
    player.refresh_from_db()
    newest = next(row for row in history(player.pk) if row.reference.startswith("old-settlement:"))
    assert (newest.type, newest.amount) == ("import", 15)
    assert newest.description.startswith("Settled: the old site said")
    first = written()
    run(site, *DECIDED)
    assert written() == first


def test_settled_late_is_settled_all_the_same(site):
    run(site, "--apply", code=1)
    run(site, *DECIDED)
    late = written()["users"]
    clear()
    run(site, *DECIDED)
    assert written()["users"] == late


def test_negative_missing_and_impossible_coins_are_what_the_transactions_say(site):
    run(site, *DECIDED)
    for number in (1, 2, 3):
        player = old(number)
        refunds = sum(r.amount for r in history(player.pk) if r.reference.startswith("old-refund:"))
        assert player.coins - refunds == sum(amount for _, amount in moves_of(Shape(), number))


def test_a_balance_never_falls_below_zero_on_the_way(site):
    run(site, *DECIDED)
    rows = history(old(15).pk)[::-1]
    assert all(row.balance_after >= 0 for row in rows)
    # The old site dated all spending before all earning.
    assert min(row.created_at for row in rows if row.amount < 0) < rows[0].created_at
    assert Transaction.objects.filter(balance_after__lt=0).count() == 0


def test_accounts_of_one_email_become_one_player_with_the_coins_of_both(site):
    run(site, *DECIDED)
    first = old(9)
    assert first.email == "player10@old.example"
    assert not User.objects.filter(pk=str(FIRST + 10)).exists()
    refunds = sum(r.amount for r in history(first.pk) if r.reference.startswith("old-refund:"))
    both = sum(amount for number in (9, 10) for _, amount in moves_of(Shape(), number))
    assert first.coins - refunds == both
    assert first.total_participations == 6
    # One welcome each there, so two here, and the second is not under the key of the site's own.
    assert [r.type for r in history(first.pk) if r.description == "Old signup_bonus"] == [
        "import",
        "signup_bonus",
    ]


def test_accounts_of_one_email_can_be_kept_apart_and_not_both_ways(site):
    report = run(site, *DECIDED, "--duplicates", "apart")
    assert counted(report)["duplicate email, kept apart"] == 5
    assert (old(9).email, old(10).email) == ("player10@old.example", None)
    assert User.objects.count() == 200
    before = written(whole=True)
    with pytest.raises(Exception, match=f"kept apart users {FIRST + 10} and {FIRST + 9}"):
        run(site, *DECIDED)
    assert written(whole=True) == before


def test_draws_that_were_never_drawn_are_refunded_once_and_shown_as_not_drawn(site):
    report = run(site, *DECIDED)
    undrawn = OldDraw.objects.filter(drawn=False)
    tickets = OldTicket.objects.filter(draw__in=undrawn).count()
    assert [draw.pk for draw in undrawn.order_by("pk")] == [6, 19, 20]
    refunds = Transaction.objects.filter(reference__startswith="old-refund:")
    assert refunds.count() == report["counts"]["tickets refunded"] == tickets == 90
    assert {row.amount for row in refunds} == {5}


def test_prizes_that_cannot_be_are_nothing_and_wins_are_counted_once(site):
    run(site, *DECIDED)
    assert OldDraw.objects.get(pk=9).prize_amount == 0
    assert OldDraw.objects.get(pk=9).entry_fee == 0
    assert OldWinner.objects.get(pk=6000003).prize_amount == 0
    alone = OldWinner.objects.get(draw=5)
    assert (alone.pk, alone.prize_amount) == (-6, Decimal(29))
    winner = User.objects.get(pk=alone.user_id)
    wins = OldWinner.objects.filter(user=winner)
    assert winner.total_wins == wins.count()
    assert winner.total_earnings == sum(win.prize_amount for win in wins)


def test_the_zone_of_times_without_one_is_what_the_operator_says(site):
    report = run(site, *DECIDED, "--source-zone", "Europe/Lisbon")
    assert old(27).created_at.isoformat() == "2025-07-02T11:27:00+00:00"
    assert "read as Europe/Lisbon: users.created_at" in report["notes"][0]


def test_a_player_who_joined_here_before_gets_their_old_coins(site, make_player):
    here = make_player("early", coins=50)
    squatter = make_player("squatter", confirmed=False)
    with psycopg.connect(site) as source:
        for number, player in ((27, here), (28, squatter)):
            source.execute("UPDATE users SET email = %s WHERE id = %s", [player.email, str(FIRST + number)])
    report = run(site, *DECIDED, code=1)
    assert counted(report)["joined here already"] == 1
    assert counted(report)["email taken"] == 1
    here.refresh_from_db()
    assert here.coins == 50 + sum(amount for _, amount in moves_of(Shape(), 27))
    assert not User.objects.filter(pk=str(FIRST + 27)).exists()
    assert old(28).email is None
    squatter.refresh_from_db()
    assert squatter.coins == 0


def test_an_id_that_is_taken_here_is_given_to_nobody_else(site, make_player):
    make_player("same", pk=str(FIRST + 27))
    report = run(site, *DECIDED)
    assert counted(report)["user id taken"] == 1
    moved = User.objects.get(email="player27@old.example")
    assert re.fullmatch("[0-9a-f]{32}", moved.pk)
    assert moved.coins == sum(amount for _, amount in moves_of(Shape(), 27))
    first = written(whole=True)
    run(site, *DECIDED)
    assert written(whole=True) == first


def test_coins_spent_here_are_not_taken_again_by_a_late_settlement(site, draw):
    run(site, "--apply", code=1)
    player = old(5)
    move(player.pk, -player.coins, "spent")
    report = run(site, *DECIDED, code=1)
    named = report["found"]["balance cannot be settled"]
    assert named["count"] == 1
    assert player.pk in named["examples"][0]


def test_the_documentation_has_every_rule_word_for_word():
    text = (ROOT / "docs" / "importing.md").read_text()
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", text, re.MULTILINE))
    assert {kind: rows.get(kind) for kind in RULES} == {
        kind: f"{rule.rule} {rule.decision}".strip() for kind, rule in RULES.items()
    }
