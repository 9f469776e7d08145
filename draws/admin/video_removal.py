"""Taking down a winner's video: its link goes from every page at once."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url, staff
from draws import conflicts
from draws.admin.prizes import facts_of
from draws.exceptions import DrawError
from draws.models import Winner
from draws.prizes import videos

NOTES = [
    _("The link and the text beside it go from this site at once. The other site may still show the video."),
    _("The winner has to agree again to any other video."),
]


def take_down_page(page: StaffAdmin, request: HttpRequest, winner: Winner) -> HttpResponse:
    """Show which video goes; a POST takes it down."""
    address = winner.celebration_video_url
    act = Act(
        title=gettext("Take the video down"),
        button=gettext("Take the video down"),
        form=ReasonForm(request.POST or None),
        do=lambda given: _take_down(page, request, winner, given["reason"]),
        refusals=(DrawError,),
        facts=[*facts_of(winner), (gettext("Video"), address or "–")],
        notes=NOTES,
        problems=[
            *([] if address else [gettext("There is no video.")]),
            *conflicts.why_not(staff(request), winner.draw_id),
        ],
        danger=True,
    )
    return perform(page, request, winner, act, change_url(Winner, winner.pk))


def _take_down(page: StaffAdmin, request: HttpRequest, winner: Winner, reason: str) -> str:
    address = winner.celebration_video_url
    videos.set_video(winner.pk, "", "", actor=staff(request))
    logged = gettext("Took the video down: %(address)s. Why: %(why)s")
    page.log_change(request, winner, logged % {"address": address, "why": reason})
    return gettext("The video has been taken down.")
