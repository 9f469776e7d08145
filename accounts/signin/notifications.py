"""Tell a player that someone signed in to their account with a browser not seen before."""

import uuid

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications.notify import Kind, send
from accounts.signin import known_browsers

SIGN_IN = Kind(
    "sign_in",
    _("New sign-ins"),
    _("When someone signs in to your account with a browser we have not seen before."),
    needed=True,
)


@transaction.atomic
def notify_new_sign_in(request: HttpRequest, user: User, address: str) -> None:
    """Tell when, by which browser and from which address, on the player's own clock."""
    when = timezone.localtime(timezone.now(), user.tz)
    facts = {
        "when": f"{date_format(when, 'DATETIME_FORMAT')} ({user.city})",
        "browser": known_browsers.in_words(request.headers.get("User-Agent", "")),
        "address": address,
    }
    body = gettext(
        "%(when)s: %(browser)s, from %(address)s. If this was not you, change your password and "
        "sign out everywhere else. Your coins and tickets have not changed."
    )
    send(
        user,
        SIGN_IN,
        f"sign-in:{uuid.uuid4().hex}",
        title=gettext("New sign-in to your account"),
        body=body % facts,
        url=reverse("usersessions_list"),
        template="account/email/new_sign_in",
        context=facts,
    )
