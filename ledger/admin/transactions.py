"""Every coin movement, read-only, which staff find by player, key or number."""

import re
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, Subject, change_url, link, short_time
from accounts.admin.days import DaysFilter
from accounts.admin.players import PlayerAdmin, PlayerPanel
from accounts.admin.search import find_rows_of_players, whole_number
from accounts.models import User
from common.registry import Registry
from common.text import wording
from ledger import circulation, services
from ledger.admin.adjustments import adjust_page, may_adjust, signed
from ledger.models import Transaction

NEWEST = 10  # movements on a player's page
LONGEST = 60  # characters of a description in the list
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class TypeFilter(admin.SimpleListFilter):
    """Filters movements by type."""

    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Transaction.Type.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> QuerySet[Transaction] | None:
        return queryset.filter(type=self.value()) if self.value() in Transaction.Type.values else None


class DayFilter(DaysFilter):
    """Filters movements by day, in the staff member's time zone."""

    field = "created_at"
    named = "day"
    parameters = (*DaysFilter.parameters, named)


class HoldersFilter(admin.SimpleListFilter):
    """Filters the players with the most coins at today's count: an index on coins would slow every ticket."""

    title = _("coins")
    parameter_name = "coins"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        words = gettext("The %(count)s with the most coins today") % {"count": circulation.LARGEST}
        return [(PlayerAdmin.MOST_COINS, words)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User] | None:
        if self.value() != PlayerAdmin.MOST_COINS:
            return None
        return queryset.filter(pk__in=circulation.largest_holders())


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, StaffAdmin):
    """The ledger is append-only: staff correct a mistake with a new movement, on the player's page."""

    # What a movement was for, by the kind its reference names.
    reference_pages: ClassVar[Registry[Subject]] = Registry("references of transactions")

    list_display = ("id", "when", "player", "coins", "balance", "what", "about")
    list_filter = (TypeFilter, DayFilter)
    link_lookups = frozenset({"user"})
    search_fields = ("idempotency_key",)
    search_help_text = _(
        "A player’s email, a part of it, @domain, or their id; a movement’s number or key; draw:12; a day, "
        "2026-11-25."
    )
    fields = (
        "id",
        "created_at",
        "player",
        "type",
        "coins",
        "balance",
        "description",
        "about",
        "by",
        "reversal",
        "idempotency_key",
        "user_seq",
        "row_hash",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        return super().get_queryset(request).prefetch_related("user", "actor")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        term = request.GET.get("q", "").strip()
        if _reference(term):
            return ("-reference", "-id")
        return ("-created_at", "-id") if DayFilter.asked(request) or _day(term) else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transaction], search_term: str
    ) -> tuple[QuerySet[Transaction], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        exact = _reference(term) or _day(term)
        if exact:
            return queryset.filter(exact), False
        number, keyed = whole_number(term), Q(idempotency_key=term)
        return find_rows_of_players(queryset, term, keyed if number is None else keyed | Q(pk=number)), False

    @admin.display(description=_("player"))
    def player(self, row: Transaction) -> str:
        return link(change_url(User, row.user_id), row.user)

    @admin.display(description=pgettext_lazy("column", "when"))
    def when(self, row: Transaction) -> str:
        return short_time(row.created_at)

    @admin.display(description=pgettext_lazy("column", "what"))
    def what(self, row: Transaction) -> str:
        return format_html(
            "<strong>{}</strong> <bdi>{}</bdi>",
            row.get_type_display(),
            Truncator(row.description).chars(LONGEST),
        )

    @admin.display(description=_("coins"))
    def coins(self, row: Transaction) -> str:
        return signed(row.amount)

    @admin.display(description=_("balance after"))
    def balance(self, row: Transaction) -> str:
        return wording.grouped(row.balance_after)

    @admin.display(description=pgettext_lazy("column", "for"))
    def about(self, row: Transaction) -> str:
        kind, _, number = row.reference.partition(":")
        page = self.reference_pages.get(kind)
        return page.link(number) if page and number else row.reference or "–"

    @admin.display(description=pgettext_lazy("column", "by"))
    def by(self, row: Transaction) -> str:
        return link(change_url(User, row.actor_id), row.actor) if row.actor_id else "–"

    @admin.display(description=pgettext_lazy("column", "reverses"))
    def reversal(self, row: Transaction) -> str:
        return link(change_url(Transaction, row.reverses_id), row.reverses_id) if row.reverses_id else "–"

    @admin.display(description=_("hash"))
    def row_hash(self, row: Transaction) -> str:
        return bytes(row.hash).hex()

    def get_urls(self) -> list[URLPattern]:
        adjust = self.admin_site.admin_view(self.adjust_view)
        return [path("adjust/<user_id>/", adjust, name="ledger_transaction_adjust"), *super().get_urls()]

    def adjust_view(self, request: HttpRequest, user_id: str) -> HttpResponse:
        """Correct a player's coins, with a reason that the player will read."""
        return adjust_page(self, request, user_id)


def _reference(term: str) -> Q | None:
    if term.partition(":")[0] not in TransactionAdmin.reference_pages:
        return None
    # A range of one value, in the order of its index: told that they are equal, PostgreSQL reads the table
    # from its newest row on when it takes the draw for a large one.
    return Q(reference__range=(term, term))


def _day(term: str) -> Q | None:
    try:
        day = parse_date(term) if ISO_DAY.fullmatch(term) else None
    except ValueError:  # 30 February
        return None
    return _between(day, day + timedelta(1)) if day and day < date.max else None


def _between(first: date, end: date) -> Q:
    zone = timezone.get_current_timezone()
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, end))
    return Q(created_at__gte=begins, created_at__lt=ends)


def coins_panel(request: HttpRequest, player: User) -> dict[str, Any] | None:
    """Return a player's newest movements, with links to all of them and to a correction."""
    if not request.user.has_perm("ledger.view_transaction"):
        return None
    return {"rows": services.history(player.pk, limit=NEWEST), "may_adjust": may_adjust(request)}


COINS_PANEL = PlayerPanel("admin/ledger/player_panel.html", coins_panel)
