"""Four eyes: one member of staff asks, another one approves; only then it happens, and once."""

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import approvals
from accounts.approvals import ApprovalError
from accounts.models import Approval, OutboxEmail
from draws.lifecycle.close import close_due_draws
from tests.accounts.admin.four_eyes import (
    LIST,
    ask_to_adjust,
    ask_to_cancel,
    both_groups,
    cancel_page,
    coins,
    decide,
    page,
)
from tests.conftest import let_close
from tests.races.together import at_once, refusals
from tests.support.pages import signed_in, take, words
from tests.support.staff import form_data, logged, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_draw_is_cancelled_only_when_a_second_member_of_staff_approves(ann, ben, draw, alice):
    take(alice, draw, 3)
    shown = words(signed_in(ann).get(cancel_page(draw)))
    assert "Nothing happens to the draw until a second member of staff approves." in shown
    asked = ask_to_cancel(ann, draw)
    draw.refresh_from_db()
    assert draw.is_open
    take(alice, draw, 1)

    read = signed_in(ben).get(page(asked))
    said = words(read)
    assert f"Cancel draw {draw.pk}, “{draw.title}”; to be refunded: 3 tickets, 1 player, 15 coins" in said
    assert "The shop has closed" in said
    assert str(ann.email) in said
    assert "Approve" in said
    done = decide(ben, asked, "approve")
    assert done.status_code == 302
    draw.refresh_from_db()
    assert (draw.state, draw.void_reason) == ("cancelled", "The shop has closed")
    assert (asked.state, asked.asked_by, asked.decided_by) == ("approved", ann, ben)
    close_due_draws()
    assert coins(alice) == 50
    assert "The shop has closed" in OutboxEmail.objects.filter(recipient=alice.email).latest("pk").text


