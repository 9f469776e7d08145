from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0001_initial"), ("ledger", "0002_rules")]
    operations = [install(__file__)]
