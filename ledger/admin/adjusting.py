"""Adjust coins: a correction with a reason, made once however often the form is sent."""

import uuid
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from accounts.admin.acts import Act, ReasonForm, perform
from accounts.admin.base import StaffAdmin, change_url
from accounts.models import User
from ledger import services
from ledger.exceptions import IdempotencyConflict, InsufficientCoins, LedgerError
from ledger.models import Transaction


class AdjustForm(ReasonForm):
    """How many coins, why, and the form's own key."""

    amount = forms.IntegerField(
        label="Coins",
        min_value=-services.LARGEST,
        max_value=services.LARGEST,
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "autocomplete": "off"}),
        help_text="20 gives the player 20 coins; -20 takes 20 away.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ("amount", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "The player reads it in their coin history."
        self.fields["reason"].widget = AdminTextInputWidget(attrs={"autocomplete": "off"})

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if amount == 0:
            raise ValidationError("Give a number of coins other than 0.")
        return amount


def may_adjust(request: HttpRequest) -> bool:
    """Whether this staff member may add to the ledger at all."""
    return request.user.has_perm("ledger.add_transaction")


def adjust_page(page: StaffAdmin, request: HttpRequest, user_id: str) -> HttpResponse:
    """The page "Adjust coins" of a player; what it logs stands in the player's history."""
    if not may_adjust(request):
        raise PermissionDenied
    player = User.objects.filter(pk=unquote(user_id)).first()
    if player is None:
        raise Http404("There is no such player.")
    act = Act(
        title="Adjust coins",
        button="Adjust coins",
        form=AdjustForm(request.POST or None),
        do=lambda given: _adjust(page, request, player, **given),
        refusals=(LedgerError,),
        facts=[("Player", player), ("Coins now", f"{player.coins:,}")],
        notes=["The movement is a new row in the ledger. It can be corrected by another one, never removed."],
    )
    return perform(page, request, player, act, change_url(User, player.pk))


def _adjust(
    page: StaffAdmin, request: HttpRequest, player: User, amount: int, reason: str, key: uuid.UUID
) -> str:
    # Locked first: of two forms sent at once, the second must see the first one's row.
    User.objects.select_for_update(no_key=True).get(pk=player.pk)
    whole_key = f"adjustment:{player.pk}:{key}"
    sent_before = Transaction.objects.filter(idempotency_key=whole_key).exists()
    assert isinstance(request.user, User)
    try:
        row = services.adjust(player.pk, amount, reason, actor=request.user, key=whole_key)
    except InsufficientCoins as short:
        raise LedgerError(
            f"{player} has {short.balance:,} coins, so {short.cost:,} cannot be taken. Nothing was changed."
        ) from None
    except IdempotencyConflict:
        raise LedgerError(
            "This form was sent before with another number of coins, and that stands. "
            "Open it again to adjust more."
        ) from None
    if sent_before:
        return f"This form was sent before: {player} got {row.amount:+,} coins once."
    page.log_change(
        request,
        player,
        f"Coins {row.amount:+,}, now {row.balance_after:,} (transaction {row.pk}). Why: {reason}",
    )
    return f"{player}: {row.amount:+,} coins, now {row.balance_after:,}."
