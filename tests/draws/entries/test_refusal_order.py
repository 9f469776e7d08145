"""The entry panel names the reason for which taking a ticket is refused, however many hold at once.

Both decide for themselves: the panel in Python, from what the page has read, and `take_tickets` in SQL.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, combinations
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.play.breaks import take_break
from draws import exceptions as refused
from draws.entries.take import take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.publish import publish_draw
from draws.models import Draw
from draws.pages.draws import draw_page
from draws.pages.panel import panel
from ledger.safer_play.limits import set_limit
from tests.conftest import let_close, new_draft, new_player, unguarded
from tests.support.coins import move
from tests.support.pages import finish

pytestmark = pytest.mark.django_db

REFUSALS: dict[str, type[refused.EntryRefused] | None] = {
    "open": None,
    "draft": refused.DrawNotFound,
    "cancelled": refused.DrawCancelled,
    "void": refused.DrawCancelled,
    "drawing": refused.DrawClosed,
    "drawn": refused.DrawClosed,
    "lost": refused.DrawClosed,
    "won": refused.DrawClosed,
    "full": refused.DrawFull,
    "suspended": refused.PlayerSuspended,
    "staff": refused.StaffMayNotEnter,
    "break": refused.OnBreak,
    "unconfirmed": refused.EmailNotConfirmed,
    "rules": refused.RulesNotAccepted,
    "vip": refused.VipOnly,
    "early": refused.VipOnly,
    "limit": refused.TicketLimitReached,
    "poor": refused.NotEnoughCoins,
    "spend_limit": refused.LimitReached,
}
OF_PLAYER = ("suspended", "staff", "break", "unconfirmed", "rules", "poor", "spend_limit")
# What a draw asks: of each group at most one.
ACCESS = ("", "vip", "early")
HELD = ("", "limit")

Reasons = tuple[str, ...]


def subsets(names: Reasons, most: int) -> Iterable[Reasons]:
    return chain.from_iterable(combinations(names, size) for size in range(most + 1))


def make_player(reasons: Reasons) -> User:
    """A player whom all of these reasons keep from playing, and no other."""
    staff = "staff" in reasons
    player = new_player(
        "-".join(reasons) or "nothing",
        confirmed="unconfirmed" not in reasons,
        accepted_rules="rules" not in reasons,
        is_staff=staff,
        is_superuser=staff,
    )
    wanted = 0 if "poor" in reasons else 50
    if wanted != player.coins:
        move(player.pk, wanted - player.coins, f"test:poor:{player.pk}")
    if "break" in reasons:
        take_break(player, "day")
    if "spend_limit" in reasons:
        set_limit(player.pk, "day", 4)
    if "suspended" in reasons:
        User.objects.filter(pk=player.pk).update(suspended_at=timezone.now())
    return User.objects.get(pk=player.pk)


def make_draw(players: list[User], access: str = "", held: str = "") -> Draw:
    """An open draw with a ticket of each player, which is as many as one may hold, or one fewer."""
    draw = publish_draw(
        new_draft(
            vip_only=access == "vip",
            early_access_until=timezone.now() + timedelta(minutes=30) if access == "early" else None,
            max_participants=500,
            max_per_player=1 if held == "limit" else 2,
        ).pk
    )
    plant_tickets(draw, players)
    return draw


def plant_tickets(draw: Draw, players: list[User]) -> None:
    """Give each player a ticket, as only a test can: most of them may not take one."""
    with unguarded() as cursor:
        cursor.execute(
            """INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id, taken_on)
               SELECT u, %s, n, 1000000 * %s + n, current_date
               FROM unnest(%s::text[]) WITH ORDINALITY AS p (u, n)""",
            [draw.pk, draw.pk, [player.pk for player in players]],
        )
        cursor.execute("UPDATE draws SET current_participants = %s WHERE id = %s", [len(players), draw.pk])
    draw.refresh_from_db()


def disagreements(cases: Iterable[tuple[Draw, User]]) -> list[str]:
    """The cases in which the panel and `take_tickets` name different reasons."""
    found = []
    for draw, player in cases:
        shown = panel(draw_page(draw, player), player).face
        got = refusal(draw, player)
        if got is not REFUSALS[shown]:
            found.append(f"{shown}, but {got and got.__name__}: {player.first_name} in draw {draw.pk}")
    return found


def refusal(draw: Draw, player: User) -> type[refused.EntryRefused] | None:
    try:
        take_tickets(player.pk, draw.pk, 1, uuid4().hex)
    except refused.EntryRefused as error:
        return type(error)
    return None


def open_draws(players: list[User]) -> list[Draw]:
    return [make_draw(players, access, held) for access in ACCESS for held in HELD]


def ended_draws(players: list[User]) -> list[Draw]:
    """Draws that take no ticket of anybody: for one reason, or for the first of two."""
    full, closed, closed_full = (make_draw(players) for _ in range(3))
    cancelled, cancelled_full = (publish_draw(new_draft(max_participants=500).pk) for _ in range(2))
    void, drawn = publish_draw(new_draft(min_participants=2).pk), publish_draw(new_draft().pk)
    take_tickets(new_player().pk, drawn.pk, 1, uuid4().hex)
    finish(void, drawn)
    for draw in (cancelled, cancelled_full):
        cancel_draw(draw.pk, reason="The host withdrew.")
        plant_tickets(draw, players)
    with unguarded() as cursor:
        ids = [full.pk, closed_full.pk, cancelled_full.pk]
        cursor.execute("UPDATE draws SET max_participants = current_participants WHERE id = ANY(%s)", [ids])
    let_close(closed)
    let_close(closed_full)
    draws = [full, closed, closed_full, cancelled, cancelled_full, void, drawn, new_draft()]
    return list(Draw.objects.filter(pk__in=[draw.pk for draw in draws]).order_by("pk"))


def test_the_panel_names_the_reason_for_which_an_entry_is_refused():
    """Every two reasons together, and all of them."""
    players = [make_player(reasons) for reasons in [*subsets(OF_PLAYER, 2), OF_PLAYER]]
    cases = [(draw, player) for draw in open_draws(players) for player in players]
    some = [players[0], players[1], players[-1]]
    cases += [(draw, player) for draw in ended_draws(some) for player in some]
    assert len(cases) == 30 * 6 + 3 * 8
    assert disagreements(cases) == []


@pytest.mark.nightly
def test_the_panel_names_the_reason_in_every_combination():
    players = [make_player(reasons) for reasons in subsets(OF_PLAYER, len(OF_PLAYER))]
    cases = [(draw, player) for draw in open_draws(players) for player in players]
    cases += [(draw, player) for draw in ended_draws(players) for player in players]
    assert len(cases) == 128 * (6 + 8)
    assert disagreements(cases) == []
