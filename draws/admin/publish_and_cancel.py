"""Publishing and cancelling: each page shows what will happen, in figures, before it does."""

import hashlib

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from accounts.models import Approval
from common.text import wording
from common.text.hidden import validate_shown
from draws import conflicts, fairness
from draws.admin.formats import lines, moment, money
from draws.approvals import CANCEL, cancel
from draws.exceptions import DrawError, NotPublishable
from draws.lifecycle import publish, terms
from draws.lifecycle.cancel import cancel_preview
from draws.lifecycle.preview import warnings
from draws.models import Draw
from draws.pictures.shown import NotShown
from draws.pictures.shown import fingerprint as picture_fingerprint
from draws.proof import seals

NEVER_AGAIN = [
    _("After that, nobody can change the terms above: not you, not a superuser, not a program."),
    _(
        "You can add to the texts. A correction needs a second member of staff, and everyone who entered is "
        "told."
    ),
    _("A published draw is never deleted. You can cancel it until it closes; every coin is then refunded."),
]
REFUNDING = [
    _(
        "Once the draw is cancelled, every ticket is refunded in full. Each player gets an email with your "
        "reason."
    ),
    _("A cancelled draw stays on the site with its reason. It cannot be opened again."),
]

SECOND = _("Nothing happens to the draw until a second member of staff approves. Until then it stays open.")
CHANGED = _("The draw changed after you opened this page. Open the page again and read the new terms.")


