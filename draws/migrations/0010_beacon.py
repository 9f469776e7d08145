import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0009_indexes")]
    operations = [
        migrations.AddField("seal", "chain_hash", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("seal", "scheme", models.TextField(null=True)),
        migrations.AddField(
            "seal",
            "round",
            models.BigIntegerField(help_text="Computed from `freeze_by`, never chosen.", null=True),
        ),
        migrations.AddField(
            "seal",
            "signature",
            models.BinaryField(help_text="Of the beacon's round.", max_length=48, null=True),
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("chain_hash", models.BinaryField(max_length=32)),
                ("round", models.BigIntegerField()),
                ("signature", models.BinaryField(max_length=48)),
                (
                    "source",
                    models.TextField(
                        help_text="A courier: a relay's address, a file's name, or a member of staff."
                    ),
                ),
                (
                    "obtained_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                    ),
                ),
            ],
            options={
                "db_table": "beacon_rounds",
                "verbose_name": "beacon round",
                "constraints": [
                    models.UniqueConstraint(fields=["chain_hash", "round"], name="beacon_rounds_once")
                ],
            },
        ),
        install(__file__),
    ]
