"""Nobody of the staff decides about a draw in which they hold a ticket, or about themselves.

Each attack is made three times: through the pages, through the services, and in SQL as the site's own role.
"""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from accounts import approvals
from accounts.approvals import ApprovalError
from accounts.models import Approval, User
from draws.exceptions import ConflictOfInterest
from draws.lifecycle.cancel import cancel_draw
from draws.models import Claim, Draw, Winner
from draws.prizes.claims import mark_sent
from tests.accounts.admin.four_eyes import ask_to_cancel, cancel_page, decide, page
from tests.support.pages import signed_in, take, words
from tests.support.prizes import claimed
from tests.support.staff import form_data, logged, make_member

pytestmark = pytest.mark.django_db(transaction=True)

HELD = "You hold a ticket in this draw"
REFUSED = "Nobody decides about a draw in which they hold a ticket"


def joins(player, *groups):
    """A player becomes a member of staff; the tickets stay."""
    User.objects.filter(pk=player.pk).update(is_staff=True)
    player.groups.add(*Group.objects.filter(name__in=groups))
    return User.objects.get(pk=player.pk)


def leaves(member):
    User.objects.filter(pk=member.pk).update(is_staff=False)
    member.groups.clear()
    return User.objects.get(pk=member.pk)


def in_sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def holder(make_player, draw):
    """A player with a ticket of the open draw, who joined the staff that cancels draws."""
    player = make_player("carol")
    take(player, draw)
    return joins(player, "Draws", "Prizes", "Support")


@pytest.fixture
def ann(make_player):
    return make_member(make_player, "Draws")


def request_for(draw):
    return {"payload": {"draw_id": draw.pk, "reason": "Why"}, "summary": "Cancel it", "reason": "Why"}


def test_whoever_holds_a_ticket_does_not_ask_to_cancel_the_draw(holder, draw):
    browser = signed_in(holder)
    assert HELD in words(browser.get(cancel_page(draw)))
    browser.post(cancel_page(draw), {"reason": "I would lose"})
    with pytest.raises(ApprovalError, match="You have a stake in this"):
        approvals.ask("cancel_draw", f"draw:{draw.pk}", **request_for(draw), asked_by=holder)
    for subject, payload in ((f"draw:{draw.pk}", "{}"), ("x", f'{{"draw_id": {draw.pk}}}')):
        with pytest.raises(DatabaseError, match=REFUSED):
            in_sql(
                "INSERT INTO approvals (kind, subject, summary, payload, reason, asked_by_id)"
                " VALUES ('cancel_draw', %s, 'x', %s, 'x', %s)",
                *(subject, payload, holder.pk),
            )
    assert not Approval.objects.exists()


def test_whoever_holds_a_ticket_neither_approves_nor_refuses_that_the_draw_is_cancelled(ann, holder, draw):
    asked = ask_to_cancel(ann, draw)
    shown = words(signed_in(holder).get(page(asked)))
    assert "Approve" not in shown
    for what, act in (
        ("approve", lambda: approvals.approve(asked.pk, by=holder)),
        ("refuse", lambda: approvals.refuse(asked.pk, by=holder, note="No")),
    ):
        assert "You have a stake in this" in words(decide(holder, asked, what, note="No"))
        with pytest.raises(ApprovalError, match="You have a stake in this"):
            act()
    for state in ("approved", "refused"):
        with pytest.raises(DatabaseError, match=REFUSED):
            in_sql(
                "UPDATE approvals SET state = %s, decided_by_id = %s, decided_at = now() WHERE id = %s",
                *(state, holder.pk, asked.pk),
            )
    asked.refresh_from_db()
    draw.refresh_from_db()
    assert (asked.state, draw.is_open) == ("waiting", True)


def test_whoever_asked_and_then_took_a_ticket_may_only_withdraw(ann, make_player, draw):
    """They leave the staff, take a ticket as a player, and come back before a colleague decides."""
    asked = ask_to_cancel(ann, draw)
    take(leaves(ann), draw)
    joins(ann, "Draws")
    ben = make_member(make_player, "Draws")
    assert f"{ann} has a stake in this" in words(decide(ben, asked, "approve"))
    with pytest.raises(DatabaseError, match=REFUSED):
        in_sql(
            "UPDATE approvals SET state = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            *(ben.pk, asked.pk),
        )
    assert decide(ann, asked, "refuse", note="I play now").status_code == 302
    assert asked.state == "withdrawn"


def test_a_player_who_joins_the_staff_between_asking_and_deciding_does_not_decide(ann, make_player, draw):
    player = make_player("dora")
    take(player, draw)
    asked = ask_to_cancel(ann, draw)
    joins(player, "Draws")
    assert "You have a stake in this" in words(decide(player, asked, "approve"))
    assert (asked.state, Draw.objects.get().is_open) == ("waiting", True)


