"""Seals and the site's log, read-only. The seed stays secret until the draw is drawn."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link
from accounts.admin.search import whole_number
from common.text import wording
from draws.admin.formats import moment
from draws.models import Draw, LogRecord, Seal

HASHES = {
    "draw_uid": _("draw uid"),
    "seed_commit": _("seed commit"),
    "open_hash": _("open hash"),
    "chain_hash": _("chain hash"),
    "root": _("root"),
    "freeze_hash": _("freeze hash"),
    "signature": _("signature"),
    "result_hash": _("result hash"),
    "void_hash": _("void hash"),
}


@admin.register(Seal)
class SealAdmin(ReadOnly, StaffAdmin):
    """Seals, read-only. No page shows the entry secret, not even to superusers."""

    list_display = ("seq", "of_draw", "closing", "sealed", "tickets")
    ordering = ("-seq",)
    search_fields = ("draw",)
    search_help_text = _("A draw’s number.")
    fields = (
        "seq",
        "of_draw",
        "closing",
        "freezing",
        "terms",
        "waits_for",
        "seed",
        "tickets",
        "winning",
        "hashes",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seal]:
        return super().get_queryset(request).defer("secrets", "entry_secret").prefetch_related("draw")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Seal], search_term: str
    ) -> tuple[QuerySet[Seal], bool]:
        if not search_term.strip():
            return queryset, False
        number = whole_number(search_term)
        return (queryset.none() if number is None else queryset.filter(Q(pk=number))), False

    @admin.display(description=pgettext_lazy("column", "draw"))
    def of_draw(self, seal: Seal) -> str:
        return link(change_url(Draw, seal.draw_id), seal.draw)

    @admin.display(description=_("closes at"))
    def closing(self, seal: Seal) -> str:
        return moment(datetime.fromtimestamp(seal.closes_at, UTC))

    @admin.display(description=_("frozen by"))
    def freezing(self, seal: Seal) -> str:
        return moment(datetime.fromtimestamp(seal.freeze_by, UTC))

    @admin.display(description=_("opening record"))
    def sealed(self, seal: Seal) -> str:
        return bytes(seal.open_hash).hex()[:16] + "…"

    @admin.display(description=_("tickets frozen"))
    def tickets(self, seal: Seal) -> str:
        return "–" if seal.total is None else wording.grouped(seal.total)

    @admin.display(description=_("server seed"))
    def seed(self, seal: Seal) -> str:
        if seal.is_seed_public:
            return bytes(seal.server_seed or b"").hex()
        if seal.round is None:
            return gettext("Secret until the draw is drawn")
        return gettext("Secret until the list is frozen")

    @admin.display(description=_("beacon’s round"))
    def waits_for(self, seal: Seal) -> str:
        if not seal.round_time:
            return "–"
        words = gettext("%(round)s, published %(time)s")
        return words % {"round": seal.round, "time": moment(seal.round_time)}

    @admin.display(description=_("winning tickets, reserves last"))
    def winning(self, seal: Seal) -> str:
        return ", ".join(wording.grouped(index + 1) for index in seal.places or ()) or "–"

    @admin.display(description=_("hashes"))
    def hashes(self, seal: Seal) -> str:
        known = ((label, getattr(seal, name)) for name, label in HASHES.items())
        return "\n".join(f"{label}: {bytes(value).hex()}" for label, value in known if value)


@admin.register(LogRecord)
class LogRecordAdmin(ReadOnly, StaffAdmin):
    """Every record of every draw, in one order; each head covers all the records before it."""

    list_display = ("n", "when", "kind", "of_draw", "record", "newest_head")
    link_lookups = frozenset({"draw"})
    ordering = ("-n",)
    fields = ("n", "when", "kind", "of_draw", "record", "newest_head")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogRecord]:
        return super().get_queryset(request).prefetch_related("draw")

    @admin.display(description=_("time"))
    def when(self, record: LogRecord) -> str:
        return moment(datetime.fromtimestamp(record.time, UTC))

    @admin.display(description=pgettext_lazy("column", "draw"))
    def of_draw(self, record: LogRecord) -> Any:
        return link(change_url(Draw, record.draw_id), record.draw) if record.draw else "–"

    @admin.display(description=pgettext_lazy("column", "record"))
    def record(self, record: LogRecord) -> str:
        return bytes(record.record_hash).hex()

    @admin.display(description=_("head"))
    def newest_head(self, record: LogRecord) -> str:
        return bytes(record.head).hex()
