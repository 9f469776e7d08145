from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0006_claims"),
        ("accounts", "0006_rules"),
        ("ledger", "0006_limits"),
    ]
    operations = [install(__file__)]
