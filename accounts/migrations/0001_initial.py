from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models.functions import Cast, Lower, Now, Replace
from django.utils import timezone

from accounts.models.user import new_user_id, validate_time_zone
from common.database.fields import PlainJSONField

# Django's database cache: sign-in limits live here, so that signing in survives a lost Redis.
CACHE = """
    CREATE TABLE cache (
        cache_key varchar(255) NOT NULL PRIMARY KEY,
        value text NOT NULL,
        expires timestamp with time zone NOT NULL
    );
    CREATE INDEX cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.CreateModel(
            name="ExcludedAddress",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(help_text="Empty means for good.", null=True)),
            ],
            options={
                "verbose_name": "excluded address",
                "verbose_name_plural": "excluded addresses",
                "db_table": "excluded_addresses",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("sid", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sess", PlainJSONField()),
                ("expire", models.DateTimeField(db_index=True)),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "db_table": "sessions"},
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.TextField(
                        db_default=Replace(
                            Cast(models.Func(function="gen_random_uuid"), models.TextField()),
                            models.Value("-"),
                            models.Value(""),
                        ),
                        default=new_user_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("email", models.TextField(blank=True, null=True, verbose_name="email")),
                (
                    "first_name",
                    models.TextField(blank=True, db_default="", default="", verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.TextField(blank=True, db_default="", default="", verbose_name="last name"),
                ),
                (
                    "profile_image_url",
                    models.TextField(blank=True, db_default="", default="", verbose_name="profile image url"),
                ),
                ("coins", models.IntegerField(db_default=0, default=0, editable=False, verbose_name="coins")),
                (
                    "total_participations",
                    models.IntegerField(
                        db_default=0, default=0, editable=False, verbose_name="total participations"
                    ),
                ),
                (
                    "total_wins",
                    models.IntegerField(db_default=0, default=0, editable=False, verbose_name="total wins"),
                ),
                (
                    "total_earnings",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=2,
                        default=0,
                        editable=False,
                        max_digits=12,
                        verbose_name="total earnings",
                    ),
                ),
                (
                    "current_streak",
                    models.IntegerField(
                        db_default=0, default=0, editable=False, verbose_name="current streak"
                    ),
                ),
                ("is_vip", models.BooleanField(db_default=False, default=False, verbose_name="VIP")),
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
                ("password", models.TextField(db_default="", default="", verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last login"),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Turned off when the account is deleted.",
                        verbose_name="may sign in",
                    ),
                ),
                ("is_staff", models.BooleanField(db_default=False, default=False, verbose_name="staff")),
                (
                    "is_superuser",
                    models.BooleanField(db_default=False, default=False, verbose_name="may do everything"),
                ),
                (
                    "time_zone",
                    models.TextField(
                        db_default="UTC",
                        default="UTC",
                        validators=[validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "last_ticket_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="last ticket on"),
                ),
                (
                    "grace_used_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="grace used on"),
                ),
                (
                    "suspended_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="suspended at"),
                ),
                (
                    "suspended_reason",
                    models.TextField(
                        blank=True, db_default="", default="", editable=False, verbose_name="suspended reason"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When the player deleted the account.",
                        null=True,
                        verbose_name="closed at",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "player",
                "verbose_name_plural": "players",
                "db_table": "users",
                "permissions": [("suspend_user", "Can suspend a player")],
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="idx_users_newest"),
                    models.Index(
                        condition=models.Q(
                            ("is_vip", True),
                            ("is_staff", True),
                            ("is_active", False),
                            ("suspended_at__isnull", False),
                            _connector="OR",
                        ),
                        fields=["id"],
                        name="idx_users_marked",
                    ),
                    GinIndex(
                        SearchVector("first_name", "last_name", config="simple"), name="idx_users_name_words"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("email",),
                        name="users_email_once",
                        violation_error_message="A player with this email address already exists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("coins__gte", 0)),
                        name="users_coins_not_negative",
                        violation_error_message="A player cannot have fewer than 0 coins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", Lower("email")), models.Q(("email", ""), _negated=True)),
                        name="users_email_lower_case",
                        violation_error_message="An email address must be in lower case and must not be empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__regex", "^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$")
                        ),
                        name="users_email_one_line",
                        violation_error_message="An email address must be one word with one @ in it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(
                                ("email__isnull", True),
                                ("first_name", ""),
                                ("is_active", False),
                                ("last_name", ""),
                            ),
                            _connector="OR",
                        ),
                        name="users_closed_name_nobody",
                        violation_error_message="A deleted account has no email address and no names, and stays closed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("current_streak__gte", 0),
                            ("total_earnings__gte", 0),
                            ("total_participations__gte", 0),
                            ("total_wins__gte", 0),
                        ),
                        name="users_statistics_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField(verbose_name="kind")),
                (
                    "subject",
                    models.TextField(
                        help_text='What it is about, for example "draw:12".', verbose_name="subject"
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        help_text="What will be done once approved, in one line.", verbose_name="summary"
                    ),
                ),
                ("payload", models.JSONField(default=dict, verbose_name="payload")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "asked_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="asked at"),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("note", models.TextField(blank=True, db_default="", default="", verbose_name="note")),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "db_table": "approvals",
                "indexes": [models.Index(fields=["state", "-id"], name="idx_approvals_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("kind", "subject"),
                        name="approvals_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "withdrawn"]),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="approvals_by_a_second_person",
                        violation_error_message="Someone else has to decide.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="approvals_decided_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("content", models.BinaryField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="data_exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "data export",
                "verbose_name_plural": "data exports",
                "db_table": "data_exports",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="idx_data_exports_user"),
                    models.Index(
                        condition=models.Q(("made_at__isnull", True)),
                        fields=["id"],
                        name="idx_data_exports_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("content__isnull", False)),
                        fields=["expires_at"],
                        name="idx_data_exports_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeftAddress",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("left_at", models.DateTimeField(db_default=Now(), default=timezone.now)),
                (
                    "back_as",
                    models.ForeignKey(
                        help_text="The account that later joined with the same email address.",
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "left address",
                "verbose_name_plural": "left addresses",
                "db_table": "left_addresses",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.TextField(
                        help_text="One message per key, however often the event is reported.",
                        verbose_name="key",
                    ),
                ),
                ("kind", models.TextField(verbose_name="kind")),
                ("title", models.TextField(verbose_name="title")),
                ("body", models.TextField(blank=True, db_default="", default="", verbose_name="body")),
                (
                    "url",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="The page the message is about.",
                        verbose_name="url",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="created at"),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "db_table": "messages",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="idx_messages_user"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["user"],
                        name="idx_messages_unread",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("key",), name="messages_key_once")],
            },
        ),
        migrations.CreateModel(
            name="MessageChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("by_email", models.BooleanField(db_default=True, default=True)),
                ("on_site", models.BooleanField(db_default=True, default=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        related_name="message_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "message choice",
                "verbose_name_plural": "message choices",
                "db_table": "message_choices",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="message_choices_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OldAccount",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="old_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "old account",
                "verbose_name_plural": "old accounts",
                "db_table": "old_accounts",
                "indexes": [models.Index(fields=["user"], name="idx_old_accounts_user")],
            },
        ),
        migrations.CreateModel(
            name="OutboxEmail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.TextField(
                        help_text="One email per key, however often the event is reported.",
                        verbose_name="key",
                    ),
                ),
                ("recipient", models.TextField(verbose_name="recipient")),
                ("subject", models.TextField(verbose_name="subject")),
                ("text", models.TextField(verbose_name="text")),
                ("html", models.TextField(blank=True, db_default="", default="", verbose_name="html")),
                (
                    "created_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="created at"),
                ),
                (
                    "due_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="due at"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("attempts", models.IntegerField(db_default=0, default=0, verbose_name="attempts")),
                (
                    "last_error",
                    models.TextField(blank=True, db_default="", default="", verbose_name="last error"),
                ),
            ],
            options={
                "verbose_name": "email",
                "verbose_name_plural": "emails",
                "db_table": "outbox_emails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=["due_at"],
                        name="idx_outbox_due",
                    ),
                    models.Index(fields=["recipient", "-id"], name="idx_outbox_recipient"),
                    models.Index(
                        condition=models.Q(("recipient", ""), _negated=True),
                        fields=["sent_at"],
                        name="idx_outbox_kept",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("key__startswith", "goodbye:"), models.Q(("recipient", ""), _negated=True)
                        ),
                        fields=["id"],
                        name="idx_outbox_goodbye",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("key",), name="outbox_key_once")],
            },
        ),
        migrations.CreateModel(
            name="PlayBreak",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[("break", "Break"), ("exclusion", "Self-exclusion")], verbose_name="kind"
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="starts at"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(
                        help_text="Empty means for good.", null=True, verbose_name="ends at"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="play_breaks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "play break",
                "verbose_name_plural": "play breaks",
                "db_table": "play_breaks",
                "indexes": [models.Index(fields=["user", "-ends_at"], name="idx_play_breaks_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at__isnull", True), ("kind", "exclusion")),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="play_breaks_end_later",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RulesAcceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.TextField(verbose_name="version")),
                (
                    "accepted_at",
                    models.DateTimeField(db_default=Now(), default=timezone.now, verbose_name="accepted at"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="rules_acceptances",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules acceptance",
                "verbose_name_plural": "rules acceptances",
                "db_table": "rules_acceptances",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "version"), name="rules_acceptances_once")
                ],
            },
        ),
        migrations.RunSQL(CACHE, "DROP TABLE cache"),
    ]
