import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("ledger", "0009_room_checked")]

    operations = [
        AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(fields=["created_at", "id"], name="idx_transactions_moment"),
        ),
        AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("reference", ""), _negated=True),
                fields=["reference", "id"],
                name="idx_transactions_reference",
            ),
        ),
        migrations.CreateModel(
            name="CoinDay",
            fields=[
                (
                    "day",
                    models.DateField(help_text="The day in UTC.", primary_key=True, serialize=False),
                ),
                ("coins", models.BigIntegerField()),
                ("holders", models.IntegerField(help_text="Players who held any.")),
                (
                    "largest",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="Ids of the players who held most, the first most.",
                        size=None,
                    ),
                ),
                ("counted_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "coin_days", "default_permissions": ()},
        ),
    ]
