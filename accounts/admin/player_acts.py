"""What staff do with a player, each with a reason: confirm the e-mail, suspend, and end that."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse

from accounts.admin.acts import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url, short_time, staff
from accounts.models import User
from accounts.services import confirm_email
from accounts.suspending import SuspensionRefused, end_suspension, suspend

SUSPENDING = [
    "The player is told at once, with your reason.",
    "They can still sign in, read, claim a prize, download their data and leave.",
    "They take no tickets and get no coins for visits.",
    "Tickets that they hold stay in their draws and may win; their coins stay theirs.",
]
ENDING = ["The player is told at once, with your reason, and may take tickets again."]


class PlayersReasonForm(ReasonForm):
    """Why, in words for the player as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "The player reads it. The staff log keeps it."


def confirm_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Record that a player's e-mail is theirs; the welcome coins follow at once."""

    def do(given: dict[str, Any]) -> str:
        confirm_email(player)
        page.log_change(request, player, f"Confirmed the e-mail {player.email}. Why: {given['reason']}")
        return f"{player.email} is confirmed."

    act = Act(
        title="Confirm the e-mail",
        button="Confirm the e-mail",
        form=ReasonForm(request.POST or None),
        do=do,
        facts=[("Player", player), ("E-mail", player.email)],
        notes=["Do this only when you know that the address is theirs. The welcome coins follow at once."],
        problems=list(_why_not_confirm(player)),
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def suspend_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Suspend a player."""

    def do(given: dict[str, Any]) -> str:
        suspend(player.pk, given["reason"], staff(request))
        page.log_change(request, player, f"Suspended. Why: {given['reason']}")
        return f"{player} is suspended."

    act = Act(
        title="Suspend the player",
        button="Suspend",
        form=PlayersReasonForm(request.POST or None),
        do=do,
        refusals=(SuspensionRefused,),
        facts=[("Player", player)],
        notes=SUSPENDING,
        danger=True,
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def end_suspension_page(page: StaffAdmin, request: HttpRequest, player: User) -> HttpResponse:
    """Let a suspended player play again."""

    def do(given: dict[str, Any]) -> str:
        end_suspension(player.pk, given["reason"], staff(request))
        page.log_change(request, player, f"Ended the suspension. Why: {given['reason']}")
        return f"{player} may play again."

    since = short_time(player.suspended_at) if player.suspended_at else "–"
    act = Act(
        title="End the suspension",
        button="End the suspension",
        form=PlayersReasonForm(request.POST or None),
        do=do,
        refusals=(SuspensionRefused,),
        facts=[("Player", player), ("Suspended", since), ("Why", player.suspended_reason or "–")],
        notes=ENDING,
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def _why_not_confirm(player: User) -> list[str]:
    if not player.email:
        return ["This player has no e-mail."]
    verified = EmailAddress.objects.filter(email=player.email, verified=True).first()
    if verified is None:
        return []
    return [
        "It is confirmed already."
        if verified.user_id == player.pk
        else "Another player has confirmed this e-mail as theirs."
    ]
