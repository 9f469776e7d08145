"""A request to approve: who can approve is told, and reads today's figures beside those it was asked with."""

import pytest
from django.urls import reverse

from accounts.models import Approval, Message, OutboxEmail
from draws.lifecycle.text_changes import add_to_texts
from tests.accounts.admin.four_eyes import ask_to_adjust, ask_to_cancel, decide, page, send
from tests.conftest import let_close
from tests.support.coins import move
from tests.support.pages import signed_in, take, words
from tests.support.staff import make_member

pytestmark = pytest.mark.django_db

CHOICES = reverse("accounts:message_choices")


def change_page(draw):
    return f"/admin/draws/draw/{draw.pk}/change/"


def test_everybody_who_can_approve_is_told_on_the_site_and_by_email_and_nobody_else(
    ann, ben, draw, make_player, alice
):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    make_member(make_player, "Support")
    asked = ask_to_cancel(ann, draw)
    told = Message.objects.filter(kind="approvals")
    assert {message.user for message in told} == {ben, boss}
    assert told[0].url == page(asked)
    assert "The shop has closed" in told[0].body
    mails = OutboxEmail.objects.filter(subject="A request waits for your approval")
    assert {mail.recipient for mail in mails} == {ben.email, boss.email}
    assert "The shop has closed" in mails[0].text


def test_who_has_a_stake_is_not_told(ann, ben, make_draw):
    draw = make_draw()
    held_before_joining(draw, ben)
    ask_to_cancel(ann, draw)
    assert not Message.objects.filter(kind="approvals", user=ben).exists()


def held_before_joining(draw, member):
    groups = list(member.groups.all())
    member.groups.clear()
    type(member).objects.filter(pk=member.pk).update(is_staff=False)
    take(member, draw)
    type(member).objects.filter(pk=member.pk).update(is_staff=True)
    member.groups.set(groups)


def test_figures_of_today_stand_beside_those_it_was_asked_with(ann, ben, draw, alice):
    take(alice, draw, 1)
    asked = ask_to_cancel(ann, draw)
    take(alice, draw, 3)
    said = words(signed_in(ben).get(page(asked, "approve")))
    assert "Tickets to refund 4 (when it was asked for: 1)" in said
    assert "Coins to refund 20 (when it was asked for: 5)" in said


def test_a_players_coins_stand_beside_those_of_the_moment_it_was_asked(ann, ben, alice):
    asked = ask_to_adjust(ann, alice, 600)
    move(alice.pk, 7, "test:more")
    said = words(signed_in(ben).get(page(asked, "approve")))
    assert "Coins of the player 57 (when it was asked for: 50)" in said


def test_the_draws_page_says_what_waits(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    said = words(signed_in(ben).get(change_page(draw)))
    assert "Waiting for approval Cancel draw" in said
    assert "It is waiting for a second staff member." in said
    decide(ann, asked, "refuse", note="No longer")
    assert "Waiting for approval" not in words(signed_in(ben).get(change_page(draw)))


@pytest.mark.parametrize("who", ["ann", "ben"])
def test_a_request_that_can_no_longer_be_done_says_so_and_goes_by_one_button(ann, ben, draw, who):
    asked = ask_to_cancel(ann, draw)
    let_close(draw)
    for what in ("change", "approve"):
        said = words(signed_in(ben).get(page(asked, what)))
        assert "This can no longer be done: Only a draw that is still open can be cancelled." in said
    member = {"ann": ann, "ben": ben}[who]
    assert decide(member, asked, "refuse", note="Too late").status_code == 302
    assert asked.state == {"ann": "withdrawn", "ben": "refused"}[who]


def test_a_correction_of_a_text_that_changed_meanwhile_says_so(ann, ben, make_draw):
    draw = make_draw(description="Two nights")
    correct = f"/admin/draws/draw/{draw.pk}/correct/"
    assert send(ann, correct, description="Three nights", reason="A typo").status_code == 302
    asked = Approval.objects.get(subject=f"draw:{draw.pk}")
    add_to_texts(draw.pk, {"description": "With breakfast"}, actor=ben)
    said = words(signed_in(ben).get(page(asked)))
    assert "The text has changed since the correction was asked for." in said
    assert decide(ben, asked, "approve").status_code == 400


def test_coins_that_the_player_no_longer_has_cannot_be_taken(ann, ben, alice):
    move(alice.pk, 600, "test:more")
    asked = ask_to_adjust(ann, alice, -600)
    move(alice.pk, -600, "test:less")
    said = words(signed_in(ben).get(page(asked)))
    assert "This can no longer be done: The player has too few coins." in said


def test_players_are_not_offered_what_only_staff_get(alice, ann):
    assert "Requests to approve" not in words(signed_in(alice).get(CHOICES))
    assert "Requests to approve" in words(signed_in(ann).get(CHOICES))
