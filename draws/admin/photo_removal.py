"""Taking down a photo that must not be shown: it leaves every draw that has it, permanently."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url, staff
from draws.exceptions import DrawError
from draws.models import Draw
from draws.pictures import uploads

FOR_GOOD = [
    _("The photo and all its files are deleted from this site at once. You cannot undo this."),
    _("Illustrations take its place, and these draws cannot get another photo. Nothing sealed changes."),
    _(
        "The draws’ pages will say that a photo was taken down, and when. Only the staff log keeps your "
        "reason."
    ),
    _("A browser or another site that has already fetched the photo may still have it."),
]


def take_down_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show which photo goes, and from which draws; a POST takes it down."""
    act = Act(
        title=gettext("Take the photo down"),
        button=gettext("Take the photo down"),
        form=ReasonForm(request.POST or None),
        do=lambda given: _take_down(page, request, draw, given["reason"]),
        refusals=(DrawError,),
        facts=_facts(draw),
        notes=FOR_GOOD,
        problems=_why_not(draw),
        danger=True,
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _take_down(page: StaffAdmin, request: HttpRequest, draw: Draw, reason: str) -> str:
    address = draw.prize_image_url
    logged = gettext("Took the photo down: %(address)s. Why: %(why)s") % {"address": address, "why": reason}
    for each in uploads.take_down_picture(draw.pk, actor=staff(request)):
        page.log_change(request, each, logged)
    return gettext("The photo of %(draw)s has been taken down.") % {"draw": draw}


def _facts(draw: Draw) -> list[tuple[str, object]]:
    address = draw.prize_image_url
    sharing = Draw.objects.filter(prize_image_url=address).order_by("pk") if address else []
    picture = getattr(draw, "picture", None)
    return [
        (gettext("Photo"), address or "–"),
        (gettext("What the photo shows"), picture.alt if picture else "–"),
        (gettext("Draws that show it"), ", ".join(map(str, sharing)) or "–"),
    ]


def _why_not(draw: Draw) -> list[str]:
    if not draw.prize_image_url:
        return [gettext("This draw has no photo.")]
    return [] if draw.published_at else [gettext("Remove a draft’s photo in its form.")]
