"""Context processors: what pages may say of a player's wins while some of them are still covered."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest

from accounts.players import player_of
from draws.opened import covered_wins


def wins(request: HttpRequest) -> dict[str, Callable[[], dict[str, Any]]]:
    """Return how many prizes the player knows of and what they are worth; only a page that says it asks."""

    @cache
    def known_wins() -> dict[str, Any]:
        player = player_of(request)
        if player is None:
            return {"count": 0, "worth": 0}
        secret = covered_wins(player)
        worth = secret.aggregate(worth=Sum("prize_amount", default=0))["worth"]
        return {"count": player.total_wins - secret.count(), "worth": player.total_earnings - worth}

    return {"known_wins": known_wins}
