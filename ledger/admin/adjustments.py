"""Adjusting coins: a correction with a reason, made once however often the form is sent."""

import uuid
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, change_url, staff
from accounts.approvals import ApprovalError
from accounts.models import Approval, User
from common.text import wording
from ledger import rates, services
from ledger.approvals import ADJUST, adjust
from ledger.exceptions import IdempotencyConflict, LedgerError
from ledger.models import CoinRate

APPENDED = _("This adds a row to the ledger. You can correct it with another row, but never remove it.")
OWN = _("You cannot adjust your own coins. Ask another member of staff.")
SENT_BEFORE = _(
    "This form was already sent with a different number of coins, and that adjustment stands. Open the "
    "page again to adjust more."
)


class AdjustForm(ReasonForm):
    """A form for the number of coins and the reason, with a key of its own."""

    amount = forms.IntegerField(
        label=_("Coins"),
        min_value=-services.MOST_GIVEN,
        max_value=services.MOST_GIVEN,
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "autocomplete": "off"}),
        help_text=_("20 gives the player 20 coins; -20 takes 20 away."),
    )
    key = forms.UUIDField(label=_("Key"), widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ("amount", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext("The player will read this in their coin history.")
        self.fields["reason"].widget = AdminTextInputWidget(attrs={"autocomplete": "off"})

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if amount == 0:
            raise ValidationError(gettext("Enter a number of coins other than 0."))
        return amount


def may_adjust(request: HttpRequest) -> bool:
    """Say whether this staff member may add to the ledger at all."""
    return request.user.has_perm("ledger.add_transaction")


def adjust_page(page: StaffAdmin, request: HttpRequest, user_id: str) -> HttpResponse:
    """Show a player's "Adjust coins" page; the staff log entry appears in the player's history."""
    if not may_adjust(request):
        raise PermissionDenied
    player = User.objects.filter(pk=unquote(user_id)).first()
    if player is None:
        raise Http404("There is no such player.")
    # What the database asks for, whatever the settings say until the next migration.
    most = rates.rate(CoinRate.Kind.ADJUSTMENT)
    asks = most is not None
    waits_above = gettext("More than %(most)s in one day need the approval of a second member of staff.")
    act = Act(
        title=gettext("Adjust coins"),
        button=gettext("Adjust coins, or ask for approval") if asks else gettext("Adjust coins"),
        form=AdjustForm(request.POST or None),
        do=lambda given: _adjust(page, request, player, **given),
        refusals=(LedgerError, ApprovalError),
        facts=[(gettext("Player"), player), (gettext("Coins now"), wording.grouped(player.coins))],
        notes=[*([waits_above % {"most": wording.coins(most or 0)}] if asks else []), APPENDED],
        problems=[OWN] if player.pk == request.user.pk else [],
        waiting=waits(approvals.waiting_for(ADJUST, f"user:{player.pk}")) if asks else "",
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def _adjust(
    page: StaffAdmin, request: HttpRequest, player: User, amount: int, reason: str, key: uuid.UUID
) -> str:
    try:
        made = adjust(player, amount, reason, by=staff(request), key=f"adjustment:{player.pk}:{key}")
    except IdempotencyConflict:
        raise LedgerError(str(SENT_BEFORE)) from None
    if isinstance(made, Approval):
        logged = gettext("Asked for approval: coins %(coins)s. Why: %(why)s")
        page.log_change(request, player, logged % {"coins": signed(amount), "why": reason})
        return gettext("Sent for approval. No coins move until a second member of staff approves.")
    row = made.row
    values = {"player": player, "coins": signed(row.amount), "now": wording.grouped(row.balance_after)}
    values["moved"] = ngettext("%(coins)s coin", "%(coins)s coins", abs(row.amount)) % values
    if not made.fresh:
        return gettext("This form had already been sent: %(player)s got %(moved)s once.") % values
    logged = gettext("Coins %(coins)s, now %(now)s (transaction %(id)s). Why: %(why)s")
    page.log_change(request, player, logged % {**values, "id": row.pk, "why": reason})
    return gettext("%(player)s: %(moved)s, now %(now)s.") % values


def signed(amount: int) -> str:
    """Return a movement with its sign, such as +50 or -5."""
    return f"{'+' if amount >= 0 else ''}{wording.grouped(amount)}"
