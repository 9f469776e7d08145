from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_watermark")]

    operations = [
        AddConstraintNotValid(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type__in", ["refund", "prize"]),
                    ("amount__lt", 0),
                    ("balance_after__lte", 1_000_000_000),
                    _connector="OR",
                ),
                name="transactions_leave_room",
            ),
        ),
    ]
