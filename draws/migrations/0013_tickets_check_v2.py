from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0012_times_of_the_clock")]
    operations = [
        InstallSQL(
            "tickets_check",
            version=2,
            sha256="99aa06d6a3accd7280d3d380c1c5c935ba64597a9d6dcc57012c3be8ed553f8a",
        )
    ]
