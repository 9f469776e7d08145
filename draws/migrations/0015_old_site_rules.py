from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0014_old_site"), ("ledger", "0002_rules")]
    operations = [install(__file__)]
