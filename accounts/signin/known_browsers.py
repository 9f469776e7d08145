"""Browsers: what a player would call one, and which of them a player has signed in with before."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# The first that is found names it: most browsers also claim to be Chrome and Safari.
NAMES = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": _("an iPhone"),
    "iPad": _("an iPad"),
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": _("a Mac"),
    "Linux": "Linux",
}
# Signed, so that nobody can claim to be known; two years, about the life of a browser on one machine.
COOKIE = "known_here"
COOKIE_SECONDS = 2 * 365 * 24 * 60 * 60
PLAYERS_A_BROWSER = 5


def in_words(user_agent: str) -> str:
    """Return a browser as its user would call it: "Firefox on Windows"."""
    name = next((word for mark, word in NAMES.items() if mark in user_agent), "")
    system = next((word for mark, word in SYSTEMS.items() if mark in user_agent), "")
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    if name:
        return name
    if system:
        return gettext("a browser on %(system)s") % {"system": system}
    return gettext("an unknown browser")


def knows(request: HttpRequest, user: User) -> bool:
    """Return whether this player has signed in with this browser before."""
    return _mark(user) in _marks(request)


def budget(request: HttpRequest, email: str) -> str:
    """Return what sets the tries of this account's known browsers apart from everybody else's.

    A stranger who tries one password after another keeps only strangers out.
    """
    if not any(_marks(request)):
        return ""
    address = EmailAddress.objects.filter(email=email.lower(), verified=True).select_related("user").first()
    return f":{_mark(address.user)}" if address and knows(request, address.user) else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known as one of the player's."""
    marks = [_mark(user), *(mark for mark in _marks(request) if mark != _mark(user))]
    response.set_signed_cookie(
        COOKIE,
        ".".join(marks[:PLAYERS_A_BROWSER]),
        salt=COOKIE,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[str]:
    value = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_SECONDS)
    return (value or "").split(".")


def _mark(user: User) -> str:
    return salted_hmac(COOKIE, user.pk).hexdigest()[:16]
