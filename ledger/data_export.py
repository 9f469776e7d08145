"""What the download of a player's data holds about coins."""

from django.utils.translation import gettext_lazy as _

from accounts.privacy.export_archive import Part
from accounts.privacy.export_parts import streamed
from ledger.models import SpendLimit, Transaction

TRANSACTIONS = (
    "user_seq",
    "created_at",
    "type",
    "amount",
    "balance_after",
    "description",
    "reference",
    "hash",
)
LIMITS = ("period", "coins", "next_coins", "next_at", "changed_at")


PARTS = (
    Part(
        "transactions",
        _("every movement of your coins, with the balance after it."),
        TRANSACTIONS,
        lambda user: streamed(Transaction.objects.filter(user=user), TRANSACTIONS),
    ),
    Part(
        "limits",
        _("your own spending limits; `next_coins` applies from `next_at` on."),
        LIMITS,
        lambda user: streamed(SpendLimit.objects.filter(user=user), LIMITS),
    ),
)
