"""Somebody sends form after form: a page says to wait, and whatever was paid for is answered."""

import threading
import uuid
from collections import Counter
from unittest.mock import ANY

import pytest
from django.core.cache import caches

from common.redis_client import redis_client
from common.web import rate_limits
from draws.models import Participation
from ledger.services import balance
from tests.races.browsing import Browser, website
from tests.races.together import at_once
from tests.support.pages import field, signed_in, words

pytestmark = pytest.mark.django_db(transaction=True)

PLAYER, ADDRESS = 3, 5


@pytest.fixture(autouse=True)
def few(settings):
    """Small limits, over a time that does not end while a test runs."""
    settings.RATE_LIMIT_SECONDS, settings.RATE_LIMIT_PLAYER, settings.RATE_LIMIT_ADDRESS = (
        10**9,
        PLAYER,
        ADDRESS,
    )
    rate_limits.reset()
    caches["redis"].clear()


@pytest.fixture
def big_draw(make_draw):
    return make_draw(entry_fee=1, max_participants=100, max_per_player=100)


def enter(browser, draw, request_id=None, tickets=1, **headers):
    fields = {"tickets": str(tickets), "request_id": request_id or uuid.uuid4().hex}
    return browser.post(f"/draws/{draw.pk}/enter/", fields, **headers)


def test_a_player_above_the_limit_is_told_to_wait_and_is_charged_nothing(big_draw, alice):
    browser = signed_in(alice)
    assert [enter(browser, big_draw).status_code for _ in range(PLAYER)] == [303] * PLAYER
    mine = uuid.uuid4().hex
    refused = enter(browser, big_draw, mine, tickets=4)
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    assert "No ticket was taken and nothing was charged." in words(refused)
    assert (balance(alice.pk), Participation.objects.count()) == (50 - PLAYER, PLAYER)
    assert (field(refused, "request_id"), field(refused, "tickets")) == (mine, "4")


def test_the_form_of_the_page_that_says_to_wait_is_sold_once_the_time_is_over(big_draw, alice, settings):
    browser = signed_in(alice)
    refused = [enter(browser, big_draw, n * "a" + 20 * "b") for n in range(PLAYER + 1)][-1]
    mine = field(refused, "request_id")
    settings.RATE_LIMIT_SECONDS = 3
    assert [enter(browser, big_draw, mine).status_code for _ in range(2)] == [303] * 2
    assert balance(alice.pk) == 50 - PLAYER - 1


def test_what_was_paid_is_answered_with_its_tickets_however_often_it_is_asked_for(big_draw, alice):
    browser, mine = signed_in(alice), uuid.uuid4().hex
    answers = [enter(browser, big_draw, mine, tickets=2) for _ in range(PLAYER * 4)]
    assert {answer.status_code for answer in answers} == {303}
    assert "0001" in words(browser.get(answers[-1]["Location"]))
    assert enter(browser, big_draw, mine, tickets=3).status_code == 409
    assert enter(browser, big_draw).status_code == 429
    assert (balance(alice.pk), Participation.objects.count()) == (48, 2)


def test_forms_sent_at_once_are_counted_each(big_draw, alice):
    browsers = [signed_in(alice) for _ in range(12)]
    answers = at_once([lambda browser=browser: enter(browser, big_draw) for browser in browsers])
    assert sorted(answer.status_code for answer in answers) == [303] * PLAYER + [429] * (12 - PLAYER)
    assert balance(alice.pk) == 50 - PLAYER


def test_many_players_of_one_address_are_slowed_down_and_others_are_not(big_draw, make_player):
    crowd = [signed_in(make_player(f"player{n}")) for n in range(ADDRESS + 2)]
    answers = [enter(browser, big_draw).status_code for browser in crowd]
    assert answers == [303] * ADDRESS + [429] * 2
    elsewhere = signed_in(make_player("elsewhere"))
    assert enter(elsewhere, big_draw, REMOTE_ADDR="203.0.113.9").status_code == 303


