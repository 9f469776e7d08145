"""What the tests of beacon draws read and plant."""

from draws.models import LogRecord, Seal
from tests.conftest import unguarded


def round_of(draw):
    return Seal.objects.values_list("round", flat=True).get(pk=draw.pk)


def kinds(draw):
    return list(LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True))


def plant(statement, *values):
    with unguarded() as cursor:
        cursor.execute(statement, values)
