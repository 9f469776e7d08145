"""The staff log, as staff see it: read-only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link
from accounts.admin.days import days_of
from accounts.admin.search import at_address, known_ids, whole_number
from accounts.models import User
from common.database.word_search import words_query
from draws.admin.prizes import READ

# As the index has it (accounts/migrations/0021_staff_log_indexes.py).
WORDS = Func(
    template=(
        "to_tsvector('simple'::regconfig,"
        " coalesce(\"django_admin_log\".\"object_repr\", '') || ' ' ||"
        ' coalesce("django_admin_log"."change_message", \'\'))'
    ),
    output_field=SearchVectorField(),
)


# How many members of staff are found by a part of their address.
MEMBERS = 200


class AboutFilter(admin.SimpleListFilter):
    """Filters by the kind of row that something was done to."""

    title = _("kind")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        models = sorted(admin.site._registry, key=lambda model: str(model._meta.verbose_name_plural))
        kinds = ContentType.objects.get_for_models(*models)
        return [(str(kinds[model].pk), capfirst(str(model._meta.verbose_name_plural))) for model in models]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry] | None:
        chosen = whole_number(self.value() or "")
        return None if chosen is None else queryset.filter(content_type_id=chosen)


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnly, StaffAdmin):
    """The log of who did what, when and why, newest first."""

    list_display = ("action_time", "by", "what", "did")
    link_lookups = frozenset({"user"})
    ordering = ("-id",)
    search_fields = ("user",)
    list_filter = (days_of("action_time"), AboutFilter)
    search_help_text = _(
        "A staff member’s email, a part of it, or their id; or words of what was done, why, and to what."
    )
    fields = ("action_time", "by", "what", "did")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return super().get_queryset(request).prefetch_related("user", "content_type")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LogEntry], search_term: str
    ) -> tuple[QuerySet[LogEntry], bool]:
        if not search_term.strip():
            return queryset, False
        members = User.objects.filter(at_address(search_term), is_staff=True).values_list("pk", flat=True)
        found = Q(user_id__in=[*known_ids(search_term), *members[:MEMBERS]])
        words = None if "@" in search_term else words_query(search_term)
        if words is None:
            return queryset.filter(found), False
        return queryset.alias(words=WORDS).filter(found | Q(words=words)), False

    @admin.display(description=pgettext_lazy("column", "who"))
    def by(self, entry: LogEntry) -> str:
        return link(change_url(User, entry.user_id), entry.user)

    @admin.display(description=pgettext_lazy("column", "about"))
    def what(self, entry: LogEntry) -> str:
        url = None if entry.is_deletion() else entry.get_admin_url()
        return link(url, entry.object_repr) if url else entry.object_repr

    @admin.display(description=_("what and why"))
    def did(self, entry: LogEntry) -> str:
        said = entry.get_change_message() or entry.get_action_flag_display()
        return gettext(READ) if said == READ else said