def test_an_address_that_the_browser_makes_up_counts_for_nothing(big_draw, make_player):
    crowd = [signed_in(make_player(f"player{n}")) for n in range(ADDRESS + 1)]
    answers = [
        enter(browser, big_draw, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code
        for n, browser in enumerate(crowd)
    ]
    assert answers == [303] * ADDRESS + [429]


def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(big_draw, make_player, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    crowd = [signed_in(make_player(f"player{n}")) for n in range(ADDRESS + 2)]
    answers = [
        enter(browser, big_draw, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.7").status_code
        for n, browser in enumerate(crowd[:-1])
    ]
    assert answers == [303] * ADDRESS + [429]
    assert enter(crowd[-1], big_draw, HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 303


def test_one_customers_addresses_of_the_new_kind_count_together(big_draw, make_player):
    crowd = [signed_in(make_player(f"player{n}")) for n in range(ADDRESS + 2)]
    answers = [
        enter(browser, big_draw, REMOTE_ADDR=f"2001:db8:1:2::{n}").status_code
        for n, browser in enumerate(crowd[:-1])
    ]
    assert answers == [303] * ADDRESS + [429]
    assert enter(crowd[-1], big_draw, REMOTE_ADDR="2001:db8:1:3::1").status_code == 303


def test_daily_visits_have_a_pace_too_and_tickets_are_sold_beside_them(big_draw, alice):
    browser = signed_in(alice)
    answers = [browser.post("/coins/daily/") for _ in range(PLAYER + 1)]
    assert [answer.status_code for answer in answers] == [302] * PLAYER + [429]
    assert (balance(alice.pk), answers[-1]["Retry-After"]) == (53, ANY)
    assert "Nothing was charged" in words(answers[-1])
    assert enter(browser, big_draw).status_code == 303


def test_a_site_without_redis_sells_tickets_at_the_same_pace(big_draw, alice, server_environment):
    gone = {
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "RATE_LIMIT_PLAYER": str(PLAYER),
        "RATE_LIMIT_SECONDS": "1000000000",
    }
    with website(server_environment | gone, workers=1) as port:
        browser = Browser(port, alice)
        form = browser.entry_form(big_draw.pk)
        answers = [
            browser.post(f"/draws/{big_draw.pk}/enter/", form | {"request_id": uuid.uuid4().hex})[0]
            for _ in range(PLAYER + 1)
        ]
    assert answers == [303] * PLAYER + [429]
    assert balance(alice.pk) == 50 - PLAYER


def test_the_limit_holds_for_all_processes_together(big_draw, alice, server_environment):
    most = {"RATE_LIMIT_PLAYER": "12", "RATE_LIMIT_SECONDS": "1000000000"}
    with (
        website(server_environment | most, workers=1) as one,
        website(server_environment | most, workers=1) as two,
    ):
        browsers = [Browser(port, alice) for port in (one, two)]
        form = browsers[0].entry_form(big_draw.pk)
        browsers[1].cookies = browsers[0].cookies
        answers = [
            browsers[n % 2].post(f"/draws/{big_draw.pk}/enter/", form | {"request_id": uuid.uuid4().hex})[0]
            for n in range(30)
        ]
    # Each process lets one through before it says so; the other has said so by then.
    assert answers == [303] * 12 + [429] * 18
    assert balance(alice.pk) == 50 - 12


def test_a_process_without_redis_holds_to_the_limit_and_asks_it_again_later(alice, rf, settings, monkeypatch):
    request, settings.RATE_LIMIT_PLAYER = rf.get("/", REMOTE_ADDR="203.0.113.20"), 20
    address, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    assert not any(rate_limits.seconds_to_wait_for_visitor(request, "test") for _ in range(18))
    settings.REDIS_URL = address
    redis_client.cache_clear()
    monkeypatch.setattr(rate_limits, "_ask_again_at", 0.0)
    assert rate_limits.seconds_to_wait_for_visitor(request, "test") == 0
    # What was counted meanwhile is told with it.
    rate_limits.reset()
    assert [bool(rate_limits.seconds_to_wait_for_visitor(request, "test")) for _ in range(4)] == [
        *(False, False, True, True)
    ]


def test_a_human_pace_costs_no_trip_to_redis(rf, settings):
    settings.RATE_LIMIT_PLAYER = 30
    for _ in range(3):
        assert rate_limits.seconds_to_wait_for_visitor(rf.get("/"), "test") == 0
    assert redis_client().keys("limit:*") == []


def test_control_forms_counted_by_looking_and_then_writing_are_all_let_through(alice):
    counts, all_have_looked = Counter(), threading.Barrier(12, timeout=30)

    def ask():
        seen = counts[alice.pk]
        all_have_looked.wait()
        counts[alice.pk] = seen + 1
        return seen + 1 <= PLAYER

    assert at_once([ask] * 12) == [True] * 12
