"""Staff send prizes, read where they go (each reading is logged), and pass them on with a second person."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry

from draws.models import Claim, Winner
from tests.support.pages import signed_in, words
from tests.support.prizes import DETAILS, claimed, everything_about, pass_on_prize, won
from tests.support.staff import form_data, logged, make_member, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/draws/winner/"
READ = "Read the hand-over details."


@pytest.fixture
def winner(make_draw, alice, bob):
    return claimed(make_draw, [alice, bob], reserve_count=1)


@pytest.fixture
def unclaimed(make_draw, alice, bob):
    return won(make_draw, [alice, bob], reserve_count=1)


@pytest.fixture
def sender(client, make_player):
    """A member of the group that sends prizes, at the keyboard."""
    member = make_member(make_player, "Prizes")
    client.force_login(member)
    return member


def page(winner, act="change"):
    return f"{LIST}{winner.pk}/{act}/"


def test_a_prize_is_marked_as_sent_and_the_log_says_by_whom(client, winner, sender):
    assert "Mark as sent" in words(client.get(page(winner)))
    assert client.post(page(winner, "sent"), {"tracking": "PT 12345"}).status_code == 302
    winner.refresh_from_db()
    assert (winner.hand_over, Claim.objects.get().sent_by) == ("sent", sender)
    assert logged(winner) == [(sender.email, "Marked as sent.")]
    assert "Mark as sent" not in words(client.get(page(winner)))
    assert "You can only send a prize that has been claimed" in words(
        client.post(page(winner, "sent"), {"tracking": ""})
    )
    assert Claim.objects.get().tracking == "PT 12345"


def test_a_prize_may_be_sent_without_tracking_but_not_with_two_lines_of_it(client, winner, sender):
    refused = client.post(page(winner, "sent"), {"tracking": "PT\x07 12345"})
    assert refused.status_code == 400
    assert "cannot be read or printed" in words(refused)
    assert client.post(page(winner, "sent"), {"tracking": ""}).status_code == 302


def test_a_prize_nobody_claimed_cannot_be_marked_as_sent(client, make_draw, alice, sender):
    winner = won(make_draw, [alice])
    assert "You can only send a prize that has been claimed" in words(client.get(page(winner, "sent")))
    client.post(page(winner, "sent"), {"tracking": ""})
    assert Winner.objects.get().hand_over == "to_claim"


def test_where_a_prize_goes_is_shown_on_a_press_and_each_reading_is_logged(client, winner, sender):
    before = client.get(page(winner, "read"))
    assert "Nobody yet." in words(before)
    assert DETAILS.name not in words(before)
    assert logged(winner) == []
    shown = client.post(page(winner, "read"))
    assert "Ada Quill" in words(shown)
    assert "1 Long Street 1000 Lisbon Portugal" in words(shown)
    assert "Ring twice" in words(shown)
    assert "no-store" in shown["Cache-Control"]
    client.post(page(winner, "read"))
    assert logged(winner) == [(sender.email, READ)] * 2
    assert words(client.get(page(winner, "read"))).count(sender.email) >= 2
    assert "Quill" not in everything_about("django_admin_log")


def test_where_a_prize_goes_is_on_no_other_page(client, winner, sender):
    for address in (LIST, page(winner), page(winner, "sent"), page(winner, "history"), "/admin/"):
        assert "Quill" not in client.get(address).content.decode()


@pytest.mark.parametrize("group", ["Draws", "Support", "Coins", "Auditor"])
def test_no_other_group_reads_where_a_prize_goes(winner, make_player, group):
    browser = signed_in(make_member(make_player, group))
    for act in ("read", "sent", "pass-on"):
        assert browser.get(page(winner, act)).status_code == 403
        assert browser.post(page(winner, act), {"reason": "x"}).status_code == 403
    assert "Show where it goes" not in words(browser.get(page(winner)))
    assert logged(winner) == []
    winner.refresh_from_db()
    assert winner.hand_over == "claimed"


def test_the_right_to_change_winners_is_not_the_right_to_read(client, winner, make_player):
    sign_in_clerk(client, make_player, "draws.view_winner", "draws.change_winner")
    assert client.post(page(winner, "read")).status_code == 403


def test_a_claim_that_no_key_opens_is_said_so(client, winner, sender, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    answer = client.post(page(winner, "read"))
    assert answer.status_code == 200
    assert "None of the site’s keys can decrypt this" in words(answer)
    assert logged(winner) == []


def test_details_that_are_gone_are_said_to_be_gone(client, winner, sender):
    Claim.objects.update(details="")
    assert "There are no delivery details for this prize." in words(client.post(page(winner, "read")))


def test_support_may_hide_a_name_and_nothing_else(client, winner, make_player):
    support = make_member(make_player, "Support")
    client.force_login(support)
    Winner.objects.update(is_public=True, public_name="Rude")
    typed = {"celebration_video_url": "https://vimeo.com/1", "reason": "A rude name"}
    client.post(page(winner), form_data(client.get(page(winner)), hidden_by_staff="on", **typed))
    winner.refresh_from_db()
    assert (winner.hidden_by_staff, winner.celebration_video_url) == (True, "")
    assert logged(winner) == [(support.email, "Hide the public name: no → yes. Why: A rude name")]


def test_the_last_place_says_that_nobody_would_get_the_prize(client, make_player, unclaimed):
    sign_in_boss(client, make_player)
    pass_on_prize(unclaimed.pk)
    reserve = Winner.objects.get(place=1)
    assert "Goes to no one, because no reserves are left" in words(client.get(page(reserve, "pass-on")))


def test_lapsed_prizes_are_found_by_their_state(client, make_player, unclaimed):
    sign_in_boss(client, make_player)
    pass_on_prize(unclaimed.pk)
    assert list(client.get(LIST, {"hand_over": "lapsed"}).context["cl"].result_list) == [unclaimed]
    assert LogEntry.objects.count() == 0
