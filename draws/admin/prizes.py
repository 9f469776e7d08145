"""Staff pages for a prize that is not coins: send it, read where to send it, or pass it on."""

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts import approvals
from accounts.admin.actions import Act, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from accounts.models import Approval
from common.encryption import InvalidToken
from draws import conflicts
from draws.admin import formats
from draws.approvals import PASS_ON, pass_on
from draws.exceptions import DrawError
from draws.models import Claim, Winner
from draws.prizes import claims
from draws.prizes.pass_on import REASON_LENGTH, next_reserve

# The staff log stores this text: entries are found by it, in any language.
READ = gettext_noop("Read the hand-over details.")
READERS_SHOWN = 20
NOBODY_LEFT = _("no one, because no reserves are left")
KEY_GONE = _(
    "None of the site’s keys can decrypt this: the key it was encrypted with is not in ENCRYPTION_KEYS. "
    "Ask the site’s operator to restore that key. The prize and its winner have not changed."
)
NOT_TO_SEND = _("You can only send a prize that has been claimed and not yet sent.")
NOT_TO_PASS = _("You can only pass on a prize that is waiting to be claimed or has been claimed.")
PASSING = [
    _("The prize always goes to the next reserve in the published result. Nobody chooses who gets it."),
    _("Your reason is public. It stays on the draw’s page and in the site’s log, and both players read it."),
    _("The winner keeps any coins credited with the win. You cannot undo this."),
]
SECOND = _("Nothing happens to the prize until a second member of staff approves.")


class SentForm(forms.Form):
    """A form for the tracking code of a prize."""

    tracking = forms.CharField(
        label=_("Tracking"),
        required=False,
        max_length=claims.TRACKING_LENGTH,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("The winner will read this on the site and in their email. You can leave it empty."),
    )


class PassOnForm(forms.Form):
    """A form for the reason, which everyone can read."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Everyone can read this. Leave out names and anything private."),
        error_messages={"required": _("Say why the prize is passed on. Everyone can read your reason.")},
    )


def sent_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show the form; a POST records that a claimed prize is on its way."""
    claimed = winner.hand_over == Winner.HandOver.CLAIMED
    act = Act(
        title=gettext("Mark as sent"),
        button=gettext("It is on its way"),
        # An empty form is valid, and an empty POST is bound all the same.
        form=SentForm(request.POST if request.method == "POST" else None),
        do=lambda given: _send(page, request, winner, given["tracking"]),
        refusals=(DrawError,),
        facts=_facts(winner),
        notes=[gettext("The winner is told at once. You cannot undo this.")],
        problems=[
            *([] if claimed else [NOT_TO_SEND]),
            *conflicts.why_not(staff(request), winner.draw_id),
        ],
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _send(page: StaffAdmin, request: HttpRequest, winner: Winner, tracking: str) -> str:
    claims.mark_sent(winner.pk, tracking, staff(request))
    page.log_change(request, winner, gettext("Marked as sent."))
    return gettext("Marked as sent. The winner will be told.")


def pass_on_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show who is next; a POST passes the prize on, or asks a second member of staff to."""
    asks = approvals.needed()
    states = (Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED)
    act = Act(
        title=gettext("Pass the prize on"),
        button=gettext("Ask for approval") if asks else gettext("Pass the prize on"),
        form=PassOnForm(request.POST or None),
        do=lambda given: _pass_on(page, request, winner, given["reason"]),
        refusals=(DrawError, ApprovalError),
        facts=[*_facts(winner), (gettext("Goes to"), _next_in_line(winner))],
        notes=[*([SECOND] if asks else []), *PASSING],
        problems=[
            *([] if winner.hand_over in states else [NOT_TO_PASS]),
            *conflicts.why_not(staff(request), winner.draw_id),
        ],
        waiting=waits(approvals.waiting_for(PASS_ON, f"winner:{winner.pk}")) if asks else "",
        danger=True,
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _pass_on(page: StaffAdmin, request: HttpRequest, winner: Winner, reason: str) -> str:
    prize = formats.prize(winner.prize_amount, winner.prize_coins)
    made = pass_on(winner, reason, by=staff(request), prize=prize)
    if isinstance(made, Approval):
        logged = gettext("Asked for approval to pass the prize on. Why: %(why)s") % {"why": reason}
        page.log_change(request, winner, logged)
        return gettext(
            "Sent for approval. The prize stays where it is until a second member of staff approves."
        )
    page.log_change(request, winner, gettext("%(redraw)s. Why: %(why)s") % {"redraw": made, "why": reason})
    return gettext("%(redraw)s. Everyone concerned will be told.") % {"redraw": made}


def _next_in_line(winner: Winner) -> str:
    ticket = next_reserve(winner.draw_id)
    if ticket is None:
        return str(NOBODY_LEFT)
    return gettext("the next reserve, ticket %(number)s") % {"number": f"{ticket.ticket_number:04d}"}


def _facts(winner: Winner) -> list[tuple[str, object]]:
    return [
        (gettext("Draw"), winner.draw.title),
        (gettext("Won as"), winner.drawn_as),
        (gettext("Player"), winner.user),
        (gettext("Prize"), formats.prize(winner.prize_amount, winner.prize_coins)),
        (gettext("Hand-over"), winner.get_hand_over_display()),
    ]


@sensitive_variables("details")
def read_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show who has read the details of a prize; a POST shows the details and logs who read them and when."""
    details, problem = None, ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                details = _read(page, request, winner)
        except InvalidToken:
            problem = str(KEY_GONE)
        else:
            problem = "" if details else gettext("There are no delivery details for this prize.")
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": winner,
        "title": gettext("Where to send the prize"),
        "after": change_url(Winner, winner.pk),
        "facts": _facts(winner),
        "details": details,
        "problem": problem,
        "readers": _readers(winner)[:READERS_SHOWN],
    }
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/draws/winner/read.html", context)


def _read(page: StaffAdmin, request: HttpRequest, winner: Winner) -> claims.HandOverDetails | None:
    claim = Claim.objects.filter(pk=winner.pk).first()
    details = claims.details_of(claim) if claim else None
    if details:
        page.log_change(request, winner, READ)
    return details


def _readers(winner: Winner) -> QuerySet[LogEntry]:
    read = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Winner), object_id=str(winner.pk), change_message=READ
    )
    return read.select_related("user").order_by("-pk")
