"""The outbox, as staff see it: waiting and failing emails, and a retry. Never the text: emails hold codes."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, short_time
from accounts.admin.days import days_of
from accounts.admin.search import at_address
from accounts.models import OutboxEmail, User
from accounts.notifications import outbox

STATES = {
    "waiting": (_("Waiting"), Q(sent_at__isnull=True, attempts=0)),
    "failing": (_("Failing"), Q(sent_at__isnull=True, attempts__gt=0)),
    "sent": (_("Sent"), Q(sent_at__isnull=False)),
}


class StateFilter(admin.SimpleListFilter):
    """Filters emails: waiting for the first attempt, failing, or sent."""

    title = pgettext_lazy("column", "state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, label) for key, (label, rows) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxEmail]) -> QuerySet[OutboxEmail] | None:
        state = STATES.get(self.value() or "")
        return queryset.filter(state[1]) if state else None


@admin.register(OutboxEmail)
class MailAdmin(ReadOnly, StaffAdmin):
    """The outbox is read-only; staff with the right to change emails may ask for another attempt."""

    list_display = ("written", "recipient", "subject", "state", "attempts", "next_try", "last_error")
    list_filter = (StateFilter, days_of("created_at", numbered=True, title=_("day written")))
    fields = ("recipient", "subject", "created_at", "state", "attempts", "due_at", "sent_at", "last_error")
    readonly_fields = ("state",)
    ordering = ("-id",)
    search_fields = ("recipient",)
    search_help_text = _("An email address; or, of players, a part of one, or @domain.")
    actions = ("try_again",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_retry_permission(request)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_outboxemail")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEmail]:
        return super().get_queryset(request).defer("text", "html")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutboxEmail], search_term: str
    ) -> tuple[QuerySet[OutboxEmail], bool]:
        term = search_term.strip().lower()
        if not term:
            return queryset, False
        written = queryset.filter(recipient=term)
        if written.exists():
            return written, False
        return queryset.filter(recipient__in=User.objects.filter(at_address(term)).values("email")), False

    @admin.display(description=pgettext_lazy("column", "written"))
    def written(self, mail: OutboxEmail) -> str:
        return short_time(mail.created_at)

    @admin.display(description=_("next attempt"))
    def next_try(self, mail: OutboxEmail) -> str:
        return "–" if mail.sent_at or mail.attempts >= outbox.MAX_ATTEMPTS else short_time(mail.due_at)

    @admin.display(description=pgettext_lazy("column", "state"))
    def state(self, mail: OutboxEmail) -> str:
        if mail.sent_at is not None:
            return gettext("Sent")
        if mail.attempts >= outbox.MAX_ATTEMPTS:
            return gettext("Given up")
        return gettext("Failing") if mail.attempts else gettext("Waiting")

    @admin.action(description=_("Try again now"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxEmail]) -> None:
        """Send the selected emails with the next sweep, including those that were given up."""
        with transaction.atomic():
            unsent = list(queryset.filter(sent_at__isnull=True)[: self.list_per_page])
            outbox.try_again([mail.pk for mail in unsent])
            for mail in unsent:
                why = mail.last_error or gettext("it was still waiting")
                logged = gettext("Asked to try again now. Why: %(why)s") % {"why": why}
                self.log_change(request, mail, logged)
        if not unsent:
            self.message_user(request, gettext("These emails have already been sent."), messages.WARNING)
            return
        said = ngettext(
            "%(count)s email will be sent with the next sweep.",
            "%(count)s emails will be sent with the next sweep.",
            len(unsent),
        )
        self.message_user(request, said % {"count": len(unsent)}, messages.SUCCESS)
