from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0018_mode_index")]
    operations = [install(__file__)]
