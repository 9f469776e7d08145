"""Everything that draws add to the registries of the apps below them, in one place."""

from dataclasses import replace

from accounts import approvals
from accounts.admin.approvals import ApprovalAdmin
from accounts.admin.players import PlayerAdmin
from accounts.notifications.notify import KINDS
from accounts.privacy import account_deletion, data_export
from common.encryption import COLUMNS, EncryptedColumn
from common.web.pages import PAGES
from common.web.uploads import AROUND_BYTES, UPLOADS
from draws.admin.approval_facts import FACTS, FIGURES
from draws.admin.draws import DRAW, WINNER
from draws.admin.stakes import STAKES_PANEL
from draws.admin.tickets import TICKETS_PANEL
from draws.approvals import ACTS
from draws.models import Claim, Seal
from draws.notifications.corrections import CORRECTED
from draws.notifications.kinds import FROZEN, REFUNDED, RESULT, TICKET, WON
from draws.pictures.files import MOST_BYTES
from draws.privacy.account_deletion import PART
from draws.privacy.data_export import PARTS
from draws.prizes.notifications import CLAIMS
from draws.reminders import REMINDER
from ledger.admin.transactions import TransactionAdmin
from ledger.references import REFERENCE_PAGES


def register() -> None:
    """Add them; called once, when the site starts."""
    for kind in (TICKET, REMINDER, CORRECTED, FROZEN, RESULT, WON, REFUNDED, CLAIMS):
        KINDS.add(kind.name, kind)
    for name, act in ACTS.items():
        facts, figures = FACTS.get(name, act.facts), FIGURES.get(name, act.figures)
        approvals.ACTS.add(name, replace(act, facts=facts, figures=figures))
    for part in PARTS:
        data_export.PARTS.add(part.name, part)
    account_deletion.PARTS.add("draws", PART)
    COLUMNS.add("claim", EncryptedColumn(Claim, "details"))
    COLUMNS.add("draw", EncryptedColumn(Seal, "secrets"))
    REFERENCE_PAGES.add("draw", "draws:detail")
    PAGES.add("open draws", "draws:list")
    PAGES.add("tickets", "draws:tickets")
    PAGES.add("how it works", "draws:how")
    PlayerAdmin.panels.add("tickets", TICKETS_PANEL)
    PlayerAdmin.panels.add("stakes", STAKES_PANEL)
    for page in ("add", "change", "preview", "preview_new"):
        # A picture that is a little too large gets its own sentence on the page.
        UPLOADS.add(f"admin:draws_draw_{page}", MOST_BYTES + (1 << 20) + AROUND_BYTES)
    TransactionAdmin.reference_pages.add("draw", DRAW)
    ApprovalAdmin.subject_pages.add("draw", DRAW)
    ApprovalAdmin.subject_pages.add("winner", WINNER)
