"""Everything that accounts add to the registries, in one place."""

from allauth.mfa.models import Authenticator

from accounts.admin.approvals import USER, ApprovalAdmin
from accounts.admin.players import MarkedFilter, PlayerAdmin
from accounts.admin.records import RECORDS_PANEL
from accounts.admin.same_mailbox import SAME_MAILBOX_PANEL
from accounts.notifications.approvals import APPROVALS
from accounts.notifications.notify import KINDS
from accounts.play.suspension import ACCOUNT
from accounts.privacy import data_export, export_parts
from accounts.signin import changes
from accounts.signin.invitations import INVITATION
from accounts.signin.notifications import SIGN_IN
from common.encryption import COLUMNS, EncryptedColumn


def register() -> None:
    """Add them; called once, when the site starts."""
    changes.connect()
    for kind in (data_export.READY, SIGN_IN, ACCOUNT, INVITATION, APPROVALS):
        KINDS.add(kind.name, kind)
    for part in export_parts.PARTS:
        data_export.PARTS.add(part.name, part)
    COLUMNS.add("second factor", EncryptedColumn(Authenticator, "data", keys=("secret", "seed")))
    PlayerAdmin.panels.add("records", RECORDS_PANEL)
    PlayerAdmin.panels.add("same mailbox", SAME_MAILBOX_PANEL)
    PlayerAdmin.filters.add("who", MarkedFilter)
    ApprovalAdmin.subject_pages.add("user", USER)
