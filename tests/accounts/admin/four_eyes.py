"""Asking for approvals and deciding about them, as staff do it in the admin."""

from accounts.models import Approval, User
from tests.support.pages import signed_in
from tests.support.staff import form_data, make_member

LIST = "/admin/accounts/approval/"


def both_groups(make_player, name):
    member = make_member(make_player, "Draws")
    member.groups.add(make_member(make_player, "Coins").groups.get())
    User.objects.filter(pk=member.pk).update(first_name=name.title())
    return User.objects.get(pk=member.pk)


def cancel_page(draw):
    return f"/admin/draws/draw/{draw.pk}/cancel/"


def adjust_page(player):
    return f"/admin/ledger/transaction/adjust/{player.pk}/"


def send(user, page, **typed):
    browser = signed_in(user)
    return browser.post(page, form_data(browser.get(page), **typed))


def ask_to_cancel(user, draw, reason="The shop has closed"):
    assert send(user, cancel_page(draw), reason=reason).status_code == 302
    return Approval.objects.latest("pk")


def ask_to_adjust(user, player, amount, reason="A prize by hand"):
    assert send(user, adjust_page(player), amount=amount, reason=reason).status_code == 302
    return Approval.objects.latest("pk")


def page(approval, what="change"):
    return f"{LIST}{approval.pk}/{what}/"


def decide(user, approval, what, **typed):
    answer = signed_in(user).post(page(approval, what), typed)
    approval.refresh_from_db()
    return answer


def coins(player):
    return User.objects.get(pk=player.pk).coins
