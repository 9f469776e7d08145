"""Staff pages for a prize that is not coins: send it, and read where to send it."""

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.admin.actions import Act, perform
from accounts.admin.base import StaffAdmin, change_url, staff
from common.encryption import InvalidToken
from draws import conflicts
from draws.admin import formats
from draws.exceptions import DrawError
from draws.models import Claim, Winner
from draws.prizes import claims
from draws.prizes.disqualify import open_against

# The staff log stores this text: entries are found by it, in any language.
READ = gettext_noop("Read the hand-over details.")
READERS_SHOWN = 20
KEY_GONE = _(
    "None of the site’s keys can decrypt this: the key it was encrypted with is not in ENCRYPTION_KEYS. "
    "Ask the site’s operator to restore that key. The prize and its winner have not changed."
)
IN_DISPUTE = _("Something is held against the winner. The prize waits until that is decided.")
NOT_TO_SEND = _("You can only send a prize that has been claimed and not yet sent.")


class SentForm(forms.Form):
    """A form for the tracking code of a prize."""

    tracking = forms.CharField(
        label=_("Tracking"),
        required=False,
        max_length=claims.TRACKING_LENGTH,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("The winner will read this on the site and in their email. You can leave it empty."),
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
        facts=facts_of(winner),
        notes=[gettext("The winner is told at once. You cannot undo this.")],
        problems=[
            *([] if claimed else [NOT_TO_SEND]),
            *([IN_DISPUTE] if open_against(winner.pk) else []),
            *conflicts.why_not(staff(request), winner.draw_id),
        ],
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _send(page: StaffAdmin, request: HttpRequest, winner: Winner, tracking: str) -> str:
    claims.mark_sent(winner.pk, tracking, staff(request))
    page.log_change(request, winner, gettext("Marked as sent."))
    return gettext("Marked as sent. The winner will be told.")


def facts_of(winner: Winner) -> list[tuple[str, object]]:
    """Return what each page about a prize says of it."""
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
        "facts": facts_of(winner),
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
