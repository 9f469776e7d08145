from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.validators import MinValueValidator
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.db.models.lookups import Exact, In
from django.utils import timezone

from common.database.indexes import GuideIndex
from draws.models.draw import validate_whole_second


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False, verbose_name="number")),
                ("title", models.TextField(verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, db_default="", default="", verbose_name="description"),
                ),
                (
                    "prize_amount",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        validators=[MinValueValidator(Decimal("0"))],
                        verbose_name="prize value",
                    ),
                ),
                ("entry_fee", models.IntegerField(db_default=1, default=1, verbose_name="coins per ticket")),
                ("max_participants", models.IntegerField(verbose_name="tickets")),
                (
                    "current_participants",
                    models.IntegerField(
                        db_default=0, default=0, editable=False, verbose_name="tickets taken"
                    ),
                ),
                (
                    "draw_time",
                    models.DateTimeField(validators=[validate_whole_second], verbose_name="closes at"),
                ),
                (
                    "prize_image_url",
                    models.TextField(blank=True, db_default="", default="", verbose_name="prize image url"),
                ),
                (
                    "is_active",
                    models.BooleanField(db_default=False, default=False, editable=False, verbose_name="open"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=Now(), default=timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=Now(), verbose_name="updated at"),
                ),
                (
                    "prize_coins",
                    models.IntegerField(
                        db_default=0, default=0, verbose_name="coins credited to each winner"
                    ),
                ),
                (
                    "max_per_player",
                    models.IntegerField(db_default=1, default=1, verbose_name="tickets per player"),
                ),
                (
                    "min_participants",
                    models.IntegerField(
                        db_default=1,
                        default=1,
                        help_text="With fewer tickets, the draw is void at closing and every coin goes back.",
                        verbose_name="minimum tickets",
                    ),
                ),
                ("winner_count", models.IntegerField(db_default=1, default=1, verbose_name="winners")),
                ("reserve_count", models.IntegerField(db_default=0, default=0, verbose_name="reserves")),
                (
                    "prize_policy",
                    models.TextField(
                        choices=[
                            ("one_prize_per_player", "One prize per player"),
                            ("one_prize_per_ticket", "One prize per ticket"),
                        ],
                        db_default="one_prize_per_player",
                        default="one_prize_per_player",
                        verbose_name="prize policy",
                    ),
                ),
                (
                    "fairness_mode",
                    models.TextField(
                        choices=[("local", "Operator-run"), ("beacon", "Public beacon")],
                        db_default="local",
                        default="local",
                        verbose_name="fairness mode",
                    ),
                ),
                ("vip_only", models.BooleanField(db_default=False, default=False, verbose_name="VIP only")),
                (
                    "early_access_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Until then only VIP players may enter.",
                        null=True,
                        verbose_name="early access until",
                    ),
                ),
                (
                    "prize_details",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="One item per line.",
                        verbose_name="what the winner gets",
                    ),
                ),
                (
                    "illustration",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("bicycle", "Bicycle"),
                            ("coins", "Coins"),
                            ("headphones", "Headphones"),
                            ("moka", "Moka pot"),
                            ("telescope", "Telescope"),
                            ("tram", "Tram"),
                            ("vinyl", "Turntable"),
                        ],
                        db_default="",
                        default="",
                        verbose_name="illustration",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="published at"),
                ),
                (
                    "frozen_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="frozen at"),
                ),
                (
                    "drawn_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="drawn at"),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cancelled at"),
                ),
                (
                    "void_code",
                    models.SmallIntegerField(
                        blank=True,
                        choices=[
                            (1, "No tickets were taken"),
                            (2, "Fewer tickets than the minimum"),
                            (3, "Cancelled by staff"),
                            (4, "Not frozen in time"),
                            (5, "The beacon did not answer"),
                        ],
                        editable=False,
                        null=True,
                        verbose_name="void code",
                    ),
                ),
                (
                    "void_reason",
                    models.TextField(
                        blank=True, db_default="", default="", editable=False, verbose_name="void reason"
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="settled at"),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When everyone with a ticket was told.",
                        null=True,
                        verbose_name="told at",
                    ),
                ),
                (
                    "winner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="winner",
                    ),
                ),
            ],
            options={
                "verbose_name": "draw",
                "verbose_name_plural": "draws",
                "db_table": "draws",
                "permissions": [
                    ("publish_draw", "Can publish a draw"),
                    ("cancel_draw", "Can ask for and approve cancelling a draw"),
                    ("paste_round", "Can paste a beacon's round"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("published_at__isnull", False), ("settled_at__isnull", True)),
                        fields=["id"],
                        name="idx_draws_unsettled",
                    ),
                    models.Index(
                        condition=models.Q(("settled_at__isnull", False), ("told_at__isnull", True)),
                        fields=["id"],
                        name="idx_draws_untold",
                    ),
                    models.Index(
                        condition=models.Q(("cancelled_at__isnull", False)),
                        fields=["-cancelled_at", "-id"],
                        name="idx_draws_cancelled",
                    ),
                    models.Index(
                        condition=models.Q(("drawn_at__isnull", False)),
                        fields=["-drawn_at", "-id"],
                        name="idx_draws_ended",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("published_at__isnull", True), ("vip_only", True), _connector="OR"
                        ),
                        fields=["id"],
                        name="idx_draws_marked",
                    ),
                    models.Index(fields=["draw_time", "id"], name="idx_draws_closing"),
                    models.Index(fields=["fairness_mode", "id"], name="idx_draws_mode"),
                    GinIndex(SearchVector("title", config="simple"), name="idx_draws_title_words"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True),
                                ("frozen_at__isnull", True),
                                ("is_active", True),
                                ("published_at__isnull", False),
                            ),
                            models.Q(
                                ("is_active", False),
                                models.Q(
                                    ("published_at__isnull", True),
                                    ("frozen_at__isnull", False),
                                    ("cancelled_at__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="draws_active_when_open",
                        violation_error_message="A draw must be active exactly while it is published and not closed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("frozen_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                            ),
                            models.Q(
                                ("drawn_at__isnull", True), ("frozen_at__isnull", False), _connector="OR"
                            ),
                            models.Q(
                                ("cancelled_at__isnull", True),
                                ("published_at__isnull", False),
                                _connector="OR",
                            ),
                            models.Q(
                                ("cancelled_at__isnull", True), ("drawn_at__isnull", True), _connector="OR"
                            ),
                            models.Q(
                                ("settled_at__isnull", True),
                                ("drawn_at__isnull", False),
                                ("cancelled_at__isnull", False),
                                _connector="OR",
                            ),
                        ),
                        name="draws_steps_in_order",
                        violation_error_message="A draw must be published, frozen, drawn and settled in this order.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("void_code__isnull", True)),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("void_code__isnull", False),
                                ("void_reason__regex", "\\S"),
                            ),
                            _connector="OR",
                        ),
                        name="draws_void_says_why",
                        violation_error_message="A cancelled draw must say why.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("winner__isnull", True), ("drawn_at__isnull", False), _connector="OR"
                        ),
                        name="draws_winner_when_drawn",
                        violation_error_message="Only a drawn draw can have a winner.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entry_fee__gte", 1)),
                        name="draws_price_at_least_one",
                        violation_error_message="A ticket must cost at least 1 coin.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prize_amount__gte", 0), ("prize_coins__gte", 0)),
                        name="draws_prize_not_negative",
                        violation_error_message="A prize cannot be negative.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("current_participants__gte", 0),
                            ("current_participants__lte", models.F("max_participants")),
                        ),
                        name="draws_tickets_within_limit",
                        violation_error_message="A draw cannot sell more tickets than it has.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_participants__gte", 1),
                            ("max_per_player__gte", 1),
                            ("min_participants__gte", 1),
                            ("min_participants__lte", models.F("max_participants")),
                        ),
                        name="draws_limits_make_sense",
                        violation_error_message="Tickets, tickets per player and the minimum must be at least 1, and the minimum cannot "
                        "be above the number of tickets.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reserve_count__gte", 0),
                            ("winner_count__gte", 1),
                            (
                                "winner_count__lte",
                                CombinedExpression(models.Value(1000), "-", models.F("reserve_count")),
                            ),
                        ),
                        name="draws_places_one_to_thousand",
                        violation_error_message="Winners and reserves together must be 1 to 1,000.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            Exact(
                                CombinedExpression(
                                    models.Func(
                                        models.F("draw_time"),
                                        output_field=models.DecimalField(),
                                        template="extract(epoch FROM %(expressions)s)",
                                    ),
                                    "%%",
                                    models.Value(1),
                                ),
                                0,
                            )
                        ),
                        name="draws_whole_seconds",
                        violation_error_message="The closing time must be in whole seconds.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntryToTell",
            fields=[
                (
                    "transaction",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.transaction",
                    ),
                )
            ],
            options={
                "verbose_name": "entry to tell",
                "verbose_name_plural": "entries to tell",
                "db_table": "entries_to_tell",
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="id")),
                (
                    "participated_at",
                    models.DateTimeField(
                        db_default=Now(), default=timezone.now, verbose_name="participated at"
                    ),
                ),
                ("ticket_number", models.IntegerField(db_default=0, default=0, verbose_name="ticket number")),
                (
                    "taken_on",
                    models.DateField(
                        db_default=models.Func(function="current_date", template="%(function)s"),
                        help_text="The player's date when the ticket was taken, for streaks.",
                        verbose_name="taken on",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="tickets",
                        to="draws.draw",
                        verbose_name="draw",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                        verbose_name="transaction",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "db_table": "participations",
                "indexes": [models.Index(fields=["draw", "user"], name="idx_participations_held")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draw", "ticket_number"), name="participations_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ticket_number__gte", 1)), name="participations_number_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("transaction__isnull", False)), name="participations_are_paid"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FreezeToTell",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="draws.draw",
                    ),
                ),
                (
                    "told_up_to",
                    models.TextField(
                        db_default="", default="", help_text="The id of the last player who was told."
                    ),
                ),
            ],
            options={
                "verbose_name": "freeze to tell",
                "verbose_name_plural": "freezes to tell",
                "db_table": "freezes_to_tell",
            },
        ),
        migrations.CreateModel(
            name="FrozenList",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("part", models.IntegerField()),
                ("refs", models.BinaryField()),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False, on_delete=models.PROTECT, related_name="frozen_list", to="draws.draw"
                    ),
                ),
            ],
            options={
                "verbose_name": "frozen list",
                "verbose_name_plural": "frozen lists",
                "db_table": "frozen_lists",
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "part"), name="frozen_lists_part_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LogRecord",
            fields=[
                ("n", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="n")),
                ("time", models.BigIntegerField(help_text="Unix seconds", verbose_name="time")),
                ("kind", models.TextField(verbose_name="kind")),
                ("record_hash", models.BinaryField(max_length=32, verbose_name="record hash")),
                ("prev", models.BinaryField(max_length=32, verbose_name="prev")),
                ("head", models.BinaryField(max_length=32, verbose_name="head")),
                (
                    "created_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="created at"),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="log",
                        to="draws.draw",
                        verbose_name="draw",
                    ),
                ),
            ],
            options={
                "verbose_name": "log record",
                "verbose_name_plural": "log records",
                "db_table": "fairness_log",
            },
        ),
        migrations.CreateModel(
            name="OldDraw",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                ("title", models.TextField()),
                ("description", models.TextField(blank=True, db_default="", default="")),
                (
                    "prize_amount",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="prize value"),
                ),
                ("entry_fee", models.IntegerField(verbose_name="coins per ticket")),
                (
                    "current_participants",
                    models.IntegerField(db_default=0, default=0, verbose_name="tickets taken"),
                ),
                ("draw_time", models.DateTimeField()),
                ("drawn", models.BooleanField(help_text="Whether the old site drew a winner.")),
            ],
            options={
                "verbose_name": "old draw",
                "verbose_name_plural": "old draws",
                "db_table": "old_draws",
                "indexes": [models.Index(fields=["-draw_time", "-id"], name="idx_old_draws_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("current_participants__gte", 0), ("entry_fee__gte", 0), ("prize_amount__gte", 0)
                        ),
                        name="old_draws_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OldTicket",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("participated_at", models.DateTimeField()),
                ("taken_on", models.DateField(help_text="The date of the ticket, for streaks.")),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False, on_delete=models.PROTECT, related_name="tickets", to="draws.olddraw"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="old_tickets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "old ticket",
                "verbose_name_plural": "old tickets",
                "db_table": "old_tickets",
                "indexes": [
                    GuideIndex(fields=["user", "draw"], name="idx_old_tickets_user"),
                    GuideIndex(fields=["draw"], name="idx_old_tickets_draw"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OldWinner",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("prize_amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("won_at", models.DateTimeField()),
                ("celebration_video_url", models.TextField(blank=True, db_default="", default="")),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False, on_delete=models.PROTECT, related_name="winners", to="draws.olddraw"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="old_wins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "old winner",
                "verbose_name_plural": "old winners",
                "db_table": "old_winners",
                "indexes": [
                    GuideIndex(fields=["user"], name="idx_old_winners_user"),
                    GuideIndex(fields=["draw"], name="idx_old_winners_draw"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("prize_amount__gte", 0)), name="old_winners_prize_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Winner",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="id")),
                (
                    "prize_amount",
                    models.DecimalField(
                        db_default=0, decimal_places=2, default=0, max_digits=12, verbose_name="prize amount"
                    ),
                ),
                (
                    "won_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="won at"),
                ),
                (
                    "celebration_video_url",
                    models.TextField(
                        blank=True, db_default="", default="", verbose_name="celebration video url"
                    ),
                ),
                ("is_public", models.BooleanField(db_default=False, default=False, verbose_name="is public")),
                (
                    "place",
                    models.IntegerField(
                        db_default=0, default=0, help_text="0 is the first prize.", verbose_name="place"
                    ),
                ),
                ("prize_coins", models.IntegerField(db_default=0, default=0, verbose_name="prize coins")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="settled at"),
                ),
                (
                    "hand_over",
                    models.TextField(
                        choices=[
                            ("none", "Coins only"),
                            ("to_claim", "To claim"),
                            ("claimed", "Claimed"),
                            ("sent", "Sent"),
                            ("lapsed", "Lapsed"),
                        ],
                        db_default="none",
                        default="none",
                        verbose_name="hand over",
                    ),
                ),
                ("claim_by", models.DateTimeField(blank=True, null=True, verbose_name="claim by")),
                (
                    "public_name",
                    models.TextField(blank=True, db_default="", default="", verbose_name="public name"),
                ),
                (
                    "hidden_by_staff",
                    models.BooleanField(db_default=False, default=False, verbose_name="hidden by staff"),
                ),
                (
                    "forfeited_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="forfeited at"),
                ),
                (
                    "forfeit_reason",
                    models.TextField(
                        blank=True, db_default="", default="", editable=False, verbose_name="forfeit reason"
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="ledger.transaction",
                        verbose_name="transaction",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="wins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="winners",
                        to="draws.draw",
                        verbose_name="draw",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="win",
                        to="draws.participation",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "winner",
                "verbose_name_plural": "winners",
                "db_table": "winners",
                "permissions": [
                    ("redraw_winner", "Can ask for and approve passing a prize on"),
                    ("hide_winner", "Can hide a winner's name"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("hand_over__in", ["to_claim", "claimed"])),
                        fields=["hand_over", "-id"],
                        name="idx_winners_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("hand_over", "lapsed")), fields=["-id"], name="idx_winners_lapsed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "place"), name="winners_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ticket__isnull", False)), name="winners_hold_a_ticket"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("place__gte", 0), ("prize_amount__gte", 0), ("prize_coins__gte", 0)
                        ),
                        name="winners_prize_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redraw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("record_hash", models.BinaryField(verbose_name="record hash")),
                (
                    "redrawn_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="redrawn at"),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="redraws",
                        to="draws.draw",
                        verbose_name="draw",
                    ),
                ),
                (
                    "failed",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        related_name="passed_on",
                        to="draws.winner",
                        verbose_name="failed",
                    ),
                ),
                (
                    "reserve",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        related_name="took_over",
                        to="draws.winner",
                        verbose_name="reserve",
                    ),
                ),
            ],
            options={
                "verbose_name": "redraw",
                "verbose_name_plural": "redraws",
                "db_table": "redraws",
                "indexes": [models.Index(fields=["draw", "id"], name="idx_redraws_draw")],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="id")),
                ("chain_hash", models.BinaryField(max_length=32, verbose_name="chain hash")),
                ("round", models.BigIntegerField(verbose_name="round")),
                ("signature", models.BinaryField(max_length=48, verbose_name="signature")),
                (
                    "source",
                    models.TextField(
                        help_text="Where it came from: a relay's address, a file's name, or a member of staff.",
                        verbose_name="source",
                    ),
                ),
                (
                    "obtained_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="obtained at"),
                ),
            ],
            options={
                "verbose_name": "beacon round",
                "verbose_name_plural": "beacon rounds",
                "db_table": "beacon_rounds",
                "constraints": [
                    models.UniqueConstraint(fields=("chain_hash", "round"), name="beacon_rounds_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            Exact(
                                models.Func(
                                    models.F("chain_hash"),
                                    function="octet_length",
                                    output_field=models.IntegerField(),
                                ),
                                32,
                            ),
                            models.Q(("round__gte", 1)),
                            Exact(
                                models.Func(
                                    models.F("signature"),
                                    function="octet_length",
                                    output_field=models.IntegerField(),
                                ),
                                48,
                            ),
                            models.Q(("source", ""), _negated=True),
                        ),
                        name="beacon_rounds_lengths",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TextChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.TextField()),
                ("old", models.TextField()),
                ("new", models.TextField()),
                ("changed_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(on_delete=models.PROTECT, related_name="text_changes", to="draws.draw"),
                ),
            ],
            options={
                "verbose_name": "text change",
                "verbose_name_plural": "text changes",
                "db_table": "draw_text_changes",
                "ordering": ["changed_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "winner",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="claim",
                        serialize=False,
                        to="draws.winner",
                    ),
                ),
                (
                    "details",
                    models.TextField(
                        blank=True, default="", help_text="Encrypted; empty once the account is deleted."
                    ),
                ),
                ("claimed_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
                ("tracking", models.TextField(blank=True, db_default="", default="")),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
                "db_table": "claims",
                "permissions": [("read_claim", "Can read where a prize goes")],
            },
        ),
        migrations.CreateModel(
            name="PrizePicture",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="picture",
                        serialize=False,
                        to="draws.draw",
                    ),
                ),
                ("name", models.TextField(help_text="32 hex digits: the files' fingerprint.")),
                ("width", models.IntegerField(help_text="In pixels, of the widest file.")),
                ("height", models.IntegerField()),
                ("alt", models.TextField(help_text="What the picture shows, in words.")),
                ("uploaded_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "prize picture",
                "verbose_name_plural": "prize pictures",
                "db_table": "prize_pictures",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[0-9a-f]{32}$")), name="prize_pictures_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("height__gte", 1), ("width__gte", 1), ("width__lte", 1440)),
                        name="prize_pictures_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alt__regex", "\\S")), name="prize_pictures_say_what"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="seal",
                        serialize=False,
                        to="draws.draw",
                        verbose_name="draw",
                    ),
                ),
                (
                    "seq",
                    models.IntegerField(
                        help_text="Numbers the site's published draws without gaps.",
                        unique=True,
                        verbose_name="seq",
                    ),
                ),
                ("draw_uid", models.BinaryField(max_length=16, unique=True, verbose_name="draw uid")),
                ("server_seed", models.BinaryField(max_length=32, verbose_name="server seed")),
                ("entry_secret", models.BinaryField(max_length=32, verbose_name="entry secret")),
                ("closes_at", models.BigIntegerField(help_text="Unix seconds", verbose_name="closes at")),
                ("freeze_by", models.BigIntegerField(help_text="Unix seconds", verbose_name="freeze by")),
                ("terms", models.TextField(help_text="Canonical form", verbose_name="terms")),
                ("seed_commit", models.BinaryField(max_length=32, verbose_name="seed commit")),
                ("open_hash", models.BinaryField(max_length=32, verbose_name="open hash")),
                ("chain_hash", models.BinaryField(max_length=32, null=True, verbose_name="chain hash")),
                ("scheme", models.TextField(null=True, verbose_name="scheme")),
                (
                    "round",
                    models.BigIntegerField(
                        help_text="Computed from `freeze_by`, never chosen.", null=True, verbose_name="round"
                    ),
                ),
                ("root", models.BinaryField(max_length=32, null=True, verbose_name="root")),
                ("total", models.BigIntegerField(null=True, verbose_name="total")),
                ("freeze_hash", models.BinaryField(max_length=32, null=True, verbose_name="freeze hash")),
                (
                    "signature",
                    models.BinaryField(
                        help_text="The signature of the beacon's round.",
                        max_length=48,
                        null=True,
                        verbose_name="signature",
                    ),
                ),
                (
                    "places",
                    ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="Ticket indexes from 0: winners, then reserves.",
                        null=True,
                        size=None,
                        verbose_name="places",
                    ),
                ),
                ("result_hash", models.BinaryField(max_length=32, null=True, verbose_name="result hash")),
                ("void_hash", models.BinaryField(max_length=32, null=True, verbose_name="void hash")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "db_table": "draw_seals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            In(
                                models.Func(
                                    "chain_hash",
                                    "scheme",
                                    "round",
                                    function="num_nulls",
                                    output_field=models.IntegerField(),
                                ),
                                [0, 3],
                            ),
                            Exact(
                                models.Func(
                                    models.F("chain_hash"),
                                    function="octet_length",
                                    output_field=models.IntegerField(),
                                ),
                                32,
                            ),
                            models.Q(("scheme__regex", "^[!-~]+$")),
                            models.Q(("round__gte", 1)),
                        ),
                        name="seals_beacon_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signature__isnull", True),
                            models.Q(
                                models.Q(("chain_hash__isnull", False)),
                                Exact(
                                    models.Func(
                                        models.F("signature"),
                                        function="octet_length",
                                        output_field=models.IntegerField(),
                                    ),
                                    48,
                                ),
                                models.Q(("result_hash__isnull", False)),
                            ),
                            _connector="OR",
                        ),
                        name="seals_signature_with_result",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("result_hash__isnull", True),
                            models.Q(
                                ("freeze_hash__isnull", False),
                                models.Q(
                                    models.Q(("chain_hash__isnull", True), ("signature__isnull", True)),
                                    models.Q(("chain_hash__isnull", False), ("signature__isnull", False)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="seals_result_of_a_frozen_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("result_hash__isnull", True), ("void_hash__isnull", True), _connector="OR"
                        ),
                        name="seals_one_result_or_void",
                    ),
                ],
            },
        ),
        # Each ticket moves a draw's count: with room on the page its row stays there, and no index is written.
        migrations.RunSQL("ALTER TABLE draws SET (fillfactor = 50)", "ALTER TABLE draws RESET (fillfactor)"),
    ]
