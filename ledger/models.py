"""Coins: one row per signed movement of one player's coins, never changed, never removed."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.database.indexes import GuideIndex
from common.text import wording


def random_key() -> str:
    """Return the key of a movement that nobody retries."""
    return str(uuid.uuid4())


class Transaction(models.Model):
    """A coin movement. The database stamps `user_seq`, `balance_after` and `hash` and moves `users.coins`."""

    class Type(models.TextChoices):
        SIGNUP_BONUS = "signup_bonus", _("Welcome bonus")
        DAILY_BONUS = "daily_bonus", _("Daily visit")
        ENTRY = "entry", _("Tickets")
        REFUND = "refund", _("Refund")
        PRIZE = "prize", _("Prize")
        ADJUSTMENT = "adjustment", _("Adjustment")
        IMPORT = "import", _("Brought over")

    id = models.BigAutoField(_("id"), primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="transactions",
        db_index=False,
    )
    type = models.TextField(_("type"), choices=Type.choices)
    amount = models.IntegerField(_("amount"), help_text=_("In coins; negative when they leave the player."))
    description = models.TextField(_("description"), default="", db_default="", blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now())

    idempotency_key = models.TextField(
        _("idempotency key"),
        default=random_key,
        db_default=Cast(models.Func(function="gen_random_uuid"), models.TextField()),
    )
    user_seq = models.IntegerField(_("user seq"), default=0, db_default=0, editable=False)
    balance_after = models.IntegerField(_("balance after"), default=0, db_default=0, editable=False)
    hash = models.BinaryField(_("hash"), default=b"", db_default=b"", editable=False)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name=pgettext_lazy("column", "reverses"),
        null=True,
        blank=True,
        related_name="reversed_by",
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("actor"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    reference = models.TextField(
        _("reference"),
        default="",
        db_default="",
        blank=True,
        help_text=_('What it was for, for example "draw:12".'),
    )

    class Meta:
        db_table = "transactions"
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        indexes: ClassVar = [
            GuideIndex(name="idx_transactions_userid_created", fields=["user", "-created_at"]),
            # For the staff's filter by type; not the two types that make up most rows.
            models.Index(
                name="idx_transactions_rare",
                fields=["type", "-id"],
                condition=models.Q(type__in=["signup_bonus", "refund", "prize", "adjustment", "import"]),
            ),
            # For the staff's lists of a day, and of what moved for one draw.
            models.Index(name="idx_transactions_moment", fields=["created_at", "id"]),
            # For what a member of staff moved within a day.
            models.Index(
                name="idx_transactions_adjusted",
                fields=["actor", "created_at"],
                condition=models.Q(type="adjustment"),
            ),
            models.Index(
                name="idx_transactions_reference",
                fields=["reference", "id"],
                condition=~models.Q(reference=""),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="transactions_key_once", fields=["idempotency_key"]),
            models.UniqueConstraint(name="transactions_user_seq_once", fields=["user", "user_seq"]),
            models.CheckConstraint(name="transactions_amount_not_zero", condition=~models.Q(amount=0)),
            models.CheckConstraint(
                name="transactions_balance_not_negative", condition=models.Q(balance_after__gte=0)
            ),
            models.CheckConstraint(
                name="transactions_type_known",
                condition=models.Q(
                    type__in=[
                        "signup_bonus",
                        "daily_bonus",
                        "entry",
                        "refund",
                        "prize",
                        "adjustment",
                        "import",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="transactions_sign_fits_type",
                condition=models.Q(type__in=["adjustment", "import"])
                | models.Q(type="entry", amount__lt=0)
                | (~models.Q(type="entry") & models.Q(amount__gt=0)),
            ),
            models.CheckConstraint(
                name="transactions_adjustment_says_who_and_why",
                condition=~models.Q(type="adjustment")
                | (models.Q(actor__isnull=False) & models.Q(description__regex=r"\S")),
            ),
            # Room for prizes and refunds, which are owed and must fit (ledger.services.MOST_GIVEN).
            models.CheckConstraint(
                name="transactions_leave_room",
                condition=models.Q(type__in=["refund", "prize"])
                | models.Q(amount__lt=0)
                | models.Q(balance_after__lte=1_000_000_000),
            ),
            models.CheckConstraint(
                name="transactions_refund_reverses_an_entry",
                condition=models.Q(type="refund", reverses__isnull=False)
                | (~models.Q(type="refund") & models.Q(reverses__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        values = {"amount": wording.signed(self.amount), "type": self.get_type_display()}
        said = ngettext("%(amount)s coin, %(type)s", "%(amount)s coins, %(type)s", abs(self.amount))
        return str(said % values)


class SpendLimit(models.Model):
    """How many coins a player lets themselves spend on tickets in one period. Raised only after a day."""

    class Period(models.TextChoices):
        DAY = "day", _("24 hours")
        WEEK = "week", _("7 days")
        MONTH = "month", _("30 days")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="spend_limits",
        db_index=False,
    )
    period = models.TextField(_("period"), choices=Period.choices)
    coins = models.IntegerField(_("coins"), null=True, help_text=_("In coins; empty means no limit."))
    next_coins = models.IntegerField(
        _("next coins"), null=True, help_text=_("The limit from `next_at` on; empty means no limit.")
    )
    next_at = models.DateTimeField(_("next at"), null=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "spend_limits"
        verbose_name = _("spend limit")
        verbose_name_plural = _("spend limits")
        constraints: ClassVar = [
            models.UniqueConstraint(name="spend_limits_once", fields=["user", "period"]),
            models.CheckConstraint(
                name="spend_limits_not_negative",
                condition=(models.Q(coins__isnull=True) | models.Q(coins__gte=0))
                & (models.Q(next_coins__isnull=True) | models.Q(next_coins__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        said = {
            self.Period.DAY: _("limit a day of player %(player)s"),
            self.Period.WEEK: _("limit a week of player %(player)s"),
            self.Period.MONTH: _("limit a month of player %(player)s"),
        }
        return said[self.Period(self.period)] % {"player": self.user_id}


class CoinDay(models.Model):
    """How many coins all players held together, counted once a day: what staff's figures read."""

    day = models.DateField(primary_key=True, help_text=_("The day in UTC."))
    coins = models.BigIntegerField()
    holders = models.IntegerField(help_text=_("The number of players who held coins."))
    largest = ArrayField(
        models.TextField(), help_text=_("The ids of the players who held the most, largest first.")
    )
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "coin_days"
        default_permissions = ()

    def __str__(self) -> str:
        return gettext("%(coins)s on %(day)s") % {"coins": wording.coins(self.coins), "day": self.day}


