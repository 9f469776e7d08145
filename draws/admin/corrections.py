"""Staff page that corrects a text of a published draw: two members of staff, and its players are told."""

import hashlib
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from common.text import wording
from draws import conflicts
from draws.admin.forms import Text
from draws.approvals import CORRECT, correct
from draws.exceptions import DrawError, TextNotChangeable
from draws.lifecycle.cancel import cancel_preview
from draws.lifecycle.text_changes import FIELDS, why_not_change, why_not_text
from draws.models import Draw

NOTES = [
    _("Nothing changes until a second member of staff approves."),
    _("Then everyone who entered gets a message and an email with both texts, and the draw’s page has both."),
    _("To say more without changing what stands there, add to the text on the draw’s own page instead."),
]
CHANGED = _("The text changed after you opened this page. Below is what you typed; compare it with the page.")
SAME = _("Nothing is different. Change one of the texts.")


class CorrectForm(ReasonForm):
    """A form for the corrected texts and the reason; it carries which texts the page showed."""

    description = Text(label=FIELDS["description"], required=False)
    prize_details = Text(
        label=FIELDS["prize_details"],
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 8}),
        help_text=_("One item per line."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    field_order = ("description", "prize_details", "reason", "seen")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for field in FIELDS:
            problem = why_not_text(field, self.cleaned_data.get(field, ""))
            if problem:
                self.add_error(field, problem)
        return cleaned


def correct_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show the texts to correct; a POST asks a second member of staff to approve the correction."""
    texts = {field: getattr(draw, field) for field in FIELDS}
    problem = why_not_change(draw)
    act = Act(
        title=gettext("Correct a text"),
        button=gettext("Ask for approval"),
        form=CorrectForm(request.POST or None, initial={**texts, "seen": _fingerprint(texts)}),
        do=lambda given: _ask(page, request, draw, given),
        refusals=(DrawError, ApprovalError),
        facts=[
            (gettext("Draw"), draw.title),
            (gettext("Players to tell"), wording.grouped(cancel_preview(draw.pk).players)),
        ],
        notes=NOTES,
        problems=[*([problem] if problem else []), *conflicts.why_not(staff(request), draw.pk)],
        waiting=waits(approvals.waiting_for(CORRECT, f"draw:{draw.pk}")),
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _ask(page: StaffAdmin, request: HttpRequest, draw: Draw, given: dict[str, Any]) -> str:
    texts = {field: getattr(draw, field) for field in FIELDS}
    if _fingerprint(texts) != given["seen"]:
        raise TextNotChangeable(str(CHANGED))
    changed = {field: given[field] for field in FIELDS if given[field] != texts[field]}
    if not changed:
        raise TextNotChangeable(str(SAME))
    correct(draw, changed, given["reason"], by=staff(request))
    logged = gettext("Asked for approval to correct: %(texts)s. Why: %(why)s")
    names = ", ".join(str(FIELDS[field]) for field in changed)
    page.log_change(request, draw, logged % {"texts": names, "why": given["reason"]})
    return gettext(
        "Sent for approval. Players read the text as it is until a second member of staff approves."
    )


def _fingerprint(texts: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()
