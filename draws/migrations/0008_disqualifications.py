import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0007_conflicts_of_interest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="winner",
            name="forfeit_ground",
            field=models.TextField(
                blank=True,
                choices=[
                    ("not_claimed", "Not claimed in time"),
                    ("left", "The account was closed"),
                    ("disqualified", "Disqualified"),
                ],
                db_default="",
                default="",
                editable=False,
                verbose_name="forfeit ground",
            ),
        ),
        migrations.CreateModel(
            name="Disqualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("underage", "Not old enough to play"),
                            ("accounts", "Played with more than one account"),
                            ("not_allowed", "Not allowed to play under the rules"),
                            ("untrue", "Gave details that are not true"),
                            ("undeliverable", "The prize cannot be delivered with the details given"),
                            ("given_up", "Gave the prize up"),
                        ],
                        verbose_name="reason",
                    ),
                ),
                (
                    "evidence",
                    models.TextField(help_text="Empty once the account is deleted.", verbose_name="evidence"),
                ),
                ("told_at", models.DateTimeField(verbose_name="told at")),
                ("object_by", models.DateTimeField(verbose_name="object by")),
                (
                    "objection",
                    models.TextField(blank=True, db_default="", default="", verbose_name="objection"),
                ),
                ("objected_at", models.DateTimeField(null=True, verbose_name="objected at")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("told", "The winner may object"),
                            ("objected", "The winner objected"),
                            ("upheld", "Upheld: the prize moves on"),
                            ("dropped", "Dropped"),
                            ("done", "The prize moved on"),
                        ],
                        db_default="told",
                        default="told",
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "decision",
                    models.TextField(blank=True, db_default="", default="", verbose_name="decision"),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "winner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disqualifications",
                        to="draws.winner",
                        verbose_name="winner",
                    ),
                ),
            ],
            options={
                "verbose_name": "disqualification",
                "verbose_name_plural": "disqualifications",
                "db_table": "disqualifications",
                "indexes": [models.Index(fields=["winner", "id"], name="idx_disqualifications_winner")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["told", "objected", "upheld"])),
                        fields=("winner",),
                        name="disqualifications_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "object_by__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("told_at"), "+", models.Value(datetime.timedelta(days=1))
                                ),
                            )
                        ),
                        name="disqualifications_time_to_object",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disqualifications_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "dropped"),
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disqualifications_upheld_by_another",
                    ),
                ],
            },
        ),
        InstallSQL(
            "disqualifications_triggers",
            version=1,
            sha256="444b1eba69fcd7ff2dd12dcecf04e37334e27fe4d34750be7fe91cf4a7decc6e",
        ),
        InstallSQL(
            "winners_forfeits",
            version=1,
            sha256="684696537f1ae4f04768d7894bd6f01fbdd7453b67915862e52e98339b04b6ff",
        ),
    ]
