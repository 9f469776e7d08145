"""What staff read when somebody asks for an act that they may approve."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, User
from accounts.notifications import notify
from accounts.notifications.notify import Notification

APPROVALS = notify.Kind(
    "approvals",
    _("Requests to approve"),
    _("Another member of staff asks for something that needs a second person."),
    needed=True,
    staff_only=True,
)


def notify_asked(approval: Approval, deciders: Iterable[User]) -> None:
    """Tell staff that a request waits for one of them, with who asked, for what, and why."""
    said = gettext("%(asker)s asks for approval: %(summary)s. Why: %(reason)s")
    values = {"asker": approval.asked_by, "summary": approval.summary, "reason": approval.reason}
    notify.send_all(
        APPROVALS,
        [
            Notification(
                decider,
                f"approval:{approval.pk}:{decider.pk}",
                gettext("A request waits for your approval"),
                said % values,
                reverse("admin:accounts_approval_change", args=[approval.pk]),
                "accounts/email/approval",
                {"approval": approval},
            )
            for decider in deciders
        ],
    )