def test_where_one_person_cancels_it_is_nobody_with_a_ticket(holder, draw, settings):
    settings.STAFF_APPROVALS = False
    browser = signed_in(holder)
    assert HELD in words(browser.post(cancel_page(draw), {"reason": "I would lose"}))
    with pytest.raises(ConflictOfInterest, match="Nothing was changed"):
        cancel_draw(draw.pk, actor=holder, reason="I would lose")
    with pytest.raises(DatabaseError, match=REFUSED):
        in_sql(
            "UPDATE draws SET cancelled_by_id = %s, void_code = 3, cancelled_at = now() WHERE id = %s",
            *(holder.pk, draw.pk),
        )
    draw.refresh_from_db()
    assert draw.is_open


def test_who_cancelled_a_draw_is_kept_and_never_changes(ann, make_player, draw):
    cancel_draw(draw.pk, actor=ann, reason="The host withdrew.")
    assert Draw.objects.get().cancelled_by == ann
    other = make_member(make_player, "Draws")
    with pytest.raises(DatabaseError, match="never changes"):
        in_sql("UPDATE draws SET cancelled_by_id = %s WHERE id = %s", other.pk, draw.pk)


def test_nobody_asks_or_decides_about_themselves_in_sql_either(ann, make_player):
    for subject, payload in ((f"user:{ann.pk}", "{}"), ("x", f'{{"user_id": "{ann.pk}"}}')):
        with pytest.raises(DatabaseError, match="Nobody decides about themselves"):
            in_sql(
                "INSERT INTO approvals (kind, subject, summary, payload, reason, asked_by_id)"
                " VALUES ('adjust_coins', %s, 'x', %s, 'x', %s)",
                *(subject, payload, ann.pk),
            )


def test_whoever_holds_a_ticket_does_not_mark_a_prize_of_the_draw_as_sent(make_draw, make_player, alice):
    winner = claimed(make_draw, [alice, make_player("carol")])
    for player in User.objects.filter(tickets__draw=winner.draw_id):
        holder = joins(player, "Prizes")
        address = f"/admin/draws/winner/{winner.pk}/sent/"
        assert HELD in words(signed_in(holder).post(address, {"tracking": ""}))
        with pytest.raises(ConflictOfInterest):
            mark_sent(winner.pk, "", holder)
        with pytest.raises(DatabaseError, match=REFUSED):
            in_sql("UPDATE claims SET sent_at = now(), sent_by_id = %s", holder.pk)
    assert (Winner.objects.get().hand_over, Claim.objects.get().sent_by) == ("claimed", None)


def test_whoever_holds_a_ticket_does_not_hide_a_winners_name(make_draw, make_player, alice):
    bob = make_player("bob")
    winner = claimed(make_draw, [alice, bob])
    Winner.objects.update(is_public=True, public_name="The Fox")
    browser = signed_in(joins(bob, "Support"))
    address = f"/admin/draws/winner/{winner.pk}/change/"
    typed = form_data(browser.get(address), hidden_by_staff="on", reason="I do not like it")
    assert HELD in words(browser.post(address, typed))
    assert (Winner.objects.get().hidden_by_staff, logged(winner)) == (False, [])


def test_the_second_person_reads_who_gets_what_back_and_that_they_have_no_stake(ann, make_player, draw):
    for name, count in (("eva", 3), ("finn", 1)):
        take(make_player(name), draw, count)
    asked = ask_to_cancel(ann, draw)
    shown = words(signed_in(make_member(make_player, "Draws")).get(page(asked, "approve")))
    assert "Players who lose their chance 2" in shown
    assert "Coins to refund 20" in shown
    eva, finn = (User.objects.get(first_name=name).email for name in ("Eva", "Finn"))
    assert f"{eva}: 15 coins; {finn}: 5 coins" in shown
    assert "You have no stake in this" in shown


def test_whoever_gives_staff_rights_reads_in_which_draws_that_player_holds_tickets(
    make_draw, make_player, draw
):
    player, boss = make_player("gil"), signed_in(make_player("boss", is_staff=True, is_superuser=True))
    take(player, draw)
    address = f"/admin/accounts/user/{player.pk}/change/"
    shown = words(boss.get(address))
    assert "Read this before you give staff rights." in shown
    assert f"{draw.pk}: {draw.title}" in shown
    assert "before you give staff rights" not in words(boss.get(address.replace(player.pk, make_player().pk)))
    support = signed_in(make_member(make_player, "Support"))
    assert "before you give staff rights" not in words(support.get(address))


def test_a_draw_whose_prize_is_not_sent_yet_is_not_over(make_draw, make_player, alice, bob):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    winner = claimed(make_draw, [alice, bob])
    loser = next(player for player in (alice, bob) if player != winner.user)
    address = f"/admin/accounts/user/{loser.pk}/change/"
    assert "Read this before you give staff rights." in words(boss.get(address))
    mark_sent(winner.pk, "", make_member(make_player, "Prizes"))
    assert "Read this before you give staff rights." not in words(boss.get(address))
