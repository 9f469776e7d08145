"""Tools for writing a draw: a preview of it as players will see it, and a copy of an existing one."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, PlainForm, perform
from accounts.admin.base import StaffAdmin, change_url
from draws.admin.formats import moment
from draws.exceptions import DrawError
from draws.lifecycle import duplicate, publish
from draws.lifecycle.preview import outlook, warnings
from draws.models import Draw

# Placeholders on the card while the form is still empty.
UNNAMED, TICKETS = _("The title goes here"), 100
TAKEN_OVER = _("Title, texts, prize, ticket price, limits, winners, reserves and drawing method")
NOT_TAKEN_OVER = _("Tickets, winners, secrets, the seal and corrections: a new draw gets its own")
COPYING = [
    _(
        "The copy closes on the same weekday at the same time of day, the next time that is at least an "
        "hour away."
    ),
    _("It is a draft. Only staff can see it, and you can change all of it, until you publish it."),
]


def preview(page: StaffAdmin, request: HttpRequest, draft: Draw | None) -> HttpResponse:
    """Show a draft's card as players will see it, from the submitted form; nothing is saved."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form_class: Any = page.get_form(request, draft, change=draft is not None)
    form = form_class(*sent, instance=draft or Draw())
    complete = form.is_valid() if sent else draft is not None
    draw: Draw = form.instance
    context = {
        "draw": _showable(draw),
        "missing": {} if complete else _labelled(form),
        "outlook": outlook(draw) if complete else [],
        "problems": publish.problems(draw) if complete else [],
        "warnings": warnings(draw, timezone.now()) if complete else [],
    }
    return TemplateResponse(request, "admin/draws/draw/preview.html", context)


def _showable(draw: Draw) -> Draw:
    draw.pk = draw.pk or 0
    draw.title = draw.title or str(UNNAMED)
    draw.draw_time = draw.draw_time or timezone.now() + duplicate.WEEK
    draw.max_participants = draw.max_participants or TICKETS
    return draw


def _labelled(form: Any) -> dict[str, list[str]]:
    """Return the form's errors by the labels that the form shows."""
    found = {}
    for name, errors in form.errors.items():
        found[str(form[name].label) if name in form.fields else ""] = list(map(str, errors))
    return found


def duplicate_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show what is copied and when the copy would close; a POST makes the copy."""
    zone = get_current_timezone()
    closes = duplicate.next_closing(draw.draw_time, timezone.now(), zone)
    copies: list[Draw] = []
    act = Act(
        title=gettext("Duplicate this draw"),
        button=gettext("Make a copy as a draft"),
        form=PlainForm(request.POST if request.method == "POST" else None),
        do=lambda given: _duplicate(page, request, draw, copies),
        refusals=(DrawError,),
        facts=[
            (gettext("Copied"), TAKEN_OVER),
            (gettext("Not copied"), NOT_TAKEN_OVER),
            (gettext("Picture"), _picture(draw)),
            (gettext("This draw closes"), _weekday(draw.draw_time)),
            (gettext("The copy would close"), _weekday(closes)),
        ],
        notes=COPYING,
    )
    answer = perform(page, request, draw, act, change_url(Draw, draw.pk))
    return redirect(change_url(Draw, copies[0].pk)) if copies else answer


def _duplicate(page: StaffAdmin, request: HttpRequest, draw: Draw, copies: list[Draw]) -> str:
    copy = duplicate.duplicate_draw(draw.pk, get_current_timezone())
    page.log_addition(request, copy, gettext("Duplicated from %(draw)s.") % {"draw": draw})
    copies.append(copy)
    said = gettext("This is a copy of %(draw)s. It would close on %(time)s. Read it before you publish it.")
    return said % {"draw": draw, "time": moment(copy.draw_time)}


def _weekday(when: datetime) -> str:
    return f"{date_format(localtime(when), 'l')}, {moment(when)}"


def _picture(draw: Draw) -> str:
    if not draw.prize_image_url:
        return gettext("The same illustration")
    if duplicate.shared_picture(draw):
        return gettext("The same")
    return gettext(
        "Not copied, because it is not one of the site’s own. The copy shows the illustration until you "
        "choose one"
    )
