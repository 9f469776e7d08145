"""Between a frozen list and its round there is time for its fingerprint to reach everyone who entered."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail
from accounts.notifications.outbox import deliver_due, enqueue_all
from draws.beacon import chain
from draws.exceptions import NotPublishable
from draws.lifecycle.close import freeze_draw
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Seal
from draws.notifications.sweeps import send_list_fingerprints
from lucky11.operations.doctor import beacon as doctor
from tests.conftest import let_close, let_round_come
from tests.support.beacon_draws import kinds, plant
from tests.support.pages import take, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten_minutes(settings, beacon):
    settings.BEACON_LEAD_SECONDS = 600


def closed(make_draw, *players):
    draw = make_draw(fairness_mode="beacon")
    for player in players:
        take(player, draw)
    let_close(draw)
    return draw


def test_a_list_frozen_in_the_last_second_allowed_leaves_ten_minutes(ten_minutes, make_draw, settings):
    seal = Seal.objects.get(draw=make_draw(fairness_mode="beacon"))
    assert seal.list_by == seal.closes_at + settings.FREEZE_WINDOW_SECONDS
    assert chain.CHAIN.round_time(seal.round) - seal.list_by >= 600
    # The round is still the one that the protocol computes.
    assert seal.round == chain.round_for(seal.freeze_by)


def test_without_a_beacon_nothing_waits(ten_minutes, make_draw):
    seal = Seal.objects.get(draw=make_draw())
    assert seal.freeze_by == seal.list_by


def test_a_list_that_would_leave_less_time_is_not_frozen_and_the_draw_is_void_later(
    ten_minutes, make_draw, alice
):
    draw = closed(make_draw, alice)
    plant("UPDATE draw_seals SET list_by = closes_at WHERE draw_id = %s", draw.pk)
    assert freeze_draw(draw.pk) is False
    draw.refresh_from_db()
    assert (draw.state, kinds(draw)) == (Draw.State.CLOSING, ["open"])
    plant("UPDATE draw_seals SET freeze_by = closes_at WHERE draw_id = %s", draw.pk)
    assert freeze_draw(draw.pk) is True
    draw.refresh_from_db()
    assert draw.void_code == Draw.VoidCode.NOT_FROZEN_IN_TIME


def test_settings_that_make_more_than_the_protocols_hour_publish_no_beacon_draw(beacon, make_draft, settings):
    settings.BEACON_LEAD_SECONDS = 3600
    with pytest.raises(NotPublishable, match="make more than an hour"):
        publish_draw(make_draft(fairness_mode="beacon").pk)
    assert publish_draw(make_draft().pk).is_open


def test_the_doctor_warns_of_a_short_time_in_production_alone(beacon, settings):
    settings.BEACON_LEAD_SECONDS, settings.DEBUG = 599, True
    assert doctor.lead().state == "ok"
    settings.DEBUG = False
    assert doctor.lead().state == "warning"
    assert "Set BEACON_LEAD_SECONDS to 600" in doctor.lead().advice
    settings.BEACON_LEAD_SECONDS = 600
    assert doctor.lead().state == "ok"


def test_the_fingerprint_is_sent_before_everything_else_that_waits(
    ten_minutes, make_draw, alice, bob, mail_server
):
    OutboxEmail.objects.update(sent_at=timezone.now())
    enqueue_all(
        OutboxEmail(key=f"{n}", recipient="eve@lucky11.example", subject="Other", text="T")
        for n in range(500)
    )
    draw = closed(make_draw, alice, bob)
    freeze_draw(draw.pk)
    send_list_fingerprints()
    assert deliver_due(2) == 2
    sent = OutboxEmail.objects.filter(sent_at__isnull=False, key__startswith="frozen:")
    assert sorted(sent.values_list("recipient", flat=True)) == sorted([alice.email, bob.email])
    assert OutboxEmail.objects.filter(subject="Other", sent_at__isnull=False).count() == 0


def headline(draw: Draw) -> str:
    return words(Client().get(f"/draws/{draw.pk}/"))


def test_a_list_told_before_its_round_has_no_such_headline(ten_minutes, make_draw, alice):
    draw = closed(make_draw, alice)
    freeze_draw(draw.pk)
    send_list_fingerprints()
    assert Seal.objects.get(draw=draw).list_told_at is not None
    with time_machine.travel(Seal.objects.get(draw=draw).round_time + timedelta(hours=1), tick=True):
        assert "Written late." not in headline(draw)


def test_a_list_told_after_its_round_says_so_in_the_headlines(ten_minutes, make_draw, alice, client):
    draw = closed(make_draw, alice)
    freeze_draw(draw.pk)
    assert "Written late." not in headline(draw)
    let_round_come(draw)
    assert "Written late." in headline(draw), "nobody was written to yet"
    send_list_fingerprints()
    for page in (headline(draw), words(client.get(f"/draws/{draw.pk}/verify/"))):
        assert "Written late. The list’s fingerprint was not written to everyone who entered before" in page
