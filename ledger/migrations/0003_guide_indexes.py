from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from common.database.indexes import GuideIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0002_rules")]
    operations = [
        AddIndexConcurrently(
            "transaction",
            GuideIndex(fields=["user", "-created_at"], name="idx_transactions_userid_created"),
        ),
    ]
