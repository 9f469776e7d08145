"""Everything that the ledger adds to the registries of the apps below it, in one place."""

from accounts import approvals
from accounts.admin.players import PlayerAdmin
from accounts.notifications.notify import KINDS
from accounts.privacy import data_export
from common.web.pages import PAGES
from ledger.admin.transactions import COINS_PANEL, HoldersFilter
from ledger.approvals import ACTS
from ledger.data_export import PARTS
from ledger.notifications import WELCOME


def register() -> None:
    """Add them; called once, when the site starts."""
    KINDS.add(WELCOME.name, WELCOME)
    for kind, act in ACTS.items():
        approvals.ACTS.add(kind, act)
    for part in PARTS:
        data_export.PARTS.add(part.name, part)
    PAGES.add("coins", "ledger:coins")
    PAGES.add("safer play", "ledger:safer_play")
    PlayerAdmin.panels.add("coins", COINS_PANEL)
    PlayerAdmin.filters.add("coins", HoldersFilter)
