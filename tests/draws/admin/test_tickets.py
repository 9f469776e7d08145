"""Tickets, seals and the log are for looking at; what is secret is not even that."""

import pytest
from django.contrib import admin

from draws.admin.tickets import NumberedPages
from draws.lifecycle import close
from draws.models import LogRecord, Participation, Seal
from draws.proof.sealed_secrets import secrets_of
from tests.conftest import let_close, unguarded
from tests.support.pages import finish, take, words
from tests.support.staff import sign_in_boss

LIST = "/admin/draws/participation/"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def numbers(answer):
    return [ticket.ticket_number for ticket in answer.context["cl"].result_list]


@pytest.fixture
def busy_draw(make_draw, alice):
    """A draw with 120 tickets, made by SQL."""
    draw = make_draw(max_participants=1000)
    with unguarded() as cursor:
        cursor.execute(
            """INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id, taken_on)
               SELECT %s, %s, n, (SELECT max(id) FROM transactions), current_date
               FROM generate_series(1, 120) AS n""",
            [alice.pk, draw.pk],
        )
        cursor.execute("UPDATE draws SET current_participants = 120 WHERE id = %s", [draw.pk])
    return draw


@pytest.mark.django_db
def test_the_tickets_of_a_draw_are_paged_in_order_and_counted_exactly(client, boss, busy_draw):
    first = client.get(LIST, {"draw": busy_draw.pk})
    assert numbers(first) == list(range(1, 51))
    assert "120 tickets" in words(first)
    assert f"Tickets of draw {busy_draw.pk}" in words(first)
    assert isinstance(first.context["cl"].paginator, NumberedPages)
    assert numbers(client.get(LIST, {"draw": busy_draw.pk, "p": 2})) == list(range(51, 101))
    assert numbers(client.get(LIST, {"draw": busy_draw.pk, "p": 3})) == list(range(101, 121))


@pytest.mark.django_db
def test_one_ticket_of_many_is_found_by_its_number_or_its_player(client, boss, busy_draw, alice, bob):
    assert numbers(client.get(LIST, {"draw": busy_draw.pk, "q": "77"})) == [77]
    assert numbers(client.get(LIST, {"draw": busy_draw.pk, "q": "121"})) == []
    assert len(numbers(client.get(LIST, {"draw": busy_draw.pk, "q": alice.email}))) == 50
    assert numbers(client.get(LIST, {"draw": busy_draw.pk, "q": bob.email})) == []
    assert len(numbers(client.get(LIST, {"user": alice.pk}))) == 50
    assert client.get(LIST, {"draw": "nonsense"}).status_code == 302


@pytest.mark.django_db
def test_the_page_of_a_draw_leads_to_its_tickets_and_does_not_list_them(client, boss, busy_draw, alice):
    page = client.get(f"/admin/draws/draw/{busy_draw.pk}/change/")
    assert f"{LIST}?draw={busy_draw.pk}" in page.content.decode()
    assert alice.email not in words(page)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Participation, Seal, LogRecord])
def test_nobody_adds_changes_or_removes_them(client, boss, draw, alice, model):
    take(alice, draw)
    row = model.objects.last()
    page = admin.site._registry[model]
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    assert client.post(f"{base}{row.pk}/change/", {"ticket_number": 9}).status_code == 403
    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert page.get_actions(client.get(base).wsgi_request) == {}


def everything_about(client, seal):
    pages = [
        "/admin/draws/seal/",
        f"/admin/draws/seal/{seal.pk}/change/",
        f"/admin/draws/draw/{seal.pk}/change/",
        f"/admin/draws/draw/{seal.pk}/history/",
        "/admin/draws/logrecord/",
        "/admin/",
    ]
    return "".join(client.get(page).content.decode() for page in pages)


@pytest.mark.django_db(transaction=True)
def test_the_seed_is_secret_until_the_draw_is_drawn_and_the_entry_secret_for_ever(client, boss, draw, alice):
    seal = Seal.objects.get(draw=draw)
    seed, entries = secrets_of(seal).server_seed.hex(), secrets_of(seal).entry_secret.hex()
    take(alice, draw)
    assert seed not in everything_about(client, seal)
    let_close(draw)
    close.freeze_draw(draw.pk)
    assert seed not in everything_about(client, seal)
    assert "Secret until the draw is drawn" in everything_about(client, seal)
    close.draw_winners(draw.pk)
    shown = everything_about(client, seal)
    assert seed in shown
    assert bytes(Seal.objects.get(draw=draw).result_hash or b"").hex() in shown
    assert entries not in shown


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_draw_keeps_its_seed_secret(client, boss, make_draw):
    draw = make_draw(min_participants=2)
    finish(draw)
    seal = Seal.objects.get(draw=draw)
    assert secrets_of(seal).server_seed.hex() not in everything_about(client, seal)
