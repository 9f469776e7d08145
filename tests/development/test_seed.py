"""The demo site is made by the services, once, and never on a production site by accident."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import approvals
from accounts.models import Message, User
from draws.models import Draw, EntryToTell, Participation, Winner
from ledger.models import Transaction
from lucky11.development.demo import PLAYER, QUICK_TITLE, SECOND_STAFF
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
    assert timedelta(0) < quick.draw_time - timezone.now() <= timedelta(minutes=2)
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


def test_there_is_always_a_draw_that_closes_soon(settings):
    settings.DEBUG = True
    call_command("seed", stdout=StringIO())
    let_close(Draw.objects.get(title=QUICK_TITLE))
    call_command("seed", stdout=StringIO())
    assert Draw.objects.open().filter(title=QUICK_TITLE).count() == 1


def test_a_production_site_is_not_seeded_unless_told_to(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("seed", stdout=StringIO())
    assert not User.objects.exists()
