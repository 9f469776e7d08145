"""Staff disqualify a winner through their pages; the winner reads it and objects on the page of the prize."""

import pytest

from accounts.models import Approval
from draws.models import Disqualification, Participation, Redraw, Winner
from draws.prizes.pass_on import lapse_overdue_claims, pass_on_lost_prizes
from tests.accounts.admin.four_eyes import decide, page
from tests.draws.admin.test_conflicts import HELD, joins
from tests.races.together import at_once
from tests.support.pages import signed_in, words
from tests.support.prizes import FORM, disqualified, let_time_run_out, let_time_to_object_run_out, won
from tests.support.staff import logged, make_member

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {"reason": "accounts", "evidence": "Two accounts with one address."}


@pytest.fixture
def winner(make_draw, make_player):
    return won(make_draw, [make_player(name) for name in ("ada", "ben", "cleo")], reserve_count=1)


@pytest.fixture
def asker(make_player):
    return make_member(make_player, "Prizes")


@pytest.fixture
def second(make_player):
    return make_member(make_player, "Prizes")


def of(winner, act="change"):
    return f"/admin/draws/winner/{winner.pk}/{act}/"


def claim_of(winner):
    return f"/winners/{winner.pk}/claim/"


def reserve_of(winner):
    number = winner.draw.seal.places[1] + 1
    return Participation.objects.select_related("user").get(draw=winner.draw, ticket_number=number)


def ask(member, winner, **typed):
    answer = signed_in(member).post(of(winner, "pass-on"), SAID | typed)
    assert answer.status_code == 302, words(answer)
    return Approval.objects.latest("pk")


def test_the_attack_that_worked_is_refused_at_every_step(winner, asker, second):
    """A member of staff took a ticket, was the reserve, and asked a minute after the draw for the prize."""
    reserve = joins(reserve_of(winner).user, "Prizes")
    browser = signed_in(reserve)
    assert HELD in words(browser.get(of(winner, "pass-on")))
    assert browser.post(of(winner, "pass-on"), SAID).status_code == 400
    asked = ask(asker, winner)
    assert "You have a stake in this" in words(decide(reserve, asked, "approve"))
    shown = words(signed_in(second).get(page(asked, "approve")))
    assert f"ticket {reserve_of(winner).ticket_number:04d} of {reserve.email}" in shown
    decide(second, asked, "approve")
    assert pass_on_lost_prizes() == 0
    assert (Winner.objects.count(), Redraw.objects.count()) == (1, 0)


def test_a_reason_from_the_list_and_some_words_are_needed(winner, asker):
    browser = signed_in(asker)
    for typed, said in (
        ({"reason": "not_claimed"}, "Select a valid choice"),
        ({"reason": ""}, "Choose a reason from the list."),
        ({"evidence": "..."}, "Say it in words."),
        ({"evidence": " "}, "Say what is held against the winner."),
    ):
        answer = browser.post(of(winner, "pass-on"), SAID | typed)
        assert answer.status_code == 400
        assert said in words(answer)
    assert not Approval.objects.exists()


def test_the_second_person_reads_who_loses_who_gains_and_what_time_was_left(winner, asker, second):
    asked = ask(asker, winner)
    shown = words(signed_in(second).get(page(asked, "approve")))
    assert "Two accounts with one address." in words(signed_in(second).get(page(asked, "refuse")))
    for said in (
        f"Player {winner.user.email}",
        f"ticket {reserve_of(winner).ticket_number:04d} of {reserve_of(winner).user.email}",
        "Time left to claim 1 week, 6 days",
        "The winner was disqualified: they played with more than one account.",
        "Two accounts with one address.",
        "You have no stake in this",
    ):
        assert said in shown, said


def test_the_winner_is_told_reads_it_and_objects_once(winner, asker, second):
    decide(second, ask(asker, winner), "approve")
    browser = signed_in(winner.user)
    shown = words(browser.get(claim_of(winner)))
    assert "Staff want to disqualify you" in shown
    assert "The reason they give: Played with more than one account" in shown
    assert "What staff say: Two accounts with one address." in shown
    assert "You can object until" in shown
    assert "Claim the prize" not in shown
    empty = browser.post(claim_of(winner), {"act": "objection", "objection": "..."})
    assert "Say it in words." in words(empty)
    assert browser.post(claim_of(winner), FORM).status_code == 409
    sent = browser.post(claim_of(winner), {"act": "objection", "objection": "I have one account."})
    assert sent.status_code == 303
    assert "Staff will read it and decide" in words(browser.get(claim_of(winner)))
    again = browser.post(claim_of(winner), {"act": "objection", "objection": "And one more thing."})
    assert "you have already objected" in words(again)


def test_a_second_person_decides_the_objection_and_the_winner_reads_why(winner, asker, second):
    decide(second, ask(asker, winner), "approve")
    signed_in(winner.user).post(claim_of(winner), {"act": "objection", "objection": "I have one account."})
    assert "1 Objections to decide" in words(signed_in(second).get("/admin/"))
    assert "I have one account." in words(signed_in(second).get(of(winner)))
    own = signed_in(asker).post(of(winner, "objection"), {"verdict": "uphold", "why": "I am sure"})
    assert "somebody else has to decide" in words(own)
    reserve = joins(reserve_of(winner).user, "Prizes")
    theirs = signed_in(reserve).post(of(winner, "objection"), {"verdict": "uphold", "why": "Mine"})
    assert HELD in words(theirs)
    done = signed_in(second).post(of(winner, "objection"), {"verdict": "drop", "why": "One card, one name"})
    assert done.status_code == 302
    assert logged(winner)[-1] == (
        second.email,
        "Dropped the disqualification. Why: One card, one name",
    )
    assert "Claim the prize" in words(signed_in(winner.user).get(claim_of(winner)))
    assert "There is nothing to decide." in words(signed_in(second).get(of(winner, "objection")))


