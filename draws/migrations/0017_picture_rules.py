from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0016_prize_pictures")]
    operations = [install(__file__)]
