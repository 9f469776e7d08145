from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [install(__file__)]
