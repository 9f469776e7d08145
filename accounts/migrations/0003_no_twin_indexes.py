from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache")]
    operations = [install(__file__)]
