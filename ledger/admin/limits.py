"""Spending limits, read-only: only the players themselves can raise or lift them."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import short_time
from accounts.admin.records import OfPlayers
from common.text import wording
from ledger.models import SpendLimit


@admin.register(SpendLimit)
class SpendLimitAdmin(OfPlayers):
    """The spending limit that a player has set, and the one they asked for next."""

    list_display = ("period", "player", "now", "next_limit", "next_from", "changed_at")
    fields = ("period", "player", "now", "next_limit", "next_from", "changed_at")
    readonly_fields = fields

    @admin.display(description=_("current limit"))
    def now(self, limit: SpendLimit) -> str:
        return _figure(limit.coins)

    @admin.display(description=_("next limit"))
    def next_limit(self, limit: SpendLimit) -> str:
        return _figure(limit.next_coins) if limit.next_at else "–"

    @admin.display(description=_("from"))
    def next_from(self, limit: SpendLimit) -> str:
        return short_time(limit.next_at) if limit.next_at else "–"


def _figure(coins: int | None) -> str:
    return gettext("no limit") if coins is None else wording.grouped(coins)
