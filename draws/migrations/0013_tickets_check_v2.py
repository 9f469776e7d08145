from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0012_times_of_the_clock")]
    operations = [
        InstallSQL(
            "tickets_check",
            version=2,
            sha256="dc45629cdc7e57379cec3efdeb5390141c789ea32ca8b9d901002d1c7af8f97d",
        )
    ]
