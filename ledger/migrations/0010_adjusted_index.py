from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0009_order_proof")]
    operations = [
        AddIndexConcurrently(
            "transaction",
            models.Index(
                condition=models.Q(("type", "adjustment")),
                fields=["actor", "created_at"],
                name="idx_transactions_adjusted",
            ),
        ),
    ]
