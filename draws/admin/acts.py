"""Publishing and cancelling: what will happen, in figures, before it does."""

import hashlib

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import approvals
from accounts.admin.acts import Act, ReasonForm, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from accounts.models import Approval
from draws import cancelling, drafting, fairness, publishing, sealing
from draws.admin.words import moment
from draws.approvals import CANCEL, cancel
from draws.exceptions import DrawError, NotPublishable
from draws.models import Draw

NEVER_AGAIN = [
    "From then on nobody can change what stands above: not you, not a superuser, not a program.",
    "Only the description and “what the winner gets” can be corrected; players see what stood there before.",
    "A published draw is never deleted. Until it closes it can be cancelled, and every coin goes back.",
]
REFUNDING = [
    "Every ticket is refunded, whole, once the draw is cancelled. Each player gets a mail with your reason.",
    "A cancelled draw stays on the site with its reason. It cannot be opened again.",
]


SECOND = ["Nothing happens to the draw until a second member of staff approves. Until then it stays open."]


class PublishForm(ReasonForm):
    """The reason, and which terms the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """The reason, which the draw's players read."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text="Its players read it, on the draw’s page and in their mail. The staff log keeps it.",
        error_messages={"required": "Say why the draw is cancelled: its players will read it."},
    )


def publish_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Shows what publishing seals; POST publishes exactly what was shown."""
    terms = shown_terms(draw)
    act = Act(
        title="Publish this draw",
        button="Publish and seal",
        form=PublishForm(request.POST or None, initial={"seen": fingerprint(terms)}),
        do=lambda given: _publish(page, request, draw.pk, **given),
        refusals=(DrawError,),
        facts=terms,
        notes=NEVER_AGAIN,
        problems=publishing.problems(draw),
        warnings=drafting.warnings(draw, timezone.now()),
        canonical=_canonical(draw),
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _publish(page: StaffAdmin, request: HttpRequest, draw_id: int, reason: str, seen: str) -> str:
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).get(pk=draw_id)
    if fingerprint(shown_terms(draw)) != seen:
        raise NotPublishable(["It was changed after this page was opened: open the page again and read it."])
    draw = publishing.publish_draw(draw_id, actor=staff(request))
    page.log_change(request, draw, f"Published and sealed as number {draw.seal.seq}. Why: {reason}")
    return f"{draw} is open. Players can enter until {moment(draw.draw_time)}."


def cancel_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Shows what goes back to whom; POST cancels, or asks a second member of staff to."""
    preview = cancelling.cancel_preview(draw.pk)
    figures = f"{preview.tickets:,} tickets, {preview.players:,} players, {preview.coins:,} coins"
    asks = approvals.needed()
    act = Act(
        title="Cancel this draw",
        button="Ask for approval" if asks else "Cancel the draw and refund every ticket",
        form=CancelForm(request.POST or None),
        do=lambda given: _cancel(page, request, draw, figures, given["reason"]),
        refusals=(DrawError, ApprovalError),
        facts=[
            ("Draw", draw.title),
            ("Would close", moment(draw.draw_time)),
            ("Tickets that go back", f"{preview.tickets:,}"),
            ("Players", f"{preview.players:,}"),
            ("Coins that go back", f"{preview.coins:,}"),
        ],
        notes=[*(SECOND if asks else []), *REFUNDING],
        problems=_why_not_cancel(draw),
        waiting=waits(approvals.waiting_for(CANCEL, f"draw:{draw.pk}")) if asks else "",
        danger=True,
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _cancel(page: StaffAdmin, request: HttpRequest, draw: Draw, figures: str, reason: str) -> str:
    made = cancel(draw, reason, by=staff(request), figures=figures)
    if isinstance(made, Approval):
        said = f"Asked for approval to cancel it; to go back: {figures}. Why: {reason}"
        page.log_change(request, draw, said)
        return f"Asked for. {draw} stays open until a second member of staff approves."
    page.log_change(request, made, f"Cancelled; to go back when asked: {figures}. Why: {made.void_reason}")
    return f"{made} is cancelled. The refunds are on their way."


def _why_not_cancel(draw: Draw) -> list[str]:
    if draw.state == Draw.State.DRAFT:
        return ["A draft was never open: delete it instead."]
    return [] if draw.is_open else ["Only a draw that is still open can be cancelled."]


def shown_terms(draw: Draw) -> list[tuple[str, object]]:
    """All that never changes once the draw is published, as the page words it."""
    return [
        ("Title", draw.title),
        ("Prize value", f"{draw.prize_amount:,.2f}"),
        ("Coins credited to each winner", f"{draw.prize_coins:,}"),
        ("Coins a ticket", f"{draw.entry_fee:,}"),
        ("Tickets", f"{draw.max_participants:,}"),
        ("Tickets a player", f"{draw.max_per_player:,}"),
        ("Minimum tickets", f"{draw.min_participants:,}"),
        ("Closes", moment(draw.draw_time)),
        ("Winners, reserves", f"{draw.winner_count:,}, {draw.reserve_count:,}"),
        ("Prizes", draw.get_prize_policy_display()),
        ("Drawn", draw.get_fairness_mode_display()),
        ("Who may enter", _entrants(draw)),
    ]


def fingerprint(terms: list[tuple[str, object]]) -> str:
    """What a publish form carries to say which terms it showed."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()


def _entrants(draw: Draw) -> str:
    if draw.vip_only:
        return "VIP players only"
    if draw.early_access_until:
        return f"VIP players until {moment(draw.early_access_until)}, then everyone"
    return "Everyone"


def _canonical(draw: Draw) -> str:
    try:
        return sealing.terms_of(draw)
    except fairness.BadTerms:
        return ""
