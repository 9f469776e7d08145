"""Prizes that were passed on to a reserve, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy

from accounts.admin.base import ReadOnly, StaffAdmin, change_url, link, short_time
from accounts.admin.days import days_of
from accounts.models import User
from draws.models import Draw, Redraw, Winner


@admin.register(Redraw)
class RedrawAdmin(ReadOnly, StaffAdmin):
    """Shows who lost a prize to whom, and why; these rows never change."""

    list_display = ("id", "of_draw", "from_winner", "to_winner", "reason", "when")
    list_filter = (days_of("redrawn_at", numbered=True),)
    link_lookups = frozenset({"draw"})
    ordering = ("-id",)
    fields = ("id", "of_draw", "from_winner", "to_winner", "reason", "when", "by", "record")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Redraw]:
        return super().get_queryset(request).prefetch_related("draw", "failed", "reserve", "actor")

    @admin.display(description=pgettext_lazy("column", "draw"))
    def of_draw(self, redraw: Redraw) -> str:
        return link(change_url(Draw, redraw.draw_id), redraw.draw)

    @admin.display(description=pgettext_lazy("column", "from"))
    def from_winner(self, redraw: Redraw) -> str:
        return link(change_url(Winner, redraw.failed_id), redraw.failed)

    @admin.display(description=pgettext_lazy("column", "to"))
    def to_winner(self, redraw: Redraw) -> str:
        return link(change_url(Winner, redraw.reserve_id), redraw.reserve)

    @admin.display(description=pgettext_lazy("column", "when"))
    def when(self, redraw: Redraw) -> str:
        return short_time(redraw.redrawn_at)

    @admin.display(description=pgettext_lazy("column", "by"))
    def by(self, redraw: Redraw) -> str:
        return (
            link(change_url(User, redraw.actor_id), redraw.actor)
            if redraw.actor_id
            else gettext("the deadline")
        )

    @admin.display(description=pgettext_lazy("column", "record"))
    def record(self, redraw: Redraw) -> str:
        return bytes(redraw.record_hash).hex()
