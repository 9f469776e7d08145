"""Staff pages that disqualify a winner: hold something against them, and decide about their objection."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import Act, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from accounts.models import Approval
from common.text.hidden import validate_shown
from draws import conflicts
from draws.admin import formats
from draws.admin.prizes import facts_of
from draws.approvals import PASS_ON, pass_on, told
from draws.exceptions import DrawError
from draws.models import Disqualification, Winner
from draws.prizes import disqualify
from draws.prizes.pass_on import next_reserve

State = Disqualification.State
NOBODY_LEFT = _("no one, because no reserves are left")
NOT_TO_PASS = _("You can only pass on a prize that is waiting to be claimed or has been claimed.")
ALREADY = _("The winner has already been told. What became of it is on the page of the prize.")
NOTHING = _("There is nothing to decide.")
OWN = _(
    "You asked for the disqualification, so somebody else has to decide whether it stands. You can drop it."
)
CAN_OBJECT = _("The winner can still object. Until they have, you can only drop the disqualification.")
PASSING = [
    _("A prize that is not claimed in time passes on by itself. Nobody can pass it on earlier for that."),
    _("The prize always goes to the next reserve in the published result. Nobody chooses who gets it."),
    _("The winner is told at once, reads what you write, and can object. Until then the prize stays."),
    _("The reason from the list is public. What you write is not: only the winner and staff read it."),
    _("The winner keeps any coins credited with the win."),
]
SECOND = _("Nothing happens to the prize until a second member of staff approves.")


class PassOnForm(forms.Form):
    """A form for the reason, which is public, and for what staff know, which is not."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", "–"), *Disqualification.Reason.choices],
        help_text=_("Everyone can read this reason once the prize has moved on."),
        error_messages={"required": _("Choose a reason from the list.")},
    )
    evidence = forms.CharField(
        validators=[validate_shown],
        label=_("What you know"),
        max_length=disqualify.TEXT_LENGTH,
        widget=AdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("The winner and the second member of staff read this. Leave out other players’ data."),
        error_messages={"required": _("Say what is held against the winner.")},
    )


