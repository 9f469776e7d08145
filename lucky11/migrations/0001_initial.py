from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "alert",
                    models.TextField(
                        help_text="What is wrong, by the name of its alert.", verbose_name="alert"
                    ),
                ),
                ("began_at", models.DateTimeField(db_default=Now(), verbose_name="began at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "summary",
                    models.TextField(
                        help_text="What was found first, in a sentence.", verbose_name="summary"
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        blank=True, help_text="When the webhook took it.", null=True, verbose_name="told at"
                    ),
                ),
                (
                    "recovery_told_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it took that it is over.",
                        null=True,
                        verbose_name="recovery told at",
                    ),
                ),
            ],
            options={
                "verbose_name": "incident",
                "verbose_name_plural": "incidents",
                "db_table": "incidents",
                "indexes": [models.Index(fields=["alert", "-id"], name="idx_incidents_alert")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("alert",),
                        name="incidents_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OperationRun",
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
                        help_text="The procedure, by the name of its command.", verbose_name="kind"
                    ),
                ),
                ("started_at", models.DateTimeField(db_default=Now(), verbose_name="started at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "ok",
                    models.BooleanField(
                        blank=True, help_text="Empty while it is not finished.", null=True, verbose_name="ok"
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="One line for people.",
                        verbose_name="summary",
                    ),
                ),
                (
                    "details",
                    models.JSONField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="For machines.",
                        verbose_name="details",
                    ),
                ),
            ],
            options={
                "verbose_name": "operation",
                "verbose_name_plural": "operations",
                "db_table": "operation_runs",
                "indexes": [
                    models.Index(fields=["kind", "-id"], name="idx_operations_kind"),
                    models.Index(
                        condition=models.Q(("ok", True)), fields=["kind", "-id"], name="idx_operations_good"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ok__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ok__isnull", False)),
                            _connector="OR",
                        ),
                        name="operations_end_with_a_result",
                    )
                ],
            },
        ),
    ]
