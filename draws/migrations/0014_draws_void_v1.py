from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0013_tickets_check_v2")]
    operations = [
        InstallSQL(
            "draws_void",
            version=1,
            sha256="1781f522e9794a699f2354511c915abbd8e0d6bea50160e0d0fd8584d57f5170",
        )
    ]