class PublishForm(ReasonForm):
    """A form for the reason, which also carries the terms that the page showed."""

    seen = forms.CharField(label=_("Seen"), widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """A form for the reason, which the draw's players read."""

    reason = forms.CharField(
        validators=[validate_shown],
        label=_("Reason"),
        max_length=500,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Players will read this on the draw’s page and in an email. The staff log keeps it."),
        error_messages={"required": _("Say why the draw is cancelled. Its players will read your reason.")},
    )


def publish_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show what publishing seals; a POST publishes exactly what was shown."""
    shown = shown_terms(draw)
    act = Act(
        title=gettext("Publish this draw"),
        button=gettext("Publish and seal"),
        form=PublishForm(request.POST or None, initial={"seen": fingerprint(shown)}),
        do=lambda given: _publish(page, request, draw.pk, **given),
        refusals=(DrawError,),
        facts=shown,
        notes=NEVER_AGAIN,
        problems=publish.problems(draw),
        warnings=warnings(draw, timezone.now()),
        canonical=_canonical(draw),
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _publish(page: StaffAdmin, request: HttpRequest, draw_id: int, reason: str, seen: str) -> str:
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).get(pk=draw_id)
    if fingerprint(shown_terms(draw)) != seen:
        raise NotPublishable([str(CHANGED)])
    draw = publish.publish_draw(draw_id, actor=staff(request))
    logged = gettext("Published and sealed as number %(number)s. Why: %(why)s")
    page.log_change(request, draw, logged % {"number": draw.seal.seq, "why": reason})
    said = gettext("%(draw)s is open. Players can enter until %(closes)s.")
    return said % {"draw": draw, "closes": moment(draw.draw_time)}


def cancel_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show what is refunded to whom; a POST cancels, or asks a second member of staff to."""
    preview = cancel_preview(draw.pk)
    figures = ", ".join(
        (wording.tickets(preview.tickets), _players(preview.players), wording.coins(preview.coins))
    )
    asks = approvals.needed()
    act = Act(
        title=gettext("Cancel this draw"),
        button=gettext("Ask for approval") if asks else gettext("Cancel the draw and refund every ticket"),
        form=CancelForm(request.POST or None),
        do=lambda given: _cancel(page, request, draw, figures, given["reason"]),
        refusals=(DrawError, ApprovalError),
        facts=[
            (gettext("Draw"), draw.title),
            (gettext("Would close"), moment(draw.draw_time)),
            (gettext("Tickets to refund"), wording.grouped(preview.tickets)),
            (gettext("Players"), wording.grouped(preview.players)),
            (gettext("Coins to refund"), wording.grouped(preview.coins)),
        ],
        notes=[*([SECOND] if asks else []), *REFUNDING],
        problems=[*_why_not_cancel(draw), *conflicts.why_not(staff(request), draw.pk)],
        waiting=waits(approvals.waiting_for(CANCEL, f"draw:{draw.pk}")) if asks else "",
        danger=True,
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _cancel(page: StaffAdmin, request: HttpRequest, draw: Draw, figures: str, reason: str) -> str:
    made = cancel(draw, reason, by=staff(request), figures=figures)
    if isinstance(made, Approval):
        logged = gettext("Asked for approval to cancel it; to be refunded: %(figures)s. Why: %(why)s")
        page.log_change(request, draw, logged % {"figures": figures, "why": reason})
        said = gettext("Sent for approval. %(draw)s stays open until a second member of staff approves.")
        return said % {"draw": draw}
    logged = gettext("Cancelled; refunds due at that moment: %(figures)s. Why: %(why)s")
    page.log_change(request, made, logged % {"figures": figures, "why": made.void_reason})
    return gettext("%(draw)s is cancelled. The refunds are on their way.") % {"draw": made}


def _players(count: int) -> str:
    words = ngettext("%(count)s player", "%(count)s players", count)
    return words % {"count": wording.grouped(count)}


def _why_not_cancel(draw: Draw) -> list[str]:
    if draw.state == Draw.State.DRAFT:
        return [gettext("This draw is still a draft. Delete it instead.")]
    return [] if draw.is_open else [gettext("Only a draw that is still open can be cancelled.")]


def shown_terms(draw: Draw) -> list[tuple[str, object]]:
    """Return the terms that never change once the draw is published, in the words of the page."""
    return [
        (gettext("Title"), draw.title),
        (gettext("Description"), lines(draw.description)),
        (gettext("What the winner gets"), lines(draw.prize_details)),
        (gettext("Picture"), _picture(draw)),
        (gettext("Prize value"), money(draw.prize_amount)),
        (gettext("Coins credited to each winner"), wording.grouped(draw.prize_coins)),
        (gettext("Coins per ticket"), wording.grouped(draw.entry_fee)),
        (gettext("Tickets"), wording.grouped(draw.max_participants)),
        (gettext("Tickets per player"), wording.grouped(draw.max_per_player)),
        (gettext("Minimum tickets"), wording.grouped(draw.min_participants)),
        (gettext("Closes"), moment(draw.draw_time)),
        (
            gettext("Winners, reserves"),
            f"{wording.grouped(draw.winner_count)}, {wording.grouped(draw.reserve_count)}",
        ),
        (gettext("Prizes"), draw.get_prize_policy_display()),
        (gettext("Drawing method"), draw.get_fairness_mode_display()),
        (gettext("Who may enter"), _entrants(draw)),
    ]


def fingerprint(shown: list[tuple[str, object]]) -> str:
    """Return the digest with which a publish form says which terms it showed."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _picture(draw: Draw) -> str:
    """Say what the page will show, and the fingerprint that is published with the terms."""
    picture = getattr(draw, "picture", None)
    named = draw.prize_image_url or draw.get_illustration_display() or gettext("One made from the title")
    try:
        parts = [named, picture.alt if picture else "", picture_fingerprint(draw)]
    except NotShown:
        return gettext("%(address)s, which players would not see") % {"address": named}
    return ", ".join(filter(None, parts))


def _entrants(draw: Draw) -> str:
    if draw.vip_only:
        return gettext("VIP players only")
    if draw.early_access_until:
        words = gettext("VIP players until %(time)s, then everyone")
        return words % {"time": moment(draw.early_access_until)}
    return gettext("Everyone")


def _canonical(draw: Draw) -> str:
    try:
        return f"{seals.terms_of(draw)}\n\n{terms.whole_terms(draw)}"
    except (fairness.BadTerms, NotShown):
        return ""
