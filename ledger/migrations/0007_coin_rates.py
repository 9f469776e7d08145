from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models import Func

from common.database.sql import InstallSQL

# The first rates, in force for whatever was posted before they were kept.
FIRST = """
    INSERT INTO coin_rates (kind, coins, from_time)
    SELECT kind, coins, to_timestamp(0) FROM unnest(%s::text[], %s::integer[]) AS first (kind, coins)"""


def write_first_rates(apps: Any, schema_editor: Any) -> None:
    limit = settings.ADJUSTMENT_APPROVAL_COINS if settings.STAFF_APPROVALS else None
    kinds = ["signup_bonus", "daily_bonus", "adjustment"]
    coins = [settings.SIGNUP_BONUS_COINS, settings.DAILY_BONUS_COINS, limit]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIRST, [kinds, coins])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_visits_of_movers")]
    operations = [
        migrations.CreateModel(
            name="CoinRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("signup_bonus", "Welcome bonus"),
                            ("daily_bonus", "Daily visit"),
                            ("adjustment", "Adjustment"),
                        ]
                    ),
                ),
                ("coins", models.IntegerField(help_text="In coins; empty means no limit.", null=True)),
                ("from_time", models.DateTimeField(db_default=Func(function="clock_timestamp"))),
            ],
            options={
                "db_table": "coin_rates",
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "-from_time"], name="idx_coin_rates_in_force")],
            },
        ),
        migrations.RunPython(write_first_rates, migrations.RunPython.noop),
        InstallSQL(
            "coin_rate",
            version=1,
            sha256="615ae598413e3052b53b2ced20faf79e9c83b90db51e8e28007fc23968e6b6f8",
        ),
        InstallSQL(
            "coin_rates_triggers",
            version=1,
            sha256="2db9eb6ea00793bcb0cd4f281747ae6e4bccbac66c3467a7690d285771c597c2",
        ),
    ]
