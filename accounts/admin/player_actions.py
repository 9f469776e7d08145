"""What staff do with a player, each with a reason: confirm the e-mail, suspend, and end that."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url, short_time, staff
from accounts.models import User
from accounts.play.suspension import SuspensionRefused, end_suspension, suspend
from accounts.players import confirm_email

CONFIRMING = _("Do this only when you know that the address is theirs. The welcome coins follow at once.")
SUSPENDING = [
    _("The player is told at once, with your reason."),
    _("They can still sign in, read, claim a prize, download their data and leave."),
    _("They take no tickets and get no coins for visits."),
    _("Tickets that they hold stay in their draws and may win; their coins stay theirs."),
]
ENDING = [_("The player is told at once, with your reason, and may take tickets again.")]


class PlayersReasonForm(ReasonForm):
    """Why, in words for the player as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext("The player reads it. The staff log keeps it.")


def confirm_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Record that a player's e-mail is theirs; the welcome coins follow at once."""

    def do(given: dict[str, Any]) -> str:
        confirm_email(player)
        logged = gettext("Confirmed the e-mail %(email)s. Why: %(why)s")
        page.log_change(request, player, logged % {"email": player.email, "why": given["reason"]})
        return gettext("%(email)s is confirmed.") % {"email": player.email}

    act = Act(
        title=gettext("Confirm the e-mail"),
        button=gettext("Confirm the e-mail"),
        form=ReasonForm(request.POST or None),
        do=do,
        facts=[(gettext("Player"), player), (gettext("E-mail"), player.email)],
        notes=[CONFIRMING],
        problems=list(_why_not_confirm(player)),
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def suspend_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Suspend a player."""

    def do(given: dict[str, Any]) -> str:
        suspend(player.pk, given["reason"], staff(request))
        page.log_change(request, player, gettext("Suspended. Why: %(why)s") % {"why": given["reason"]})
        return gettext("%(player)s is suspended.") % {"player": player}

    act = Act(
        title=gettext("Suspend the player"),
        button=gettext("Suspend"),
        form=PlayersReasonForm(request.POST or None),
        do=do,
        refusals=(SuspensionRefused,),
        facts=[(gettext("Player"), player)],
        notes=SUSPENDING,
        danger=True,
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def end_suspension_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Let a suspended player play again."""

    def do(given: dict[str, Any]) -> str:
        end_suspension(player.pk, given["reason"], staff(request))
        logged = gettext("Ended the suspension. Why: %(why)s") % {"why": given["reason"]}
        page.log_change(request, player, logged)
        return gettext("%(player)s may play again.") % {"player": player}

    since = short_time(player.suspended_at) if player.suspended_at else "–"
    act = Act(
        title=gettext("End the suspension"),
        button=gettext("End the suspension"),
        form=PlayersReasonForm(request.POST or None),
        do=do,
        refusals=(SuspensionRefused,),
        facts=[
            (gettext("Player"), player),
            (gettext("Suspended"), since),
            (gettext("Why"), player.suspended_reason or "–"),
        ],
        notes=ENDING,
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def _why_not_confirm(player: User) -> list[str]:
    if not player.email:
        return [gettext("This player has no e-mail.")]
    verified = EmailAddress.objects.filter(email=player.email, verified=True).first()
    if verified is None:
        return []
    if verified.user_id == player.pk:
        return [gettext("It is confirmed already.")]
    return [gettext("Another player has confirmed this e-mail as theirs.")]