def test_both_stand_in_the_staff_log(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    decide(ben, asked, "approve")
    nothing = "0 tickets, 0 players, 0 coins"
    assert logged(draw) == [
        (ann.email, f"Asked for approval to cancel it; to be refunded: {nothing}. Why: The shop has closed"),
        (
            ben.email,
            f"Cancelled; asked for by {ann}, approved by {ben}. Why: The shop has closed",
        ),
    ]
    assert logged(asked) == [
        (
            ben.email,
            f"Approved, as {ann} asked: {draw} is cancelled. The refunds are on their way.",
        )
    ]


def test_while_it_waits_the_page_says_so_instead_of_asking_again(ann, ben, draw):
    stale = signed_in(ben)
    form = form_data(stale.get(cancel_page(draw)), reason="The shop has closed")
    ask_to_cancel(ann, draw)
    for user in (ann, ben):
        shown = signed_in(user).get(cancel_page(draw))
        assert f"Requested by {ann} on" in words(shown)
        assert "is waiting for a second staff member" in words(shown)
        assert "<textarea" not in shown.content.decode()
    assert stale.post(cancel_page(draw), form).status_code == 400
    assert Approval.objects.count() == 1


def test_two_who_ask_at_once_ask_once(ann, ben, draw):
    def ask(user):
        return approvals.ask(
            "cancel_draw",
            f"draw:{draw.pk}",
            summary="Cancel it",
            payload={"draw_id": draw.pk, "reason": "Why"},
            reason="Why",
            asked_by=user,
        )

    outcomes = at_once([lambda: ask(ann), lambda: ask(ben)])
    assert refusals(outcomes) == ["ApprovalError"]
    assert Approval.objects.count() == 1


def test_nobody_approves_what_they_asked_for(ann, draw):
    asked = ask_to_cancel(ann, draw)
    assert "Approve" not in words(signed_in(ann).get(page(asked)))
    refused = decide(ann, asked, "approve")
    assert refused.status_code == 400
    assert "You asked for this, so somebody else must approve it." in words(refused)
    with pytest.raises(ApprovalError, match="somebody else has to approve"):
        approvals.approve(asked.pk, by=ann)
    with pytest.raises(IntegrityError, match="approvals_by_a_second_person"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            state="approved", decided_by=ann, decided_at=asked.asked_at
        )
    draw.refresh_from_db()
    assert (draw.is_open, asked.state) == (True, "waiting")


def test_who_asked_may_withdraw(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    assert "Withdraw" in words(signed_in(ann).get(page(asked)))
    assert decide(ann, asked, "refuse", note="It opened again").status_code == 302
    assert (asked.state, asked.decided_by, asked.note) == ("withdrawn", ann, "It opened again")
    late = decide(ben, asked, "approve")
    assert "It is already withdrawn." in words(late)
    draw.refresh_from_db()
    assert draw.is_open
    ask_to_cancel(ann, draw, "It closed again")


def test_a_second_member_of_staff_refuses_with_a_note_that_who_asked_reads(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    silent = decide(ben, asked, "refuse", note=" ")
    assert silent.status_code == 400
    assert "Say why not" in words(silent)
    assert asked.state == "waiting"
    decide(ben, asked, "refuse", note="Call them first")
    assert (asked.state, asked.decided_by) == ("refused", ben)
    assert "Call them first" in words(signed_in(ann).get(page(asked)))
    assert logged(asked) == [(ben.email, "Refused. Why: Call them first")]
    draw.refresh_from_db()
    assert draw.is_open


def test_a_draw_that_closed_meanwhile_is_not_cancelled_and_the_approval_still_waits(ann, ben, draw, alice):
    take(alice, draw)
    asked = ask_to_cancel(ann, draw)
    let_close(draw)
    refused = decide(ben, asked, "approve")
    assert refused.status_code == 400
    assert "This can no longer be done: Only a draw that is still open can be cancelled." in words(refused)
    draw.refresh_from_db()
    assert (draw.cancelled_at, asked.state, asked.decided_by) == (None, "waiting", None)
    assert logged(asked) == []


def test_two_who_approve_at_once_cancel_once(ann, ben, make_player, draw, alice):
    take(alice, draw)
    cem = both_groups(make_player, "cem")
    asked = ask_to_cancel(ann, draw)
    browsers = [signed_in(user) for user in (ben, cem)]
    answers = at_once(
        [lambda browser=browser: browser.post(page(asked, "approve")).status_code for browser in browsers]
    )
    assert sorted(answers) == [302, 400]
    assert len(logged(draw)) == 2
    assert len(logged(asked)) == 1
    close_due_draws()
    assert coins(alice) == 50


def test_who_may_not_do_it_neither_reads_it_nor_decides(ann, make_player, draw):
    asked = ask_to_cancel(ann, draw)
    clerk = make_member(make_player, "Coins")
    assert asked not in signed_in(clerk).get(LIST).context["cl"].result_list
    for what in ("approve", "refuse"):
        assert decide(clerk, asked, what, note="x").status_code == 404
    auditor = make_member(make_player, "Auditor")
    assert "The shop has closed" in words(signed_in(auditor).get(page(asked)))
    for what in ("approve", "refuse"):
        assert decide(auditor, asked, what, note="x").status_code == 403
    for member in (clerk, auditor):
        with pytest.raises(ApprovalError, match="You are not allowed to decide this"):
            approvals.approve(asked.pk, by=member)
        with pytest.raises(ApprovalError, match="You are not allowed to decide this"):
            approvals.refuse(asked.pk, by=member, note="x")
    assert asked.state == "waiting"


def test_what_somebody_asked_for_who_left_the_group_is_not_done_any_more(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    ann.groups.clear()
    refused = decide(ben, asked, "approve")
    assert f"{ann} is no longer allowed to do this" in words(refused)
    draw.refresh_from_db()
    assert (draw.is_open, asked.state) == (True, "waiting")


@pytest.mark.owner
def test_what_was_decided_stands(ann, ben, draw):
    asked = ask_to_cancel(ann, draw)
    decide(ben, asked, "refuse", note="No")
    for sql in (
        "UPDATE approvals SET state = 'approved', decided_by_id = %s",
        "UPDATE approvals SET note = %s",
        "DELETE FROM approvals WHERE asked_by_id <> %s",
    ):
        with (
            pytest.raises(DatabaseError, match="never changed or removed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [ben.pk])
    with pytest.raises(ApprovalError, match="already been decided"):
        approvals.approve(asked.pk, by=ben)


def test_what_waits_comes_first_and_the_decided_ones_have_their_lists(ann, ben, draw, make_draw, alice):
    other = make_draw(title="Another")
    waiting, refused = ask_to_cancel(ann, draw), ask_to_cancel(ann, other)
    decide(ben, refused, "refuse", note="No")
    coins_asked = ask_to_adjust(ann, alice, 1000)

    def listed(**query):
        return list(signed_in(ben).get(LIST, query).context["cl"].result_list)

    assert listed() == [coins_asked, waiting]
    assert listed(state="refused") == [refused]
    assert listed(state="approved") == []
    assert "Waiting" in words(signed_in(ben).get(LIST))


def test_the_first_page_counts_what_waits_for_this_member_of_staff(ann, ben, make_player, draw):
    ask_to_cancel(ann, draw)
    assert "1 To approve" in words(signed_in(ben).get("/admin/"))
    for user in (ann, make_member(make_player, "Coins"), make_member(make_player, "Auditor")):
        assert "To approve" not in words(signed_in(user).get("/admin/"))


def test_nobody_writes_changes_or_deletes_an_approval(make_player, ann, draw):
    asked = ask_to_cancel(ann, draw)
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    assert boss.get(f"{LIST}add/").status_code == 403
    assert boss.post(page(asked), {"state": "approved"}).status_code == 403
    assert boss.post(page(asked, "delete"), {"post": "yes"}).status_code == 403
    assert boss.get(page(asked, "approve").replace(str(asked.pk), "999")).status_code == 404


def test_a_permission_given_to_one_person_is_as_good_as_a_group(ann, make_player, draw):
    clerk = make_player("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="cancel_draw"))
    decide(clerk, ask_to_cancel(ann, draw), "approve")
    draw.refresh_from_db()
    assert draw.state == "cancelled"
