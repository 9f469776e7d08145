from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0010_playing_day_v1")]
    operations = [
        InstallSQL(
            "take_tickets",
            version=3,
            sha256="b653579a78bde7596646cd2512daeb1dad027ca37d1dcd37f8a7a9b84b10716d",
        )
    ]