class DecideForm(forms.Form):
    """A form for whether the disqualification stands, and why."""

    verdict = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            ("drop", gettext_lazy("Drop it: the winner keeps the prize")),
            ("uphold", gettext_lazy("Uphold it: the prize goes to the next reserve")),
        ],
        widget=forms.RadioSelect(attrs={"class": "radiolist"}),
        error_messages={
            "required": _("Choose what you decide."),
            "invalid_choice": _("Choose one of the decisions listed."),
        },
    )
    why = forms.CharField(
        validators=[validate_shown],
        label=_("Why"),
        max_length=disqualify.TEXT_LENGTH,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("The winner reads this."),
        error_messages={"required": _("Say why. The winner reads it.")},
    )

    def __init__(self, *args: Any, may_uphold: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_uphold:
            verdict: Any = self.fields["verdict"]
            verdict.choices = [choice for choice in verdict.choices if choice[0] == "drop"]


def pass_on_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show who would be next; a POST disqualifies the winner, or asks a second member of staff to."""
    asks = approvals.needed()
    act = Act(
        title=gettext("Disqualify the winner"),
        button=gettext("Ask for approval") if asks else gettext("Disqualify and tell the winner"),
        form=PassOnForm(request.POST or None),
        do=lambda given: _pass_on(page, request, winner, **given),
        refusals=(DrawError, ApprovalError),
        facts=[*facts_of(winner), *gains(winner)],
        notes=[*([SECOND] if asks else []), *PASSING],
        problems=[*_why_not_pass(winner), *conflicts.why_not(staff(request), winner.draw_id)],
        waiting=waits(approvals.waiting_for(PASS_ON, f"winner:{winner.pk}")) if asks else "",
        danger=True,
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _pass_on(page: StaffAdmin, request: HttpRequest, winner: Winner, reason: str, evidence: str) -> str:
    prize = formats.prize(winner.prize_amount, winner.prize_coins)
    label = Disqualification.Reason(reason).label
    made = pass_on(winner, reason, evidence, by=staff(request), prize=prize)
    if isinstance(made, Approval):
        logged = gettext("Asked for approval to disqualify the winner. Why: %(why)s") % {"why": label}
        page.log_change(request, winner, logged)
        return gettext("Sent for approval. The winner is told when a second member of staff approves.")
    page.log_change(request, winner, gettext("Disqualified. Why: %(why)s") % {"why": label})
    return told(made)


def _why_not_pass(winner: Winner) -> list[object]:
    if winner.hand_over not in (Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED):
        return [NOT_TO_PASS]
    return [ALREADY] if disqualify.open_against(winner.pk) else []


def gains(winner: Winner) -> list[tuple[str, object]]:
    """Return who would get a prize, and until when its winner could still claim it."""
    ticket = next_reserve(winner.draw_id)
    if ticket is None:
        to: object = NOBODY_LEFT
    else:
        said = gettext("the next reserve, ticket %(number)s of %(player)s")
        to = said % {"number": f"{ticket.ticket_number:04d}", "player": ticket.user}
    until = formats.moment(winner.claim_by) if winner.claim_by else "–"
    return [(gettext("Goes to"), to), (gettext("Time to claim until"), until)]


def decide_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show what is held against a winner and what they say; a POST decides."""
    against = disqualify.open_against(winner.pk)
    own = against is not None and against.asked_by_id == request.user.pk
    objected = against is not None and against.state == State.OBJECTED
    only_drop = [CAN_OBJECT] if not objected else [OWN] if own else []
    act = Act(
        title=gettext("Decide about the objection") if objected else gettext("Drop the disqualification"),
        button=gettext("Decide and tell the winner"),
        form=DecideForm(request.POST or None, may_uphold=not only_drop),
        do=lambda given: _decide(page, request, winner, **given),
        refusals=(DrawError,),
        facts=[*facts_of(winner), *gains(winner), *(said_by_both(against) if against else [])],
        notes=[*only_drop, gettext("You cannot undo this.")],
        problems=[
            *([] if against and against.state != State.UPHELD else [NOTHING]),
            *conflicts.why_not(staff(request), winner.draw_id),
        ],
        danger=True,
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _decide(page: StaffAdmin, request: HttpRequest, winner: Winner, verdict: str, why: str) -> str:
    uphold = verdict == "uphold"
    disqualify.decide(winner.pk, uphold=uphold, why=why, by=staff(request))
    if uphold:
        page.log_change(request, winner, gettext("Upheld the disqualification. Why: %(why)s") % {"why": why})
        return gettext("Upheld. The prize goes to the next reserve within a minute.")
    page.log_change(request, winner, gettext("Dropped the disqualification. Why: %(why)s") % {"why": why})
    return gettext("Dropped. The winner keeps the prize and is told.")


def history_of(winner: Winner) -> SafeString | str:
    """Return each disqualification of a winner, newest first, with what both sides said."""
    rows = Disqualification.objects.filter(winner=winner).select_related("asked_by", "decided_by")
    return format_html_join(
        "",
        "<p><strong>{}</strong>: {}</p>",
        (
            (label, value)
            for against in rows.order_by("-pk")
            for label, value in [
                (gettext("State"), against.get_state_display()),
                *said_by_both(against),
                *([(gettext("Decided by"), against.decided_by)] if against.decided_by else []),
                *([(gettext("Decision"), against.decision)] if against.decision else []),
            ]
        ),
    )


def said_by_both(against: Disqualification) -> list[tuple[str, object]]:
    """Return what staff hold against a winner, and what the winner says."""
    rows: list[tuple[str, Any]] = [
        (gettext("Reason"), against.get_reason_display()),
        (gettext("What staff know"), against.evidence),
        (gettext("Asked by"), against.asked_by),
        (gettext("Can object until"), formats.moment(against.object_by)),
        (gettext("The winner’s objection"), against.objection or pgettext_lazy("objection", "none so far")),
    ]
    return rows
