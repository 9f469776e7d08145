"""The base of every staff page: bounded lists, narrow saves under a lock, and a log with reasons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.days import DaysFilter
from accounts.admin.lists import BoundedPaginator, StaffChangeList
from accounts.admin.reader import may_open
from accounts.admin.versions import VERSION, VersionedForm, last_change
from accounts.models import User
from common.text.hidden import validate_shown

LONGEST_VALUE = 60  # characters of a changed value in the staff log


class ReasonedForm(VersionedForm):
    """A change to a row, with the reason that goes into the staff log."""

    reason = forms.CharField(
        validators=[validate_shown],
        label=_("Why"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("For the staff log. Required for every change."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if changed_fields(self) and "reason" in self.fields and not self.cleaned_data.get("reason"):
            self.add_error(
                "reason", gettext("Say why you are making this change. The staff log keeps your reason.")
            )
        return cleaned


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A model in the admin: its lists stay on indexes, and saving writes only the fields that changed."""

    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    actions: Any = None
    # Exact matches that links between staff pages use, beside the list's own filters.
    link_lookups: ClassVar[frozenset[str]] = frozenset()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """Return the list's own order, or that of the moment by whose days it is filtered."""
        for each in self.get_list_filter(request):
            if (
                isinstance(each, type)
                and issubclass(each, DaysFilter)
                and each.orders
                and each.asked(request)
            ):
                return (f"-{each.field}", "-id")
        return super().get_ordering(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        chosen: list[Any] = list(self.get_list_filter(request))
        names = [getattr(each, "parameters", (getattr(each, "parameter_name", ""),)) for each in chosen]
        return lookup in self.link_lookups.union(*names)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row, locked while a change is being made so that no decision rests on stale data."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        # The site's database role cannot lock rows that it may not change.
        if not self.has_change_permission(request, found):
            return found
        rows = self.model._default_manager.select_for_update(no_key=True, of=("self",))
        return rows.filter(pk=found.pk).first()

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        changed = columns.intersection(form.changed_data)
        if changed:
            obj.save(update_fields=changed | (columns & {"updated_at"}))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the name of the row as the page's only heading."""
        context["show_save_and_add_another"] = False
        if context.get("original") is not None:
            context.update(title=str(context["original"]), subtitle=None)
            if getattr(context["adminform"].form, "stale", None) is not None:
                context["last_change"] = last_change(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        return gettext("Added.") if add else described(form)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Log the change, unless nothing changed."""
        return super().log_change(request, obj, message) if message else None


class ReadOnly:
    """A model that staff may read but not change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@dataclass(frozen=True)
class Subject:
    """A kind of row that movements and approvals name by a code such as draw:12, with its page and label."""

    page: str
    words: Any

    def link(self, key: str) -> SafeString:
        """Return a link to the row with this key."""
        return link(reverse(self.page, args=[key]), self.words % {"id": key})


def changed_fields(form: Any) -> list[str]:
    """Return the fields of a bound form that differ from the row, without the reason."""
    return [name for name in form.changed_data if name not in ("reason", VERSION)]


def described(form: Any) -> str:
    """Describe what a valid form changes and why, for the staff log; return "" if it changes nothing."""
    changes = [
        f"{form.fields[name].label or name}: {_shown(form, name, form.initial.get(name))}"
        f" → {_shown(form, name, form.cleaned_data.get(name))}."
        for name in changed_fields(form)
    ]
    reason = form.cleaned_data.get("reason", "")
    why = [gettext("Why: %(why)s") % {"why": reason}] if changes and reason else []
    return " ".join([*changes, *why])


def _shown(form: Any, name: str, value: Any) -> str:
    choices = getattr(form.fields[name], "choices", None)
    if isinstance(value, bool):
        text = gettext("yes") if value else gettext("no")
    elif hasattr(value, "__iter__") and not isinstance(value, str):
        text = ", ".join(map(str, value))
    else:
        text = str(dict(choices).get(value, value) if choices else "" if value is None else value)
    text = " ".join(text.split()) or gettext("(empty)")
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def staff(request: HttpRequest) -> User:
    """Return the staff member who sent this request."""
    assert isinstance(request.user, User)
    return request.user


def link(url: str, text: object) -> SafeString:
    """Return a link for a list or a read-only field; the text alone if the reader may not open the page.

    The text is isolated: it is often somebody's words, in whatever direction they run.
    """
    if not may_open(url):
        return format_html("<bdi>{}</bdi>", text)
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url, text)


def short_time(when: datetime) -> str:
    """Format a time for a list, in the staff member's time zone."""
    return date_format(localtime(when), "d M Y, H:i")


def change_url(model: type[Model], pk: Any) -> str:
    """Return the address of the staff page of a row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return reverse(name, args=[quote(pk)])
