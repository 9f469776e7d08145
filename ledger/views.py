"""A player's coins: the balance, the daily visit, and every movement."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.players import player_of
from common.database.paging import cut, read_number_cursor
from common.text import wording
from common.web import rate_limits
from common.web.http import posts_only
from ledger import bonuses, services, visits
from ledger.balances import balances
from ledger.exceptions import LedgerError
from ledger.models import Transaction
from ledger.references import reference_url

PAGE = 25


@login_required
@require_safe
def coins(request: HttpRequest) -> HttpResponse:
    """Balance, ways to earn, and the history, newest first; `?before=` continues it."""
    player = player_of(request)
    assert player is not None
    before = read_number_cursor(request.GET.get("before", ""), digits=9)
    page = cut(services.history(player.pk, before, PAGE + 1), PAGE, lambda row: str(row.user_seq))
    visit = "" if before else bonuses.visit_today(player)
    context = {
        "moves": [(row, reference_url(row)) for row in page.rows],
        "before": before,
        "next": page.next,
        "visit": visit,
        "next_visit": visits.next_visit_at(player) if visit == "collected" else None,
        "no_welcome": not before and bonuses.missed_welcome(player),
        "balances": None if before else balances(player),
    }
    return render(request, "ledger/coins.html", context)


@posts_only
def daily(request: HttpRequest) -> HttpResponseBase:
    """Collect today's visit, however often it is pressed."""
    player = player_of(request)
    if player is None:
        return redirect_to_login(reverse("ledger:coins"))
    wait = rate_limits.seconds_to_wait(request, player.pk, "visit")
    if wait:
        answer = render(request, "429.html", {"wait": wait, "bare": True}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    try:
        row, created = bonuses.claim_daily_bonus(player)
    except LedgerError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _collected(player, row, created))
    return redirect("ledger:coins")


def _collected(player: User, row: Transaction, created: bool) -> str:
    if created:
        return _("You got %(coins)s for visiting today.") % {"coins": wording.coins(row.amount)}
    moment = visits.next_visit_at(player)
    if moment is None:
        # Midnight passed while this page was made.
        return _("You have already collected these coins. You can collect the next ones now.")
    said = _("You have already collected today’s coins. You can collect the next ones: %(moment)s.")
    return said % {"moment": wording.day_time(moment)}
