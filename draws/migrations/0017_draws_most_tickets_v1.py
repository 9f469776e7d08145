from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0015_log_watch")]
    operations = [
        InstallSQL(
            "draws_most_tickets",
            version=1,
            sha256="a94323bf3088165d9802bba54c57a8f4d2ae7b52cbd588fd5b84450b0d794d4b",
        )
    ]
