"""The first page of the admin: what waits, how draws fill, the coins, the books; and who sees which of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Approval, OutboxEmail
from common.text.charts import LineChart
from draws.lifecycle.close import freeze_draw
from draws.models import Winner
from ledger.circulation import count_coins, largest_holders
from ledger.models import CoinDay
from lucky11 import __version__
from lucky11.models import OperationRun
from lucky11.operations.runs import begin, end
from tests.conftest import let_close, unguarded
from tests.races.together import at_once
from tests.support.pages import finish, signed_in, take, words
from tests.support.staff import make_member, sign_in_boss

GROUPS = ("Draws", "Prizes", "Support", "Coins", "Auditor")


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def good(kind):
    run = begin(kind)
    run.summary = f"{kind} went well"
    end(run, ok=True)


def desk(browser):
    """The first page, without the list of all pages."""
    return words(browser.get("/admin/")).partition("All pages")[0]


@pytest.mark.django_db
def test_a_quiet_day_is_said_in_one_sentence(client, boss):
    good("check_integrity")
    good("db_backup")
    said = desk(client)
    assert "No draw is overdue. Nothing is waiting for you." in said
    assert "Waiting" not in said
    assert "Prizes" not in said


@pytest.mark.django_db
def test_every_page_of_the_admin_ends_with_the_time_zone_and_the_version(client, boss):
    for address in ("/admin/", "/admin/draws/draw/", "/admin/lucky11/operationrun/doctor/"):
        footer = client.get(address).text.partition('<footer id="footer">')[2].partition("</footer>")[0]
        said = " ".join(footer.split())
        assert said == f"Times are in the time zone UTC. · Lucky11 {__version__}"


@pytest.mark.django_db
def test_an_empty_site_says_what_to_do_first(client, boss):
    said = desk(client)
    assert "No draw is open. Create a draw, or duplicate one that went well." in said
    assert "The first count comes within 15 minutes." in said
    assert said.count("There is none on record.") == 2
    assert "Nothing is waiting for you." not in said


@pytest.mark.django_db
def test_open_draws_are_listed_with_their_tickets_and_their_closing_time(client, boss, make_draw):
    now = timezone.now().replace(microsecond=0)
    for hours in range(1, 11):
        make_draw(
            title=f"In {hours}", draw_time=now + timedelta(hours=hours, minutes=5), max_participants=4000
        )
    said = desk(client)
    assert "In 1 0 of 4,000 1 hour, " in said
    assert said.index("In 1 ") < said.index("In 2 ")
    assert "In 8 " in said
    assert "In 9 " not in said
    assert "All open draws" in said


@pytest.mark.django_db(transaction=True)
def test_each_thing_that_waits_is_counted_and_leads_to_its_list(client, boss, make_draw, make_player):
    alice = make_player("alice")
    draw = make_draw(prize_amount=20)
    take(alice, draw)
    finish(draw)
    asked = {"kind": "cancel_draw", "subject": "x", "summary": "x", "payload": {}, "reason": "x"}
    Approval.objects.create(**asked, asked_by=make_player("other", is_staff=True))
    OutboxEmail.objects.create(key="fails", recipient="a@lucky11.example", subject="x", text="x", attempts=3)
    waiting = client.get("/admin/").context["waiting"]
    assert [(each.what, each.count) for each in waiting] == [
        ("To approve", "1"),
        ("Prizes to be claimed", "1"),
        ("Failing emails", "1"),
    ]
    for each in waiting:
        assert len(client.get(each.url).context["cl"].result_list) == 1
    with unguarded() as cursor:
        cursor.execute("UPDATE winners SET claim_by = now() + interval '2 days'")
    assert "1 Prizes about to lapse" in desk(client)
    assert len(client.get("/admin/draws/winner/?hand_over=lapsing").context["cl"].result_list) == 1
    Winner.objects.update(hand_over="claimed")
    assert "1 Prizes to send" in desk(client)
    assert "lapse" not in desk(client)


@pytest.mark.django_db(transaction=True)
def test_a_draw_that_waits_for_its_round_says_since_when_and_until_when(
    client, boss, make_draw, alice, beacon
):
    draw = make_draw(fairness_mode="beacon", title="Under the stars")
    take(alice, draw)
    let_close(draw)
    freeze_draw(draw.pk)
    draw.refresh_from_db()
    said = desk(client)
    assert f"Under the stars since {draw.frozen_at.day} {draw.frozen_at:%b %Y, %H:%M:%S}" in said
    assert f"for round {draw.seal.round:,} of {draw.seal.round_time.day} {draw.seal.round_time:%b}" in said
    assert f'href="/admin/draws/draw/{draw.pk}/round/"' in client.get("/admin/").content.decode()
    assert "Nothing is waiting" not in said


@pytest.mark.django_db
def test_a_failed_check_is_said_with_the_last_one_that_went_well(client, boss):
    good("check_integrity")
    failed = begin("check_integrity")
    failed.summary = "1 rule is broken"
    end(failed, ok=False)
    good("db_backup")
    said = desk(client)
    assert "It failed. It last went well on" in said
    assert "1 rule is broken" in said
    assert "db_backup went well" in said
    assert "Nothing is waiting for you." not in said


@pytest.mark.django_db
def test_a_check_that_is_long_ago_is_worth_a_look_and_one_at_work_is_not_its_result(client, boss):
    good("check_integrity")
    good("db_backup")
    with unguarded():
        OperationRun.objects.filter(kind="check_integrity").update(
            started_at=timezone.now() - timedelta(hours=40)
        )
    begin("db_backup")
    said = desk(client)
    assert said.count("Overdue.") == 1
    assert "There is none on record." not in said
    assert "It failed." not in said


# -- coins --


@pytest.mark.django_db
def test_coins_are_counted_once_a_day_and_by_one_worker(make_player):
    make_player("alice", coins=70)
    rich = make_player("bob", coins=500)
    make_player("nobody", coins=0)
    assert count_coins()
    assert not count_coins()
    day = CoinDay.objects.get()
    assert (day.coins, day.holders, day.largest[0]) == (570, 2, rich.pk)
    assert len(largest_holders()) == 2
    make_player("late", coins=60)
    CoinDay.objects.update(day=day.day - timedelta(days=1))
    assert count_coins()
    assert list(CoinDay.objects.order_by("day").values_list("coins", flat=True)) == [570, 630]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_count_a_day_once(alice):
    assert sorted(at_once([count_coins for _ in range(8)])) == [False] * 7 + [True]
    assert CoinDay.objects.get().coins == alice.coins


@pytest.mark.django_db
def test_the_chart_has_the_same_figures_as_its_table(client, boss):
    for n, coins in enumerate((1000, 3000, 2000)):
        CoinDay.objects.create(day=date(2026, 11, 20 + n), coins=coins, holders=3, largest=[])
    page = client.get("/admin/").content.decode()
    assert 'd="M8 152L300 8L592 80"' in page
    said = desk(client)
    assert "2,000 coins, +1,000 in 2 days." in said.replace("\xa0", " ")
    assert "20 Nov 2026 1,000 21 Nov 2026 3,000 22 Nov 2026 2,000" in said


def test_a_chart_keeps_days_apart_as_the_calendar_does_and_a_flat_line_is_no_error():
    days = [(date(2026, 11, 1), 5), (date(2026, 11, 2), 5), (date(2026, 11, 5), 5)]
    assert [x for x, _ in LineChart(days).points] == [8, 154, 592]
    assert len({y for _, y in LineChart(days).points}) == 1
    assert LineChart(days[:1]).points == [(8, 152)]


@pytest.mark.django_db
def test_the_players_with_most_coins_are_listed_with_the_most_first(client, boss, make_player):
    for name, coins in (("some", 40), ("most", 900), ("more", 90), ("none", 0)):
        make_player(name, coins=coins)
    assert client.get("/admin/accounts/user/", {"coins": "most"}).context["cl"].result_count == 0
    count_coins()
    rows = client.get("/admin/accounts/user/", {"coins": "most"}).context["cl"].result_list
    assert [player.coins for player in rows][:2] == [900, 90]
    assert 0 not in [player.coins for player in rows]


# -- who sees what --


@pytest.mark.django_db(transaction=True)
def test_each_group_sees_its_own_part_of_the_desk(make_player, make_draw, alice):
    draw = make_draw(prize_amount=20)
    take(alice, draw)
    finish(draw)
    OutboxEmail.objects.create(key="fails", recipient="a@lucky11.example", subject="x", text="x", attempts=3)
    good("check_integrity")
    parts = {
        "Open draws": {"Draws", "Prizes", "Auditor"},
        "Prizes to be claimed": {"Draws", "Prizes", "Support", "Auditor"},
        "Failing emails": {"Support", "Auditor"},
        "Coins in circulation": {"Support", "Coins", "Auditor"},
        "Books and backups": {"Auditor"},
    }
    for group in GROUPS:
        said = desk(signed_in(make_member(make_player, group)))
        assert {part for part in parts if part in said} == {p for p, who in parts.items() if group in who}
    nobody = desk(signed_in(make_player("new", is_staff=True)))
    assert "Nothing is waiting for you." in nobody
    assert not [part for part in parts if part in nobody]


@pytest.mark.django_db
def test_the_desk_asks_the_same_few_questions_however_much_waits(client, boss, make_draw, make_player):
    def asked():
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        return len(queries)

    before = asked()
    for n in range(9):
        make_draw(title=f"Draw {n}")
        OutboxEmail.objects.create(key=f"{n}", recipient="a@x.example", subject="x", text="x", attempts=3)
        CoinDay.objects.create(day=date(2026, 1, 1 + n), coins=n, holders=n, largest=[])
        good("check_integrity")
    assert asked() == before == 15