def test_every_page_leads_a_disqualified_winner_to_what_they_can_do(winner):
    disqualified(winner)
    browser = signed_in(winner.user)
    for address, said in (
        (f"/draws/{winner.draw_id}/?result", "Read why, and what you can do"),
        ("/tickets/", "Staff want to disqualify you"),
    ):
        answer = browser.get(address)
        assert said in words(answer)
        assert claim_of(winner) in answer.content.decode()
        assert "Claim the prize" not in words(answer)


def test_a_winner_whose_time_to_object_is_over_is_offered_no_form(winner):
    let_time_to_object_run_out(disqualified(winner))
    shown = words(signed_in(winner.user).get(claim_of(winner)))
    assert "The time to object ended" in shown
    assert "Send my objection" not in shown


def test_a_winner_whose_objection_was_refused_reads_why_and_that_it_is_decided(winner, asker, second):
    disqualified(winner, asked_by=asker)
    signed_in(winner.user).post(claim_of(winner), {"act": "objection", "objection": "I have one account."})
    answer = signed_in(second).post(of(winner, "objection"), {"verdict": "uphold", "why": "One phone"})
    assert answer.status_code == 302
    shown = words(signed_in(winner.user).get(claim_of(winner)))
    assert "You were disqualified" in shown
    assert "Why your objection was refused: One phone" in shown
    assert "I have one account." in shown
    assert "Until this is decided" not in shown
    assert "Decide about the objection" not in words(signed_in(second).get(of(winner)))


def test_staff_are_offered_no_verdict_that_would_be_refused(winner, asker, second):
    disqualified(winner, asked_by=asker)
    uphold = "Uphold it: the prize goes to the next reserve"
    assert "Drop the disqualification…" in words(signed_in(second).get(of(winner)))
    early = words(signed_in(second).get(of(winner, "objection")))
    assert uphold not in early
    assert "The winner can still object." in early
    signed_in(winner.user).post(claim_of(winner), {"act": "objection", "objection": "I have one account."})
    assert "Decide about the objection…" in words(signed_in(second).get(of(winner)))
    assert uphold not in words(signed_in(asker).get(of(winner, "objection")))
    assert uphold in words(signed_in(second).get(of(winner, "objection")))


def test_one_person_disqualifies_where_one_is_enough_and_the_winner_is_heard_all_the_same(
    winner, asker, settings
):
    settings.STAFF_APPROVALS = False
    assert signed_in(asker).post(of(winner, "pass-on"), SAID).status_code == 302
    assert logged(winner)[-1] == (asker.email, "Disqualified. Why: Played with more than one account")
    against = Disqualification.objects.get()
    assert (against.asked_by, against.approved_by, pass_on_lost_prizes()) == (asker, None, 0)
    let_time_to_object_run_out(against)
    assert pass_on_lost_prizes() == 1
    assert Redraw.objects.get().actor == asker


def test_a_request_from_before_winners_could_object_is_asked_again(winner, asker, second):
    old = Approval.objects.create(
        kind="pass_on_prize",
        subject=f"winner:{winner.pk}",
        summary="Take a prize",
        payload={"winner_id": winner.pk, "reason": "Did not answer"},
        reason="Did not answer",
        asked_by=asker,
    )
    assert "This was asked for before winners could object." in words(decide(second, old, "approve"))
    assert (old.state, Disqualification.objects.count()) == ("waiting", 0)
    assert decide(second, old, "refuse", note="Ask again").status_code == 302


def test_an_approval_that_comes_after_the_lapse_changes_nothing(winner, asker, second):
    asked = ask(asker, winner)
    let_time_run_out(winner)
    lapse_overdue_claims()
    assert "Only a prize that waits to be claimed or sent can be passed on." in words(
        decide(second, asked, "approve")
    )
    assert Redraw.objects.get().reason == "The prize was not claimed in time."


def test_a_winner_who_claims_while_the_request_waits_is_told_all_the_same(winner, asker, second):
    asked = ask(asker, winner)
    assert signed_in(winner.user).post(claim_of(winner), FORM).status_code == 303
    decide(second, asked, "approve")
    winner.refresh_from_db()
    assert (winner.hand_over, Disqualification.objects.get().state) == ("claimed", "told")
    sent = signed_in(asker).post(of(winner, "sent"), {"tracking": ""})
    assert "The prize waits until that is decided." in words(sent)


def test_two_who_approve_at_once_tell_the_winner_once(winner, asker, second, make_player):
    asked = ask(asker, winner)
    browsers = [signed_in(member) for member in (second, make_member(make_player, "Prizes"))]
    answers = at_once(
        [lambda each=each: each.post(page(asked, "approve"), {}).status_code for each in browsers]
    )
    assert sorted(answers) == [302, 400]
    assert Disqualification.objects.count() == 1


def test_who_may_not_pass_prizes_on_does_not_read_what_is_held_against_a_winner(winner, make_player):
    disqualified(winner)
    support, auditor = (make_member(make_player, group) for group in ("Support", "Auditor"))
    assert "Two accounts" not in words(signed_in(support).get(of(winner)))
    assert "Two accounts" in words(signed_in(auditor).get(of(winner)))
