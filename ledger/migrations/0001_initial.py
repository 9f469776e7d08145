from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.functions import Cast, Now
from django.utils import timezone

import ledger.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="CoinDay",
            fields=[
                ("day", models.DateField(help_text="The day in UTC.", primary_key=True, serialize=False)),
                ("coins", models.BigIntegerField()),
                ("holders", models.IntegerField(help_text="The number of players who held coins.")),
                (
                    "largest",
                    ArrayField(
                        base_field=models.TextField(),
                        help_text="The ids of the players who held the most, largest first.",
                        size=None,
                    ),
                ),
                ("counted_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "coin_days", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="SpendLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "period",
                    models.TextField(
                        choices=[("day", "24 hours"), ("week", "7 days"), ("month", "30 days")],
                        verbose_name="period",
                    ),
                ),
                (
                    "coins",
                    models.IntegerField(
                        help_text="In coins; empty means no limit.", null=True, verbose_name="coins"
                    ),
                ),
                (
                    "next_coins",
                    models.IntegerField(
                        help_text="The limit from `next_at` on; empty means no limit.",
                        null=True,
                        verbose_name="next coins",
                    ),
                ),
                ("next_at", models.DateTimeField(null=True, verbose_name="next at")),
                (
                    "changed_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="changed at"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="spend_limits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "spend limit",
                "verbose_name_plural": "spend limits",
                "db_table": "spend_limits",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "period"), name="spend_limits_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coins__isnull", True), ("coins__gte", 0), _connector="OR"),
                            models.Q(("next_coins__isnull", True), ("next_coins__gte", 0), _connector="OR"),
                        ),
                        name="spend_limits_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="id")),
                (
                    "type",
                    models.TextField(
                        choices=[
                            ("signup_bonus", "Welcome bonus"),
                            ("daily_bonus", "Daily visit"),
                            ("entry", "Tickets"),
                            ("refund", "Refund"),
                            ("prize", "Prize"),
                            ("adjustment", "Adjustment"),
                            ("import", "Brought over"),
                        ],
                        verbose_name="type",
                    ),
                ),
                (
                    "amount",
                    models.IntegerField(
                        help_text="In coins; negative when they leave the player.", verbose_name="amount"
                    ),
                ),
                (
                    "description",
                    models.TextField(blank=True, db_default="", default="", verbose_name="description"),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="created at"),
                ),
                (
                    "idempotency_key",
                    models.TextField(
                        db_default=Cast(models.Func(function="gen_random_uuid"), models.TextField()),
                        default=ledger.models.random_key,
                        verbose_name="idempotency key",
                    ),
                ),
                (
                    "user_seq",
                    models.IntegerField(db_default=0, default=0, editable=False, verbose_name="user seq"),
                ),
                (
                    "balance_after",
                    models.IntegerField(
                        db_default=0, default=0, editable=False, verbose_name="balance after"
                    ),
                ),
                ("hash", models.BinaryField(db_default=b"", default=b"", verbose_name="hash")),
                (
                    "reference",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text='What it was for, for example "draw:12".',
                        verbose_name="reference",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="reversed_by",
                        to="ledger.transaction",
                        verbose_name="reverses",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="transactions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "transaction",
                "verbose_name_plural": "transactions",
                "db_table": "transactions",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("type__in", ["signup_bonus", "refund", "prize", "adjustment", "import"])
                        ),
                        fields=["type", "-id"],
                        name="idx_transactions_rare",
                    ),
                    models.Index(fields=["created_at", "id"], name="idx_transactions_moment"),
                    models.Index(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=["reference", "id"],
                        name="idx_transactions_reference",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("idempotency_key",), name="transactions_key_once"),
                    models.UniqueConstraint(fields=("user", "user_seq"), name="transactions_user_seq_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="transactions_amount_not_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance_after__gte", 0)),
                        name="transactions_balance_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "signup_bonus",
                                    "daily_bonus",
                                    "entry",
                                    "refund",
                                    "prize",
                                    "adjustment",
                                    "import",
                                ],
                            )
                        ),
                        name="transactions_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["adjustment", "import"]),
                            models.Q(("amount__lt", 0), ("type", "entry")),
                            models.Q(models.Q(("type", "entry"), _negated=True), ("amount__gt", 0)),
                            _connector="OR",
                        ),
                        name="transactions_sign_fits_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("type", "adjustment"), _negated=True),
                            models.Q(("actor__isnull", False), ("description__regex", "\\S")),
                            _connector="OR",
                        ),
                        name="transactions_adjustment_says_who_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["refund", "prize"]),
                            ("amount__lt", 0),
                            ("balance_after__lte", 1000000000),
                            _connector="OR",
                        ),
                        name="transactions_leave_room",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses__isnull", False), ("type", "refund")),
                            models.Q(models.Q(("type", "refund"), _negated=True), ("reverses__isnull", True)),
                            _connector="OR",
                        ),
                        name="transactions_refund_reverses_an_entry",
                    ),
                ],
            },
        ),
    ]
