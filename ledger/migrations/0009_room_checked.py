from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """A database transaction of its own, so that the rows are read without keeping anybody from writing."""

    dependencies = [("ledger", "0008_room")]

    operations = [ValidateConstraint("transaction", "transactions_leave_room")]
