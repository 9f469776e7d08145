"""A crowd arrives at one draw with few tickets, faster than the site can serve them."""

import re
import threading
import uuid
from collections import Counter

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from benchmarks import control, fixtures
from benchmarks.website import signed_in as new_session
from draws.entries.take import take_tickets
from draws.models import Draw, Participation
from ledger.models import Transaction
from tests.conftest import defects
from tests.races.arrivals import arrive, form, page
from tests.races.browsing import Browser, website
from tests.races.together import at_once, refusals, someone_waits_for_me, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Arrivals a second. On two cores the site answers some 300 entries a second.
RATE = 600
OTHERS_EVERY = 20  # one request for another draw's page among so many entries


def text_of(body: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def forms_and_visits(browser, players, popular, other):
    """An entry form of each player, and now and then a visitor's request for another draw's page."""
    token = browser.entry_form(popular.pk)["csrfmiddlewaretoken"]
    sessions = {player: new_session(player) for player in players}
    requests = []
    for n, player in enumerate(players):
        cookies = (
            f"{settings.SESSION_COOKIE_NAME}={sessions[player]}; csrftoken={browser.cookies['csrftoken']}"
        )
        fields = {"csrfmiddlewaretoken": token, "tickets": "1", "request_id": uuid.uuid4().hex}
        requests.append(form(f"/draws/{popular.pk}/enter/", cookies, fields))
        if n % OTHERS_EVERY == 0:
            requests.append(page(f"/draws/{other.pk}/"))
    return requests


@pytest.mark.parametrize(
    ("crowd", "tickets"), [(240, 60), pytest.param(2_000, 500, marks=pytest.mark.nightly)]
)
def test_each_of_a_crowd_is_sold_a_ticket_or_told_why_not_and_other_pages_are_unharmed(
    make_draw, alice, server_environment, capsys, crowd, tickets
):
    popular, other = make_draw(max_participants=tickets), make_draw(title="Another draw")
    with website(server_environment) as port:
        requests = forms_and_visits(Browser(port, alice), fixtures.players(crowd), popular, other)
        replies = arrive(port, requests, RATE)
    entries = [reply for request, reply in zip(requests, replies, strict=True) if request.startswith(b"POST")]
    visits = [reply for request, reply in zip(requests, replies, strict=True) if request.startswith(b"GET")]
    assert Counter(reply.status for reply in entries) == {303: tickets, 409: crowd - tickets}
    refused = [reply for reply in entries if reply.status == 409]
    sold_out = "Every ticket in this draw is taken. No ticket was taken and nothing was charged."
    assert all(sold_out in text_of(reply.body) for reply in refused)
    assert Counter(reply.status for reply in visits) == {200: crowd // OTHERS_EVERY}
    assert all("Another draw" in reply.body for reply in visits)

    numbers = Participation.objects.order_by("ticket_number").values_list("ticket_number", flat=True)
    assert list(numbers) == list(range(1, tickets + 1))
    assert Transaction.objects.filter(type="entry").count() == tickets
    assert User.objects.filter(coins=fixtures.COINS - 5).count() == tickets
    waits = sorted(reply.seconds for reply in replies)
    with capsys.disabled():
        middle, late = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
        print(f"\n{len(replies)} replies at {RATE}/s: median {middle:.2f} s, 99th percentile {late:.2f} s")


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_the_same_crowd_at_a_site_that_looks_before_it_sells_gets_tickets_that_are_not_there(
    make_draw, alice, server_environment
):
    popular, other = make_draw(max_participants=60), make_draw(title="Another draw")
    careless = {"DJANGO_SETTINGS_MODULE": "tests.races.careless_settings"}
    with website(server_environment | careless) as port:
        requests = forms_and_visits(Browser(port, alice), fixtures.players(240), popular, other)
        replies = arrive(port, requests, RATE)
    sold = Counter(reply.status for reply in replies)[303]
    assert sold == Participation.objects.filter(draw=popular).count() > 60
    assert any(defect.startswith("ticket counts:") for defect in defects())


def test_who_comes_too_late_is_told_so_without_waiting_for_anybody(make_draw, alice, bob):
    draw = make_draw(max_participants=1)
    take_tickets(alice.pk, draw.pk, 1, "request-0")

    with transaction.atomic():
        # Somebody else holds the draw, and Bob.
        Draw.objects.select_for_update().get(pk=draw.pk)
        User.objects.select_for_update().get(pk=bob.pk)
        outcomes = at_once([lambda: take_tickets(bob.pk, draw.pk, 1, "request-1")], seconds=20)
    assert refusals(outcomes) == ["DrawFull"]
    assert Transaction.objects.filter(type="entry").count() == 1


def test_control_the_usual_way_lets_who_comes_too_late_wait_for_whoever_holds_the_draw(make_draw, alice, bob):
    draw = make_draw(max_participants=1)
    take_tickets(alice.pk, draw.pk, 1, "request-0")
    held = threading.Event()

    def hold():
        with transaction.atomic():
            Draw.objects.select_for_update().get(pk=draw.pk)
            held.set()
            wait_until(someone_waits_for_me, "somebody waits for the draw")

    def come_too_late():
        held.wait(20)
        return control.take_tickets(bob.pk, draw.pk, 1, "request-1")

    assert refusals(at_once([hold, come_too_late])) == ["DrawFull"]
