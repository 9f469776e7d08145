"""Context processors: how many coins the site gives, as pages and emails may say."""

from collections.abc import Callable

from django.http import HttpRequest

from ledger.models import CoinRate
from ledger.rates import in_force

Coins = Callable[[], int | None]
Kind = CoinRate.Kind


def coins(request: HttpRequest) -> dict[str, Coins]:
    """Return the rates that the ledger pays by; only a page that says one asks, once for all of them."""
    known: dict[str, int | None] = request.__dict__.setdefault("coin_rates", {})

    def rates() -> dict[str, int | None]:
        if not known:
            known.update(in_force())
        return known

    return {
        "signup_bonus": lambda: rates()[Kind.SIGNUP_BONUS] or 0,
        "daily_bonus": lambda: rates()[Kind.DAILY_BONUS] or 0,
        "approval_coins": lambda: rates()[Kind.ADJUSTMENT],
    }
