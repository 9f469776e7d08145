"""How long staff pages stay open in a browser: while they are used, and never for longer than a shift."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts.models import SecurityEvent, User
from accounts.players import player_of
from accounts.security.log import record
from accounts.signin.second_factor import kinds_of_second_factor, seconds_since_second_factor

# When staff pages were last used in this session, and when they were opened, in seconds.
SEEN, SINCE = "staff_seen", "staff_since"
# A session is not written for every request.
NOTED_EVERY = 60


def why_ended(request: HttpRequest) -> str:
    """Return the sentence that says which limit a session of staff is past; nothing if it goes on."""
    now, session = time.time(), request.session
    if now - session.get(SEEN, now) >= settings.STAFF_IDLE_MINUTES * 60:
        return gettext("You were signed out because you had not used the staff pages for a while.")
    if now - _since(request, now) >= settings.STAFF_SESSION_HOURS * 3600:
        return gettext("You were signed out because you signed in a long time ago. Please sign in again.")
    return ""


def note_use(request: HttpRequest) -> None:
    """Remember that staff pages were used just now."""
    now = time.time()
    request.session.setdefault(SINCE, now)
    if now - request.session.get(SEEN, 0) >= min(NOTED_EVERY, settings.STAFF_IDLE_MINUTES * 30):
        request.session[SEEN] = now


def end(request: HttpRequest, why: str) -> HttpResponse:
    """End the session, and ask to sign in again for the same page."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("admin:index")
    record(SecurityEvent.Kind.SESSION_ENDED, request, user=player_of(request), reason="limit for staff")
    logout(request)
    messages.warning(request, why)
    return redirect_to_login(wanted)


def ask_again(request: HttpRequest, staff: User) -> HttpResponse | None:
    """Return the way to prove the second factor again before an act; None if it was proved lately."""
    if not settings.STAFF_SECOND_FACTOR:
        return None
    since = seconds_since_second_factor(request, staff)
    if since is not None and since < settings.STAFF_FACTOR_MINUTES * 60:
        return None
    messages.info(
        request, gettext("Use your second factor again. Then fill in the page: nothing was done yet.")
    )
    return redirect(way_to_second_factor(staff, request.path))


def way_to_second_factor(staff: User, wanted: str) -> str:
    """Return the address where staff prove a second factor they have, and go on to `wanted`."""
    kinds = kinds_of_second_factor(staff)
    again = "mfa_reauthenticate" if "totp" in kinds else "mfa_reauthenticate_webauthn"
    return f"{reverse(again)}?{urlencode({'next': wanted})}"


def _since(request: HttpRequest, now: float) -> float:
    """Return when this session signed in, as far as it knows; proving something again does not count."""
    records = get_authentication_records(request, request.user)
    signed_in = [float(row["at"]) for row in records if not row.get("reauthenticated")]
    return min([*signed_in, float(request.session.get(SINCE, now))])
