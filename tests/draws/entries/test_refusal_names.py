"""The database says by name why it sells no ticket, and the service knows each name."""

import re

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from draws.entries import take
from draws.exceptions import EntryRefused
from lucky11.embedded.paths import ROOT

pytestmark = pytest.mark.django_db


def raised_names() -> set[str]:
    """The names under which the files of SQL refuse an entry."""
    texts = [path.read_text() for path in (ROOT / "draws" / "sql").glob("*.sql")]
    return {name for text in texts for name in re.findall(r"PERFORM refuse_entry\('(\w+)'", text)}


def refusal(name: str, details: str) -> EntryRefused | None:
    """What the service makes of a refusal of the database."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT refuse_entry(%s, 'No.', %s)", [name, details])
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.sqlstate == take.ENTRY_REFUSED
    return take._refusal(refused.value)


def test_every_refusal_that_the_sql_names_is_an_exception_and_none_is_left_over():
    assert raised_names() == set(take._REFUSALS)
    assert len(raised_names()) == 15


def test_figures_come_by_their_names():
    full = refusal("draw_full", '{"left": 3}')
    assert (type(full).__name__, full.left) == ("DrawFull", 3)
    limit = refusal("spend_limit", '{"spent": 40, "limit": 50, "period": "week"}')
    assert (limit.period, limit.limit, limit.spent) == ("week", 50, 40)
    assert refusal("on_break", '{"ends_at": null}').ends_at is None
    assert refusal("on_break", '{"ends_at": 1800000000}').ends_at.year == 2027


def test_a_refusal_that_nobody_knows_stays_an_error_of_the_database():
    assert refusal("weather", "{}") is None
