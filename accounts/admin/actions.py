"""Pages for staff actions other than editing: they say what will happen, ask for a reason, and do it once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import StaffAdmin, staff
from accounts.signin.staff_sessions import ask_again
from common.text.hidden import validate_shown


class PlainForm(forms.Form):
    """A form with nothing to fill in: the page says what will be done."""


class ReasonForm(forms.Form):
    """A form that asks staff for the reason for an action."""

    reason = forms.CharField(
        validators=[validate_shown],
        label=_("Why"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("For the staff log."),
        error_messages={"required": _("Say why you are doing this. The staff log keeps your reason.")},
    )


@dataclass
class Act:
    """One action on one row; `do` gets the form's clean data and returns the message to show to staff."""

    title: str
    button: str
    form: forms.Form
    do: Callable[[dict[str, Any]], str]
    refusals: tuple[type[Exception], ...] = ()
    facts: list[tuple[str, object]] = field(default_factory=list)
    notes: Sequence[object] = ()
    problems: Sequence[object] = ()
    # Things that are allowed but often a mistake.
    warnings: Sequence[object] = ()
    # A sentence about the approval that this act is waiting for; shown instead of the form.
    waiting: str = ""
    canonical: str = ""
    danger: bool = False


def perform(page: StaffAdmin, request: HttpRequest, obj: Any, act: Act, after: str) -> HttpResponse:
    """Show the page; on a valid POST do the act and log it in one transaction, then redirect to `after`.

    Staff whose second factor was used too long ago are asked for it first.
    """
    asked = ask_again(request, staff(request))
    if asked:
        return asked
    open_to = not act.problems and not act.waiting
    if request.method == "POST" and open_to and act.form.is_valid():
        try:
            with transaction.atomic():
                said = act.do(act.form.cleaned_data)
        except act.refusals as refusal:
            act.form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(after)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": obj,
        "title": act.title,
        "act": act,
        "after": after,
        "adminform": AdminForm(act.form, [(None, {"fields": list(act.form.fields)})], {}),  # type: ignore[arg-type]
        "media": page.media + act.form.media,
    }
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/act.html", context, status=400 if act.form.is_bound else 200)


def found(page: StaffAdmin, request: HttpRequest, object_id: Any, permission: str = "") -> Any:
    """Return the row that an act is about; answer 404 if there is none, and 403 without the `permission`.

    An act without a permission of its own needs the permission to change the row.
    """
    obj = page.get_object(request, unquote(str(object_id)))
    allowed = request.user.has_perm(permission) if permission else page.has_change_permission(request, obj)
    if not allowed:
        raise PermissionDenied
    if obj is None:
        raise Http404(f"There is no such {page.opts.verbose_name}.")
    return obj
