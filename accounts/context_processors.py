"""What every page may say about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Amounts that pages promise, the currency of prize values, and whether mails can be read here."""
    return {
        "signup_bonus": settings.SIGNUP_BONUS_COINS,
        "daily_bonus": settings.DAILY_BONUS_COINS,
        "currency": settings.PRIZE_CURRENCY,
        "dev_mail": settings.DEBUG,
    }
