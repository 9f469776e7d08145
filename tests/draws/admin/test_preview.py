"""Who writes a draft sees its card, its chances and what to look at again, before anything is saved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from draws.lifecycle.preview import outlook, warnings
from draws.models import Draw
from tests.support.pages import words
from tests.support.staff import form_data, sign_in_boss

pytestmark = pytest.mark.django_db

ADD, NEW = "/admin/draws/draw/add/", "/admin/draws/draw/preview/"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def typed(client, **changes):
    closes = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    return form_data(
        client.get(ADD),
        **{
            "title": "A tram ride",
            "description": "Through Lisbon",
            "prize_amount": "0",
            "prize_coins": "25",
            "entry_fee": "2",
            "max_participants": "40",
            "min_participants": "20",
            "draw_time_0": f"{closes:%Y-%m-%d}",
            "draw_time_1": f"{closes:%H:%M:%S}",
            "fairness_mode": "local",
            **changes,
        },
    )


def test_the_preview_is_the_card_that_players_see_and_saves_nothing(client, boss):
    shown = client.post(NEW, typed(client, illustration="tram", vip_only="on"))
    assert shown.status_code == 200
    assert [each.name for each in shown.templates].count("draws/_draw_card.html") == 1
    said = words(shown)
    assert "A tram ride 25 coins VIP Operator-run Price 2 coins a ticket" in said
    assert "0 of 40 taken" in said
    assert "img/art/tram.svg" in shown.content.decode()
    assert not Draw.objects.exists()


def test_the_preview_says_what_a_ticket_costs_and_what_it_may_win(client, boss):
    said = words(client.post(NEW, typed(client, max_per_player="4")))
    assert "A ticket costs 2 coins; one player can take 4 for 8 coins." in said
    assert "the chance that one ticket wins a prize is 2.5 %." in said
    assert "If one player holds 4 tickets, the chance of a prize is 10 %." in said
    assert "When full, it takes 80 coins from players, and its prizes give 25 coins back." in said
    assert "With fewer than 20 tickets it is void, and every coin goes back." in said
    assert "With 20 tickets it takes 40 coins." in said
    assert "Is this intended?" not in said


def test_a_form_that_is_hardly_begun_is_previewed_with_what_is_missing(client, boss):
    said = words(client.post(NEW, {"title": "", "entry_fee": "no number"}))
    assert "The title goes here" in said
    assert "To correct" in said
    assert "Tickets: This field is required." in said
    assert "Coins per ticket: Enter a whole number." in said
    assert "Odds and coins" not in said


def test_a_saved_draft_is_previewed_as_typed_and_stays_as_it_was(client, boss, make_draft):
    draft = make_draft(title="Lisbon for two")
    change = f"/admin/draws/draw/{draft.pk}/change/"
    data = form_data(client.get(change), title="Porto for two")
    assert client.get(change).context["preview_url"] == f"/admin/draws/draw/{draft.pk}/preview/"
    assert "Porto for two" in words(client.post(f"/admin/draws/draw/{draft.pk}/preview/", data))
    draft.refresh_from_db()
    assert draft.title == "Lisbon for two"


def test_a_published_draw_has_no_preview(client, boss, draw):
    assert "data-preview" not in client.get(f"/admin/draws/draw/{draw.pk}/change/").content.decode()
    assert client.post(f"/admin/draws/draw/{draw.pk}/preview/").status_code == 403


def test_a_draft_is_previewed_as_it_is_saved_when_no_form_is_sent(client, boss, make_draft):
    draft = make_draft(title="Lisbon for two")
    assert "Lisbon for two" in words(client.get(f"/admin/draws/draw/{draft.pk}/preview/"))
    assert "The title goes here" in words(client.get(NEW))


def test_what_is_typed_into_a_preview_is_text_and_never_a_page(client, boss):
    shown = client.post(NEW, typed(client, title="<script>alert(1)</script>")).content.decode()
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def draft(**terms):
    given = {
        "title": "A",
        "description": "B",
        "entry_fee": 2,
        "max_participants": 100,
        "min_participants": 50,
        "prize_coins": 25,
        "draw_time": timezone.now() + timedelta(days=3),
        **terms,
    }
    return Draw(**given)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            {"prize_coins": 300},
            "Its prizes give 100 coins more than all its tickets cost, so new coins are created.",
        ),
        ({"prize_coins": 101}, "At its minimum of tickets its prizes give 1 coin more than they cost."),
        ({"winner_count": 51, "prize_coins": 1}, "With fewer than 51 tickets not every prize has a winner"),
        ({"prize_amount": 20}, "It has no reserves, so a prize that nobody claims is not passed on."),
        ({"max_per_player": 51}, "One player may take more than half of the tickets."),
        ({"description": " "}, "It has only a title"),
        ({"draw_time": timezone.now() + timedelta(minutes=20)}, "It closes within an hour"),
        ({"draw_time": timezone.now() + timedelta(days=90)}, "its terms cannot be changed until then."),
    ],
)
def test_what_is_allowed_and_often_not_meant_is_said(terms, sentence):
    [said] = warnings(draft(**terms), timezone.now())
    assert sentence in said
    assert warnings(draft(), timezone.now()) == []


def test_a_draw_of_one_ticket_a_player_says_its_price_once():
    assert outlook(draft())[0] == "A ticket costs 2 coins."


def test_warnings_stand_before_publishing_and_do_not_keep_from_it(client, boss, make_draft):
    made = make_draft(title="Short", draw_time=timezone.now().replace(microsecond=0) + timedelta(minutes=20))
    for what in ("change", "publish"):
        assert "It closes within an hour" in words(client.get(f"/admin/draws/draw/{made.pk}/{what}/"))
    address = f"/admin/draws/draw/{made.pk}/publish/"
    assert client.post(address, form_data(client.get(address), reason="Now")).status_code == 302
    made.refresh_from_db()
    assert made.state == "open"
