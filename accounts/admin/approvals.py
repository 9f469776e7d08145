"""Actions that wait for a second staff member, who reads each one and approves or refuses it once."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import Act, PlainForm, perform
from accounts.admin.base import ReadOnly, StaffAdmin, Subject, change_url, link, short_time, staff
from accounts.admin.days import days_of
from accounts.approvals import ApprovalError
from accounts.models import Approval, User
from common.registry import Registry
from common.text.hidden import validate_shown

State = Approval.State
OWN = _("You asked for this, so somebody else must approve it.")
USER = Subject("admin:accounts_user_change", _("user %(id)s"))


def waits(approval: Approval | None) -> str:
    """Say on the page of an act which approval it is waiting for; return nothing without one."""
    if approval is None:
        return ""
    return format_html(
        gettext(
            "<bdi>{}</bdi>. Requested by <bdi>{}</bdi> on {}. It is waiting for a second staff member. {}"
        ),
        approval.summary,
        approval.asked_by,
        short_time(approval.asked_at),
        link(change_url(Approval, approval.pk), gettext("See the request")),
    )


class StateFilter(admin.SimpleListFilter):
    """Filters by state; shows waiting requests until staff choose another state."""

    title = pgettext_lazy("column", "state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [choice for choice in State.choices if choice[0] != State.WAITING]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": State.WAITING.label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        return queryset.filter(state=self.value() if self.value() in State.values else State.WAITING)


class NoteForm(forms.Form):
    """A form that asks why a request is refused or withdrawn."""

    note = forms.CharField(
        validators=[validate_shown],
        label=_("Why not"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("The person who asked will read this."),
        error_messages={"required": _("Say why not. The person who asked will read this.")},
    )


@admin.register(Approval)
class ApprovalAdmin(ReadOnly, StaffAdmin):
    """Staff see the acts that they may do themselves; a right of its own opens all approvals."""

    change_form_template = "admin/accounts/approval/change_form.html"
    list_display = ("asked", "what", "asked_by", "reason", "state")
    list_display_links = ("asked", "what")
    list_filter = (StateFilter, days_of("asked_at", numbered=True, title=_("day requested")))
    ordering = ("-id",)
    fields = (
        "what",
        "about",
        "reason",
        "asked_by",
        "asked_at",
        "state",
        "decided_by",
        "decided_at",
        "note",
    )
    readonly_fields = fields
    # What an act is about, by the kind its subject names.
    subject_pages: ClassVar[Registry[Subject]] = Registry("subjects of approvals")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or bool(approvals.kinds_of(staff(request)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        rows = super().get_queryset(request).prefetch_related("asked_by", "decided_by")
        if request.user.has_perm("accounts.view_approval"):
            return rows
        return rows.filter(kind__in=approvals.kinds_of(staff(request)))

    @admin.display(description=pgettext_lazy("column", "requested"))
    def asked(self, approval: Approval) -> str:
        return short_time(approval.asked_at)

    @admin.display(description=_("action"))
    def what(self, approval: Approval) -> str:
        return approval.summary

    @admin.display(description=pgettext_lazy("column", "about"))
    def about(self, approval: Approval) -> str | SafeString:
        kind, _, key = approval.subject.partition(":")
        page = self.subject_pages.get(kind)
        return page.link(key) if page and key else approval.subject

    # -- pages --

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/approve/", view(self.approve_view), name="accounts_approval_approve"),
            path("<path:object_id>/refuse/", view(self.refuse_view), name="accounts_approval_refuse"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        approval = self.get_object(request, object_id)
        waiting = approval is not None and approval.state == State.WAITING
        own = waiting and approval.asked_by_id == request.user.pk
        context = {
            "may_decide": waiting
            and not own
            and approval.kind in approvals.kinds_of(staff(request))
            and not _conflict(approval, request),
            "may_withdraw": own,
            "problems": why_not(approval) if waiting else [],
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def approve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do what another staff member asked for."""
        approval = self._about(request, object_id)
        own = approval.asked_by_id == request.user.pk

        def do(given: dict[str, Any]) -> str:
            said = approvals.approve(approval.pk, by=staff(request))
            logged = gettext("Approved, as %(staff)s asked: %(said)s")
            self.log_change(request, approval, logged % {"staff": approval.asked_by, "said": said})
            return said

        act = Act(
            title=gettext("Approve"),
            button=gettext("Approve and do it now"),
            form=PlainForm(request.POST if request.method == "POST" else None),
            do=do,
            refusals=(ApprovalError,),
            facts=[*_facts(approval), *_now(approval)],
            notes=[
                gettext("You have no stake in this: it is not about you, and you have no ticket there."),
                gettext("As soon as you approve, it is done and logged under both your names."),
            ],
            problems=[
                *_decided(approval),
                *why_not(approval),
                *([OWN] if own else _conflict(approval, request)),
            ],
            danger=True,
        )
        return perform(self, request, approval, act, change_url(Approval, approval.pk))

    def refuse_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse a request, with a note; the staff member who asked withdraws it here."""
        approval = self._about(request, object_id)
        own = approval.asked_by_id == request.user.pk
        word = gettext("Withdraw") if own else gettext("Refuse")

        def do(given: dict[str, Any]) -> str:
            approvals.refuse(approval.pk, by=staff(request), note=given["note"])
            logged = gettext("Withdrawn. Why: %(why)s") if own else gettext("Refused. Why: %(why)s")
            self.log_change(request, approval, logged % {"why": given["note"]})
            if own:
                return gettext("Withdrawn. Nothing was changed.")
            return gettext("Refused. Nothing was changed.")

        act = Act(
            title=word,
            button=word,
            form=NoteForm(request.POST if request.method == "POST" else None),
            do=do,
            refusals=(ApprovalError,),
            facts=[*_facts(approval), *_now(approval)],
            problems=[*_decided(approval), *([] if own else _conflict(approval, request))],
        )
        return perform(self, request, approval, act, change_url(Approval, approval.pk))

    def _about(self, request: HttpRequest, object_id: str) -> Approval:
        """Return an approval that this staff member asked for or may decide; answer 403 or 404 otherwise."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        approval: Approval | None = self.get_object(request, unquote(object_id))
        if approval is None:
            raise Http404("There is no such approval.")
        if approval.asked_by_id != request.user.pk and approval.kind not in approvals.kinds_of(
            staff(request)
        ):
            raise PermissionDenied
        return approval


