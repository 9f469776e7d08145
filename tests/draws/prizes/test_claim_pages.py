"""The page of a prize: for its winner alone, in every state, and what was typed is not lost."""

import re

import pytest
from django.test import Client

from draws.models import Claim, Winner
from draws.prizes.claims import Publicity, choose_publicity, mark_sent
from draws.prizes.pass_on import lapse_overdue_claims
from tests.support.pages import finish, signed_in, take, words
from tests.support.prizes import DETAILS, FORM, claimed, let_time_run_out, won

pytestmark = pytest.mark.django_db


@pytest.fixture
def winner(make_draw, alice):
    return won(make_draw, [alice], prize_details="A tram ride\nA pastry")


@pytest.fixture
def browser(alice):
    return signed_in(alice)


def page(winner):
    return f"/winners/{winner.pk}/claim/"


def send(browser, winner, **changes):
    return browser.post(page(winner), FORM | changes)


def test_a_winner_claims_on_the_page_and_reads_what_follows(browser, winner):
    form = browser.get(page(winner))
    assert "Claim your prize" in words(form)
    assert 'autocomplete="street-address"' in form.content.decode()
    assert "no-store" in form["Cache-Control"]
    answer = send(browser, winner)
    assert (answer.status_code, answer["Location"]) == (303, page(winner))
    after = browser.get(page(winner))
    assert "Your claim is in." in words(after)
    assert "We will send it next" in words(after)
    assert DETAILS.name not in words(after)
    assert "Claim the prize" not in words(after)


def test_visitors_are_asked_to_sign_in(client, winner):
    answer = client.get(page(winner))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert Client().post(page(winner), FORM).status_code == 302
    assert not Claim.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_prize_is_a_page_that_does_not_exist(winner, bob, method):
    stranger = signed_in(bob)
    theirs, none = (
        getattr(stranger, method)(f"/winners/{number}/claim/", FORM) for number in (winner.pk, 999_999)
    )
    assert theirs.status_code == none.status_code == 404
    assert words(theirs) == words(none)
    assert "Lisbon for two" not in words(theirs)
    assert not Claim.objects.exists()


@pytest.mark.parametrize("number", ["0", "99999999999999999999999"])
def test_numbers_that_no_prize_has_are_pages_that_do_not_exist(browser, winner, number):
    assert browser.get(f"/winners/{number}/claim/").status_code == 404


def test_other_methods_are_refused(browser, winner):
    assert browser.put(page(winner)).status_code == 405


def test_a_second_claim_is_told_that_the_first_stands(browser, winner):
    send(browser, winner)
    again = send(browser, winner, name="Eve", address="Elsewhere")
    assert again.status_code == 409
    assert "You have already claimed this prize" in words(again)
    assert Claim.objects.count() == 1


def test_a_claim_a_second_late_is_told_so(browser, winner):
    let_time_run_out(winner)
    late = send(browser, winner)
    assert late.status_code == 409
    assert "The time to claim this prize has passed" in words(late)
    assert "Claim the prize" not in words(late)
    assert not Claim.objects.exists()


def test_what_was_typed_is_kept_when_it_is_refused(browser, winner):
    refused = send(browser, winner, address="x" * 100_000, name="Ada <b>Quill</b>")
    assert refused.status_code == 400
    assert "Address: use at most 1,000 characters. This has 100,000." in words(refused)
    text = refused.content.decode()
    assert 'value="Ada &lt;b&gt;Quill&lt;/b&gt;"' in text
    assert "x" * 100_000 in text
    assert 'aria-invalid="true"' in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter the recipient’s name."),
        ({"address": " "}, "Enter the address the prize should go to."),
        ({"address": "A\x07street"}, "one of the characters cannot be read"),
        ({"publicity": ""}, "Choose whether you want to be named."),
        ({"publicity": "loud"}, "loud is not one of the available choices"),
        ({"publicity": "alias", "alias": ""}, "Type the name to show"),
    ],
)
def test_each_mistake_has_its_sentence(browser, winner, changes, said):
    refused = send(browser, winner, **changes)
    assert refused.status_code == 400
    assert said in words(refused)
    assert not Claim.objects.exists()


