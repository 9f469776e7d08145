"""What the tests of beacon draws read and plant."""

from datetime import timedelta

from django.db import transaction

from draws.lifecycle.void import void
from draws.models import Draw, LogRecord, Seal
from tests.conftest import let_round_come, unguarded


def round_of(draw):
    return Seal.objects.values_list("round", flat=True).get(pk=draw.pk)


def kinds(draw):
    return list(LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True))


def plant(statement, *values):
    with unguarded() as cursor:
        cursor.execute(statement, values)


def let_the_round_stay_away(draw, reason="Nobody had the round."):
    """Let a beacon draw wait for more than 7 days after its list was frozen, and be void for it."""
    let_round_come(draw, timedelta(days=8))
    with transaction.atomic():
        void(draw, Draw.VoidCode.BEACON_MISSING, reason)
    draw.refresh_from_db()
