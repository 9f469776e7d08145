from django.db import migrations

from accounts.sqlfiles import install


class Migration(migrations.Migration):
    dependencies = [("draws", "0012_tell_frozen")]
    operations = [install(__file__)]
