"""Spending limits, read-only: a player's own, which nobody else raises or lifts."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import short_time
from accounts.admin.records import OfPlayers
from common.text import wording
from ledger.models import SpendLimit


@admin.register(SpendLimit)
class SpendLimitAdmin(OfPlayers):
    """What a player lets themselves spend, and what they asked for next."""

    list_display = ("period", "player", "now", "next_limit", "next_from", "changed_at")
    fields = ("period", "player", "now", "next_limit", "next_from", "changed_at")
    readonly_fields = fields

    @admin.display(description=_("coins at first"))
    def now(self, limit: SpendLimit) -> str:
        return _figure(limit.coins)

    @admin.display(description=_("coins asked for next"))
    def next_limit(self, limit: SpendLimit) -> str:
        return _figure(limit.next_coins) if limit.next_at else "–"

    @admin.display(description=_("which hold from"))
    def next_from(self, limit: SpendLimit) -> str:
        return short_time(limit.next_at) if limit.next_at else "–"


def _figure(coins: int | None) -> str:
    return gettext("no limit") if coins is None else wording.grouped(coins)
