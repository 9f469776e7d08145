from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0002_rules"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [install(__file__)]
