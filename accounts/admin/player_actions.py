"""What staff do with a player, each with a reason: confirm the email, suspend, sign out."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url, short_time, staff
from accounts.models import SecurityEvent, User
from accounts.play.suspension import SuspensionRefused, end_suspension, suspend
from accounts.players import confirm_email
from accounts.security.log import record
from accounts.signin.signed_out import SignOutRefused, sign_out_everywhere

CONFIRMING = _("Do this only if you know that the address is theirs. They get their welcome coins at once.")
SUSPENDING = [
    _("The player is told at once and reads your reason."),
    _("They can still sign in, read, claim a prize, download their data and close their account."),
    _("They cannot take tickets and get no coins for daily visits."),
    _("Their tickets stay in their draws and can still win. They keep their coins."),
]
ENDING = [_("The player is told at once, reads your reason, and can take tickets again.")]
SIGNING_OUT = [
    _("The player is told at once and reads your reason."),
    _("Every browser is signed out. Whoever has the password and the second factor can sign in again."),
]


class PlayersReasonForm(ReasonForm):
    """A form that asks for a reason, which the player reads too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext("The player will read this. The staff log keeps it.")


def told_of_password(request: HttpRequest, user_id: str, response: HttpResponse) -> HttpResponse:
    """Tell the security log when staff set a password; answer what the page answers."""
    if request.method == "POST" and response.status_code == 302:
        user = User.objects.get(pk=user_id)
        record(SecurityEvent.Kind.PASSWORD_CHANGED, request, user=user, change="set by staff")
    return response


def confirm_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Record that a player's email address is theirs; they get their welcome coins at once."""

    def do(given: dict[str, Any]) -> str:
        confirm_email(player)
        logged = gettext("Confirmed the email %(email)s. Why: %(why)s")
        page.log_change(request, player, logged % {"email": player.email, "why": given["reason"]})
        return gettext("%(email)s is confirmed.") % {"email": player.email}

    act = Act(
        title=gettext("Confirm the email"),
        button=gettext("Confirm the email"),
        form=ReasonForm(request.POST or None),
        do=do,
        facts=[(gettext("Player"), player), (gettext("Email"), player.email)],
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
        return gettext("%(player)s can play again.") % {"player": player}

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


def sign_out_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """End every session of a player."""

    def do(given: dict[str, Any]) -> str:
        ended = sign_out_everywhere(player.pk, given["reason"], staff(request))
        logged = gettext("Signed out everywhere. Why: %(why)s") % {"why": given["reason"]}
        page.log_change(request, player, logged)
        said = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", ended)
        return said % {"count": ended}

    act = Act(
        title=gettext("Sign the player out everywhere"),
        button=gettext("Sign out everywhere"),
        form=PlayersReasonForm(request.POST or None),
        do=do,
        refusals=(SignOutRefused,),
        facts=[(gettext("Player"), player)],
        notes=SIGNING_OUT,
        danger=True,
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def _why_not_confirm(player: User) -> list[str]:
    if not player.email:
        return [gettext("This player has no email address.")]
    verified = EmailAddress.objects.filter(email=player.email, verified=True).first()
    if verified is None:
        return []
    if verified.user_id == player.pk:
        return [gettext("It is already confirmed.")]
    return [gettext("Another player has confirmed this email address as theirs.")]
