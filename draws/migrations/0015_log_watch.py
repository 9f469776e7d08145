"""The log is compared with what is kept outside the database; a list leaves time before its round."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0014_draws_void_v1"), ("accounts", "0016_times_of_the_clock")]
    operations = [
        migrations.CreateModel(
            name="LogLoss",
            fields=[
                ("era", models.IntegerField(primary_key=True, serialize=False, verbose_name="era")),
                (
                    "found_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        verbose_name="found at",
                    ),
                ),
                ("last_n", models.BigIntegerField(verbose_name="last record left")),
                ("last_head", models.BinaryField(max_length=32, verbose_name="its head")),
                ("lost_n", models.BigIntegerField(verbose_name="newest record lost")),
                ("lost_head", models.BinaryField(max_length=32, verbose_name="its head")),
                (
                    "records",
                    models.JSONField(
                        help_text="As they were kept outside, in order.", verbose_name="lost records"
                    ),
                ),
                ("voided", models.JSONField(verbose_name="draws void because of it")),
                ("reason", models.TextField(verbose_name="reason")),
            ],
            options={
                "verbose_name": "loss of records",
                "verbose_name_plural": "losses of records",
                "db_table": "log_losses",
            },
        ),
        migrations.CreateModel(
            name="LogWatch",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "era",
                    models.IntegerField(
                        db_default=1, default=1, help_text="Ends when records of the log are lost."
                    ),
                ),
                (
                    "kept_n",
                    models.BigIntegerField(
                        db_default=-1,
                        default=-1,
                        help_text="The newest record whose head is kept outside.",
                    ),
                ),
                ("confirmed_for", models.TextField(db_default="", default="")),
                (
                    "behind_since",
                    models.DateTimeField(help_text="Since when the log lacks what is outside.", null=True),
                ),
            ],
            options={
                "verbose_name": "watch over the log",
                "verbose_name_plural": "watches over the log",
                "db_table": "log_watch",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="log_watch_one_row")
                ],
            },
        ),
        migrations.AddField(
            model_name="seal",
            name="list_by",
            field=models.BigIntegerField(
                help_text="Unix seconds. Later than this the list is not frozen, to leave time before the round.",
                null=True,
                verbose_name="list by",
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="list_told_at",
            field=models.DateTimeField(
                help_text="When everyone who entered had been written to.",
                null=True,
                verbose_name="list told at",
            ),
        ),
        InstallSQL(
            "draw_seals_triggers",
            version=2,
            sha256="13373967e721eaab7b6632d35186538cbc88cf630b5dd3c88a7e150f3af1fc9a",
        ),
        InstallSQL(
            "log_incarnation",
            version=1,
            sha256="ac2c380e469488f027ee90aab349b7ad30244a9c1d20aafdbae5c2495f61196e",
        ),
        InstallSQL(
            "log_losses_triggers",
            version=1,
            sha256="d49c33c92949b4c084f74ee4d2e3308c1d664e775eac17fe6d6ed239c1b806ae",
        ),
        InstallSQL(
            "take_tickets",
            version=3,
            sha256="f8ab49cd6637bdbb5cd0f6ca87b725e92e93484156cc52b3fbc3b3822e5ded00",
        ),
    ]
