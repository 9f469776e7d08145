"""Publishing seals a draw; from then on its terms do not move."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from draws import fairness
from draws.exceptions import DrawNotFound, NotPublishable
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, LogRecord, Seal
from draws.proof.sealed_secrets import secrets_of
from draws.proof.seals import open_record

pytestmark = pytest.mark.django_db


def test_a_published_draw_is_open_sealed_and_in_the_log(make_draft):
    draw = publish_draw(make_draft().pk)
    assert (draw.state, draw.is_active) == (Draw.State.OPEN, True)
    seal = Seal.objects.get(draw=draw)
    assert bytes(seal.seed_commit) == fairness.seed_commit(bytes(seal.draw_uid), secrets_of(seal).server_seed)
    assert bytes(seal.open_hash) == open_record(draw, seal).open_hash()
    assert (seal.closes_at, seal.freeze_by) == (draw.draw_time.timestamp(), draw.draw_time.timestamp() + 120)
    assert '"title":"Lisbon for two"' in seal.terms
    site, opened = LogRecord.objects.order_by("n")
    assert bytes(site.head) == fairness.site_head("http://127.0.0.1:8000")
    assert bytes(opened.head) == fairness.log_head(
        bytes(site.head), 1, opened.time, "open", bytes(seal.open_hash)
    )


def test_published_draws_are_counted_without_a_gap(make_draft):
    with pytest.raises(NotPublishable):
        publish_draw(make_draft(prize_coins=0).pk)
    draws = [publish_draw(make_draft().pk) for _ in range(3)]
    assert [Seal.objects.get(draw=draw).seq for draw in draws] == [1, 2, 3]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"prize_coins": 0}, "no prize"),
        ({"prize_coins": 50_000_001, "winner_count": 2}, "add up to more than 100,000,000 coins"),
        ({"fairness_mode": "beacon"}, "No beacon"),
        ({"title": "Line\nbreak"}, r"a sign that nobody sees \(U\+000A\)"),
        ({"title": "Lisbon \u202eowt rof"}, r"a sign that nobody sees \(U\+202E\)"),
        ({"title": "Lis\u200bbon"}, r"a sign that nobody sees \(U\+200B\)"),
        ({"title": "\u0301 \ufe0f"}, "shows no letter"),
        ({"max_participants": 1_000_001}, "more than 1,000,000 tickets"),
        ({"early_access_until": timezone.now() + timedelta(days=2)}, "Early access"),
        ({"draw_time": timezone.now().replace(microsecond=0) - timedelta(seconds=1)}, "has passed"),
    ],
)
def test_a_draft_that_cannot_be_kept_is_not_published(make_draft, fields, sentence):
    draft = make_draft(**fields)
    with pytest.raises(NotPublishable, match=sentence):
        publish_draw(draft.pk)
    draft.refresh_from_db()
    assert draft.state == Draw.State.DRAFT
    assert not Seal.objects.exists()


def test_a_draw_is_published_once(draw):
    with pytest.raises(NotPublishable, match="already published"):
        publish_draw(draw.pk)
    with pytest.raises(DrawNotFound):
        publish_draw(10**9)


SEALED = {
    "title": "Another",
    "prize_amount": Decimal(1),
    "prize_coins": 1,
    "entry_fee": 1,
    "max_participants": 99,
    "max_per_player": 2,
    "min_participants": 2,
    "draw_time": timezone.now().replace(microsecond=0) + timedelta(days=3),
    "winner_count": 2,
    "reserve_count": 5,
    "prize_policy": "one_prize_per_ticket",
    "fairness_mode": "beacon",
    "vip_only": True,
    "early_access_until": timezone.now(),
}


@pytest.mark.parametrize("field", SEALED)
def test_price_prize_limits_and_closing_time_never_change(draw, field):
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**{field: SEALED[field]})
    setattr(draw, field, SEALED[field])
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        draw.save()


@pytest.mark.owner
@pytest.mark.parametrize(
    "change",
    [
        {"current_participants": 5},
        {"is_active": False, "cancelled_at": timezone.now(), "void_code": 3, "void_reason": "x"},
        {"is_active": False, "frozen_at": timezone.now()},
    ],
)
def test_tickets_and_state_move_only_through_the_services(draw, change):
    with pytest.raises(DatabaseError, match="only through the services"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**change)


def test_saving_an_older_copy_of_a_draw_moves_no_counter(draw, alice):
    from draws.entries.take import take_tickets

    older = Draw.objects.get(pk=draw.pk)
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    older.save()
    assert Draw.objects.get(pk=draw.pk).current_participants == 2


@pytest.mark.parametrize("sql", ["is_active) VALUES (true", "current_participants) VALUES (1"])
def test_a_draw_inserted_as_open_is_refused_with_a_sentence(db, sql):
    column, value = sql.split(") VALUES (")
    with (
        pytest.raises(DatabaseError, match="A new draw is a draft"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO draws (title, max_participants, draw_time, {column}) "
            f"VALUES ('x', 5, date_trunc('second', now()), {value})"
        )


def test_the_documented_columns_alone_make_a_draft(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO draws (title, description, prize_amount, entry_fee, max_participants, draw_time) "
            "VALUES ('Old style', '', 10, 2, 50, date_trunc('second', now())) RETURNING id"
        )
        [draw_id] = cursor.fetchone()
    assert Draw.objects.get(pk=draw_id).state == Draw.State.DRAFT


def test_a_closing_time_has_whole_seconds(make_draft):
    with pytest.raises(ValidationError, match="whole seconds"):
        Draw(title="x", max_participants=1, draw_time=timezone.now().replace(microsecond=5)).full_clean()
    with pytest.raises(DatabaseError, match="whole_seconds"), transaction.atomic():
        make_draft(draw_time=timezone.now().replace(microsecond=5))


def test_a_published_draw_is_never_removed_and_a_draft_may_be(draw, make_draft):
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).delete()
    make_draft().delete()


@pytest.mark.parametrize("table", ["fairness_log", "draw_seals"])
@pytest.mark.owner
def test_published_records_never_change(draw, table):
    column = "record_hash" if table == "fairness_log" else "open_hash"
    for sql in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
