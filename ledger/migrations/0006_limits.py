from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_spend_limits")]
    operations = [install(__file__)]
