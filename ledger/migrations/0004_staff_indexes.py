from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("ledger", "0003_guide_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("type__in", ["signup_bonus", "refund", "prize", "adjustment", "import"])),
                fields=["type", "-id"],
                name="idx_transactions_rare",
            ),
        ),
    ]