class CoinRate(models.Model):
    """How many coins the site gives for something, or the most that may move, since a time; never changed."""

    class Kind(models.TextChoices):
        SIGNUP_BONUS = "signup_bonus", _("Welcome bonus")
        DAILY_BONUS = "daily_bonus", _("Daily visit")
        ADJUSTMENT = "adjustment", _("Adjustment")

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind.choices)
    coins = models.IntegerField(null=True, help_text=_("In coins; empty means no limit."))
    from_time = models.DateTimeField(db_default=models.Func(function="clock_timestamp"))

    class Meta:
        db_table = "coin_rates"
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="idx_coin_rates_in_force", fields=["kind", "-from_time"])]

    def __str__(self) -> str:
        return gettext("%(coins)s from %(time)s") % {"coins": self.coins, "time": self.from_time}


class CoinOrder(models.Model):
    """A movement that an operator's command may post once; only the owner of the database writes one."""

    idempotency_key = models.TextField(primary_key=True, help_text=_("The key of the transaction to come."))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    coins = models.IntegerField(help_text=_("In coins; negative when they leave the player."))
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "coin_orders"
        default_permissions = ()

    def __str__(self) -> str:
        return gettext("%(coins)s for %(key)s") % {"coins": self.coins, "key": self.idempotency_key}


class CoinProof(models.Model):
    """From which transaction on a kind of proof is asked; older rows are not judged by it."""

    kind = models.TextField(primary_key=True)
    after = models.BigIntegerField(help_text=_("The id of the last transaction that is not judged."))

    class Meta:
        db_table = "coin_proofs"
        default_permissions = ()

    def __str__(self) -> str:
        return gettext("%(kind)s from transaction %(number)s") % {"kind": self.kind, "number": self.after + 1}
