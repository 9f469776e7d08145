"""The welcome message: what it says, and the kind of message that it is."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from common.text import wording
from common.web.pages import page_url

WELCOME = notify.Kind(
    "welcome",
    _("Welcome"),
    _("Once, when you confirm your email and get your welcome coins."),
    icon="coin",
)


def notify_welcome(user: User, coins: int) -> None:
    """Tell a player that the email is confirmed and how many welcome coins came with that."""
    body = ngettext(
        "Your email is confirmed and %(coins)s coin is in your purse. Pick a draw and take a ticket.",
        "Your email is confirmed and %(coins)s coins are in your purse. Pick a draw and take a ticket.",
        coins,
    )
    notify.send(
        user,
        WELCOME,
        f"welcome:{user.pk}",
        title=gettext("Welcome to Lucky11"),
        body=body % {"coins": wording.grouped(coins)},
        url=page_url("open draws"),
        template="ledger/email/welcome",
        context={"coins": coins},
    )
