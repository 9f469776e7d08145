from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0005_old_winners_triggers_v2")]
    operations = [
        InstallSQL(
            "is_of_the_staff",
            version=1,
            sha256="9d302ffa4871ab05dd634e5fddab2fcc0b428bb8aac6ffbc7df8bfa9b9b3ce85",
        ),
    ]
