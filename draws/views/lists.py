"""Views of open draws, results, and a player's own tickets."""

from collections.abc import Container

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.pages import figures
from accounts.players import player_of
from draws.models import Draw, Winner
from draws.opened import covered
from draws.pages import archive, draws, old_site
from draws.pages.sorts import SORTS
from ledger.bonuses import visit_today

OPEN_SHOWS = {"all": _("All"), "today": _("Closing today"), "vip": _("VIP"), "mine": _("Mine")}
TICKET_SHOWS = {"all": _("All"), "active": _("Active"), "won": _("Won"), "ended": _("Ended")}

TERM = 100  # characters that are searched for


@require_safe
def open_draws(request: HttpRequest) -> HttpResponse:
    """Show the front page: what can be entered now, and what was just drawn."""
    show, sort = _choice(request, OPEN_SHOWS), _choice(request, SORTS, "sort", "closing")
    after = request.GET.get("after", "")
    term = request.GET.get("q", "").replace("\0", "").strip()[:TERM]
    player = player_of(request)
    summary = draws.summary(player)
    front = show == "all" and sort == "closing" and not after and not term
    page = draws.open_draws(show, summary.held, after, draws.PAGE + front, term, sort)
    latest = _latest(player) if front else []
    hero = page.rows[0] if front and page.rows else None
    context = {
        "summary": summary,
        "chips": _open_chips(summary, player is not None),
        "show": show,
        "sorts": [(key, each.label) for key, each in SORTS.items()],
        "sort": sort,
        "term": term,
        "front": front,
        "local": _has_operator_run([*page.rows, *(draw for draw, _ in latest)]),
        "coins_waiting": front and player is not None and visit_today(player) == "open",
        "hero": hero,
        "hero_held": draws.held_in(player, hero.pk, 4) if hero else None,
        "cards": [(draw, summary.held[draw.pk]) for draw in (page.rows[1:] if hero else page.rows)],
        "next": page.next,
        "latest": latest,
    }
    return render(request, "draws/list.html", context)


def _has_operator_run(rows: list[Draw]) -> bool:
    return not all(draw.is_beacon for draw in rows)


def _latest(player: User | None) -> list[tuple[Draw, list[Winner]]]:
    """Return what was drawn last, without what the player has not opened."""
    latest = draws.latest_winners()
    secret = covered(player, [draw for draw, _ in latest])
    return [(draw, first) for draw, first in latest if draw.pk not in secret]


def _open_chips(summary: draws.Summary, signed_in: bool) -> list[tuple[str, Promise, int]]:
    counts = {"all": summary.open, "today": summary.today, "vip": summary.vip, "mine": len(summary.held)}
    return [(key, label, counts[key]) for key, label in OPEN_SHOWS.items() if signed_in or key != "mine"]


@require_safe
def winners(request: HttpRequest) -> HttpResponse:
    """Show every draw that ended, the latest first."""
    before = request.GET.get("before", "")
    page = archive.results(player_of(request), before)
    context = {
        "page": page,
        "local": _has_operator_run([result.draw for result in page.rows]),
        "before": before,
        "old_site": old_site.old_draws_exist(),
    }
    return render(request, "draws/winners.html", context)


@login_required
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """Show the player's tickets, a draw at a time."""
    show, before = _choice(request, TICKET_SHOWS), request.GET.get("before", "")
    page = archive.holdings(request.user, show, before)  # type: ignore[arg-type]
    context = {
        "page": page,
        "local": _has_operator_run([holding.draw for holding in page.rows]),
        "shows": TICKET_SHOWS.items(),
        "show": show,
        "before": before,
        "old_site": old_site.old_draws_exist(),
    }
    return render(request, "draws/tickets.html", context)


@require_safe
def old_winners(request: HttpRequest) -> HttpResponse:
    """Show the draws of the old site, the latest first."""
    before = request.GET.get("before", "")
    context = {"page": old_site.old_results(player_of(request), before), "before": before}
    return render(request, "draws/old_site.html", context)


@login_required
@require_safe
def old_tickets(request: HttpRequest) -> HttpResponse:
    """Show the player's tickets of the old site, a draw at a time."""
    before = request.GET.get("before", "")
    page = old_site.old_holdings(request.user, before)  # type: ignore[arg-type]
    return render(request, "draws/old_site.html", {"page": page, "before": before, "own": True})


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """Show how the site works, in plain words."""
    return render(request, "draws/how.html", figures())


def _choice(request: HttpRequest, choices: Container[str], name: str = "show", usual: str = "all") -> str:
    chosen = request.GET.get(name, usual)
    return chosen if chosen in choices else usual
