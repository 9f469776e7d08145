from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_day_one")]
    operations = [install(__file__)]