def to_decide(user: User) -> QuerySet[Approval]:
    """Return the requests that this staff member may approve or refuse."""
    waiting = Approval.objects.filter(state=State.WAITING, kind__in=approvals.kinds_of(user))
    return waiting.exclude(asked_by=user)


def _facts(approval: Approval) -> list[tuple[str, object]]:
    return [
        (gettext("What"), approval.summary),
        (gettext("Why"), approval.reason),
        (gettext("Requested by"), approval.asked_by),
        (gettext("Requested at"), short_time(approval.asked_at)),
    ]


def _now(approval: Approval) -> list[tuple[str, object]]:
    """Return what the act would do as things stand now; nothing once it is decided."""
    if approval.state != State.WAITING:
        return []
    return approvals.facts_now(approval)


def why_not(approval: Approval) -> list[str]:
    """Say why a waiting request can no longer be done; nothing if it can, or is decided."""
    if approval.state != State.WAITING:
        return []
    problem = approvals.ACTS[approval.kind].why_not(approval.payload)
    said = gettext("This can no longer be done: %(problem)s It can be refused, or withdrawn by who asked.")
    return [said % {"problem": problem}] if problem else []


def _conflict(approval: Approval, request: HttpRequest) -> list[object]:
    stake = approvals.has_conflict(approval.kind, approval.payload, staff(request))
    return [approvals.CONFLICT] if stake else []


def _decided(approval: Approval) -> list[str]:
    if approval.state == State.WAITING:
        return []
    return [gettext("It is already %(state)s.") % {"state": approval.get_state_display().lower()}]