def test_the_tracking_is_on_the_page_once_the_prize_is_sent(browser, make_draw, alice, bob):
    winner = claimed(make_draw, [alice])
    mark_sent(winner.pk, "PT 12345", bob)
    assert "On its way" in words(browser.get(page(winner)))
    assert "Tracking: PT 12345" in words(browser.get(page(winner)))


def test_a_lapsed_prize_says_why_and_where_it_went(make_draw, alice, bob):
    winner = won(make_draw, [alice, bob], reserve_count=1, prize_coins=20)
    let_time_run_out(winner)
    assert "Too late" in words(signed_in(winner.user).get(page(winner)))
    assert lapse_overdue_claims() == 1
    lost = words(signed_in(winner.user).get(page(winner)))
    assert "The prize was not claimed in time." in lost
    assert "The prize went to the next reserve" in lost
    assert "These coins stay yours." in lost
    reserve = Winner.objects.select_related("user").get(place=1)
    got = words(signed_in(reserve.user).get(page(reserve)))
    assert "You are reserve 1: the prize was passed on to you." in got
    assert "Claim the prize" in got


def test_a_winner_of_coins_only_decides_whether_to_be_named(make_draw, alice, browser):
    winner = won(make_draw, [alice], prize_amount=0, prize_coins=100)
    shown = words(browser.get(page(winner)))
    assert "You do not need to claim this prize" in shown
    assert "Address" not in shown
    assert send(browser, winner).status_code == 409
    answer = browser.post(page(winner), {"act": "publicity", "publicity": "alias", "alias": "The Fox"})
    assert answer.status_code == 303
    assert "The Fox" in words(Client().get(f"/draws/{winner.draw_id}/"))
    assert 'value="The Fox"' in browser.get(page(winner)).content.decode()


def test_a_name_is_not_offered_to_a_winner_before_the_claim_and_stays_theirs_to_hide_after(
    make_draw, alice, bob
):
    winner = claimed(make_draw, [alice, bob], reserve_count=1)
    choose_publicity(winner.pk, winner.user_id, Publicity("name"))
    browser = signed_in(winner.user)
    assert browser.post(page(winner), {"act": "publicity", "publicity": "hidden"}).status_code == 303
    assert not Winner.objects.get(pk=winner.pk).is_public
    assert Claim.objects.count() == 1


def test_the_prize_is_reached_from_the_draw_and_from_my_tickets(browser, winner):
    for address in (f"/draws/{winner.draw_id}/", "/tickets/"):
        assert f'href="{page(winner)}"' in browser.get(address).content.decode()
    assert "Claim the prize" not in words(Client().get(f"/draws/{winner.draw_id}/"))


def test_a_suspended_winner_may_claim(make_draw, alice, browser, winner):
    alice.suspended_at = winner.won_at
    alice.save(update_fields=["suspended_at"])
    assert send(browser, winner).status_code == 303


def test_each_of_a_players_prizes_in_a_draw_is_claimed_by_itself(make_draw, alice):
    draw = make_draw(prize_amount=9, winner_count=2, prize_policy="one_prize_per_ticket")
    take(alice, draw, 2)
    finish(draw)
    shown = signed_in(alice).get(f"/draws/{draw.pk}/").content.decode()
    for winner in Winner.objects.all():
        assert f'href="{page(winner)}"' in shown


@pytest.mark.parametrize(
    ("chosen", "shown", "typed"),
    [
        (Publicity("hidden"), "hidden", None),
        (Publicity("name"), "name", None),
        (Publicity("alias", "The Fox"), "alias", "The Fox"),
    ],
)
def test_the_page_shows_the_choice_that_the_winner_made(browser, winner, chosen, shown, typed):
    send(browser, winner)
    choose_publicity(winner.pk, winner.user_id, chosen)
    text = browser.get(page(winner)).content.decode()
    [checked] = [tag for tag in re.findall(r"<input[^>]*>", text) if " checked" in tag]
    assert f'value="{shown}"' in checked
    assert ('value="The Fox"' in text) == bool(typed)
