"""Other accounts with a player's mailbox, linked on the player's page."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.admin.base import change_url
from accounts.admin.players import PlayerPanel
from accounts.mailboxes import accounts_sharing_mailbox
from accounts.models import User

MOST = 20  # accounts shown


def same_mailbox_panel(request: HttpRequest, player: User) -> dict[str, Any] | None:
    """Return links to the other accounts with the player's mailbox; None if there are none."""
    others = accounts_sharing_mailbox(player)[: MOST + 1]
    links = [
        (
            change_url(User, address.user_id),
            address.email
            if address.verified
            else gettext("%(email)s (not confirmed)") % {"email": address.email},
        )
        for address in others[:MOST]
    ]
    return {"links": links, "more": len(others) > MOST} if links else None


SAME_MAILBOX_PANEL = PlayerPanel("admin/accounts/same_mailbox_panel.html", same_mailbox_panel)
