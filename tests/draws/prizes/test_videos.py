"""A winner's video is linked from a listed site with a text beside it, and shown once its winner agrees."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Message, OutboxEmail
from accounts.privacy.account_deletion import delete_account
from draws.exceptions import ClaimInvalid, ClaimNotYours
from draws.models import Winner
from draws.prizes import videos
from tests.support.pages import signed_in, take, words
from tests.support.prizes import won
from tests.support.staff import form_data, logged, make_member, sign_in_boss

pytestmark = pytest.mark.django_db

FILM, TEXT = "https://vimeo.com/12345", "Alice opens a large parcel and laughs."
WATCH = "Watch the winner’s video on vimeo.com"


@pytest.fixture
def winner(make_draw, alice):
    return won(make_draw, [alice])


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def page(winner, what="change"):
    return f"/admin/draws/winner/{winner.pk}/{what}/"


def link(client, winner, url=FILM, text=TEXT):
    typed = {"celebration_video_url": url, "video_text": text, "reason": "From the winner"}
    return client.post(page(winner), form_data(client.get(page(winner)), **typed))


def answer_about(winner, browser, shown, url=FILM):
    sent = {"act": "video", "video": url, "shown": shown}
    return browser.post(f"/winners/{winner.pk}/claim/", sent)


def places(client, winner):
    """Whether the draw's page and the results show the video."""
    pages = (f"/draws/{winner.draw_id}/", "/winners/")
    return [WATCH in words(client.get(address)) for address in pages]


def test_a_video_is_shown_to_everyone_once_its_winner_agrees_and_no_longer_when_they_do_not(
    client, boss, winner, alice
):
    assert link(client, winner).status_code == 302
    assert places(client, winner) == [False, False]
    browser = signed_in(alice)
    own = words(browser.get(f"/winners/{winner.pk}/claim/"))
    assert FILM in own
    assert TEXT in own
    assert "We show it on the draw’s page only if you agree." in own
    assert answer_about(winner, browser, "yes").status_code == 303
    assert places(client, winner) == [True, True]
    shown = client.get(f"/draws/{winner.draw_id}/").content.decode()
    assert f'href="{FILM}" rel="external noopener noreferrer"' in shown
    assert TEXT in shown
    assert answer_about(winner, browser, "no").status_code == 303
    assert places(client, winner) == [False, False]


def test_the_winner_is_asked_by_message_and_email(client, boss, winner, alice):
    link(client, winner)
    assert Message.objects.get(user=alice, title__startswith="May we show this video?").url.endswith(
        "/claim/"
    )
    assert FILM in OutboxEmail.objects.get(subject__startswith="May we show this video?").text


@pytest.mark.parametrize(
    ("url", "text", "sentence"),
    [
        ("https://films.example/1", TEXT, "Videos can be linked from these sites: www.youtube.com"),
        ("https://vimeo.com.films.example/1", TEXT, "Videos can be linked from these sites"),
        ("https://alice:secret@vimeo.com/1", TEXT, "without a password or a port"),
        ("http://vimeo.com/1", TEXT, "begins with https://"),
        ("https://vimeo.com:8443/1", TEXT, "without a password or a port"),
        ("javascript:alert(1)", TEXT, "Enter a valid URL."),
        (FILM, "", "Say what the video shows"),
        (FILM, "A\u202eB", "that nobody sees (U+202E)"),
    ],
)
def test_a_video_from_elsewhere_or_without_a_text_is_refused(client, boss, winner, url, text, sentence):
    assert sentence in words(link(client, winner, url, text))
    winner.refresh_from_db()
    assert winner.celebration_video_url == ""


def test_another_video_is_agreed_to_anew(client, boss, winner, alice):
    link(client, winner)
    answer_about(winner, signed_in(alice), "yes")
    link(client, winner, "https://vimeo.com/99999")
    assert places(client, winner) == [False, False]
    assert answer_about(winner, signed_in(alice), "yes").status_code == 400
    assert places(client, winner) == [False, False]


def test_nobody_else_agrees(client, boss, winner, bob):
    link(client, winner)
    assert answer_about(winner, signed_in(bob), "yes").status_code == 404
    with pytest.raises(ClaimNotYours):
        videos.agree(winner.pk, bob.pk, FILM, shown=True)
    with pytest.raises(ClaimInvalid):
        videos.agree(winner.pk, winner.user_id, "", shown=True)


def test_a_site_that_is_no_longer_listed_is_no_longer_linked(client, boss, winner, alice, settings):
    link(client, winner)
    answer_about(winner, signed_in(alice), "yes")
    settings.VIDEO_HOSTS = ["youtu.be"]
    assert places(client, winner) == [False, False]


def test_support_takes_a_video_down_with_a_reason(client, boss, winner, alice, make_player):
    link(client, winner)
    answer_about(winner, signed_in(alice), "yes")
    support = make_member(make_player, "Support")
    browser = signed_in(support)
    assert "Take the video down" in words(browser.get(page(winner)))
    assert browser.post(page(winner, "take-down"), {"reason": "A child is in it"}).status_code == 302
    winner.refresh_from_db()
    assert (winner.celebration_video_url, winner.video_text, winner.video_agreed_at) == ("", "", None)
    assert places(client, winner) == [False, False]
    assert logged(winner)[-1] == (
        support.email,
        f"Took the video down: {FILM}. Why: A child is in it",
    )


def test_who_holds_a_ticket_links_no_video(client, make_draw, alice, make_player):
    bea = make_player("bea")
    draw = make_draw(prize_amount=20)
    take(bea, draw)
    winner = won(make_draw, [alice, bea])
    type(bea).objects.filter(pk=bea.pk).update(is_staff=True, is_superuser=True)
    browser = signed_in(type(bea).objects.get(pk=bea.pk))
    assert "You hold a ticket in this draw" in words(link(browser, winner))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE winners SET celebration_video_url = 'https://alice:secret@vimeo.com/1', video_text = 'x'",
        "UPDATE winners SET celebration_video_url = 'http://vimeo.com/1', video_text = 'x'",
        "UPDATE winners SET celebration_video_url = 'https://vimeo.com/1'",
        "UPDATE winners SET video_agreed_at = now()",
        "UPDATE winners SET video_agreed_at = now() - interval '1 day'",
    ],
)
def test_the_database_refuses_the_same(winner, sql):
    with pytest.raises(DatabaseError, match="video"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_was_agreed_ends_with_another_address_also_by_hand(client, boss, winner, alice):
    link(client, winner)
    answer_about(winner, signed_in(alice), "yes")
    Winner.objects.update(celebration_video_url="https://youtu.be/1", video_agreed_at=timezone.now())
    winner.refresh_from_db()
    assert winner.video_agreed_at is None


def test_a_video_goes_with_its_winners_account(client, boss, winner, alice):
    link(client, winner)
    answer_about(winner, signed_in(alice), "yes")
    delete_account(alice.pk)
    winner.refresh_from_db()
    assert (winner.celebration_video_url, winner.video_text, winner.video_agreed_at) == ("", "", None)
