"""The demo site is made by the services, once, and never on a production site by accident."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import approvals
from accounts.models import Message, User
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, EntryToTell, Participation, Winner
from ledger.models import Transaction
from lucky11.development.demo import DAILY_TITLE, PLAYER, QUICK_TITLE, SECOND_STAFF
from lucky11.management.commands import seed
from tests.conftest import let_close

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (User, Draw, Participation, Winner, Transaction, Message)
    }


def test_a_demo_site_looks_alive_and_seeding_again_adds_nothing(settings):
    settings.DEBUG = True
    call_command("seed", stdout=StringIO())
    states = set(draw.state for draw in Draw.objects.all())
    assert states == {"draft", "open", "drawn", "cancelled", "void"}
    assert Draw.objects.count() >= 12
    assert Winner.objects.filter(settled_at__isnull=False).count() == 6
    quick = Draw.objects.get(title=QUICK_TITLE)
    assert quick.is_open
    assert timedelta(0) < quick.draw_time - timezone.now() <= timedelta(minutes=3)
    messages = Message.objects.filter(user__email=PLAYER)
    assert set(messages.values_list("kind", flat=True)) >= {"welcome", "ticket", "refunded"}
    assert messages.filter(read_at__isnull=True).count() == 3
    assert not EntryToTell.objects.exists()
    second = User.objects.get(email=SECOND_STAFF)
    assert (second.is_staff, second.is_superuser) == (True, False)
    assert approvals.kinds_of(second) == list(approvals.ACTS), "there is somebody who can approve"
    first = counts()
    call_command("seed", stdout=StringIO())
    assert counts() == first


class Stopped(Exception):
    """The test has seen enough of a command that goes on for ever."""


@pytest.fixture
def keep(settings, monkeypatch):
    """Lets the command that keeps a demo site fresh look so many times."""
    settings.DEBUG = True
    call_command("seed", stdout=StringIO())

    def look(times=1):
        looks = iter(range(times))

        def pause(seconds):
            if next(looks, None) == times - 1:
                raise Stopped

        monkeypatch.setattr(seed.time, "sleep", pause)
        with pytest.raises(Stopped):
            call_command("seed", "--keep", stdout=StringIO())

    return look


def test_there_is_always_a_draw_that_closes_soon_and_leaves_a_minute_to_enter(keep):
    quick, began = Draw.objects.filter(title=QUICK_TITLE), timezone.now()
    keep(3)
    assert quick.count() == 1
    # Ten minutes of a newcomer, half a minute at a time.
    for looks in range(20):
        now = began + timedelta(seconds=30 * looks)
        with time_machine.travel(now):
            keep()
        left = [draw.draw_time - now for draw in quick.all()]
        assert any(timedelta(seconds=59) < each <= timedelta(minutes=3, seconds=5) for each in left), looks
    assert quick.count() <= 6
    for draw in quick.order_by("draw_time")[:3]:
        let_close(draw)
    close_due_draws()
    assert quick.filter(drawn_at__isnull=False).count() == 3


def test_each_start_gives_fresh_dates_and_there_is_one_draw_a_day(keep):
    titles = set(Draw.objects.open().values_list("title", flat=True))
    daily = Draw.objects.get(title=DAILY_TITLE)
    assert (daily.draw_time.hour, daily.draw_time.minute) == (21, 0)
    assert daily.draw_time - timezone.now() > timedelta(minutes=59)
    for draw in Draw.objects.open():
        let_close(draw)
    close_due_draws()
    assert not Draw.objects.open().exists()
    keep(2)
    assert set(Draw.objects.open().values_list("title", flat=True)) == titles
    assert Draw.objects.open().count() == len(titles)


def test_a_site_without_the_demo_players_is_left_as_it_is(keep):
    User.objects.filter(email=PLAYER).update(email="ana@elsewhere.example")
    for draw in Draw.objects.open():
        let_close(draw)
    keep()
    assert not Draw.objects.open().exists()


def test_a_production_site_is_not_seeded_unless_told_to(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("seed", stdout=StringIO())
    assert not User.objects.exists()
