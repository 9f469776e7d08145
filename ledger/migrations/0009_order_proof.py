import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_bonus_proof"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="CoinOrder",
            fields=[
                (
                    "idempotency_key",
                    models.TextField(
                        help_text="The key of the transaction to come.", primary_key=True, serialize=False
                    ),
                ),
                (
                    "coins",
                    models.IntegerField(help_text="In coins; negative when they leave the player."),
                ),
                ("made_at", models.DateTimeField(db_default=Now())),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "coin_orders", "default_permissions": ()},
        ),
        InstallSQL(
            "coin_orders_triggers",
            version=1,
            sha256="f859159731266870811b09b526ac2d28eb96a384395fb723741774f5616cbdea",
        ),
        InstallSQL(
            "order_proof",
            version=1,
            sha256="0071eb560f7109bda3fa0daa2cd3b0bb58e8c7d0380230a378c992faae196ad8",
        ),
        migrations.RunSQL(
            "INSERT INTO coin_proofs (kind, after) VALUES ('order', ledger_watermark())",
            [
                "ALTER TABLE coin_proofs DISABLE TRIGGER never_changed",
                "DELETE FROM coin_proofs WHERE kind = 'order'",
                "ALTER TABLE coin_proofs ENABLE TRIGGER never_changed",
            ],
        ),
    ]
