from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_time_zone_changed_at")]
    operations = [
        InstallSQL(
            "users_time_zone_triggers",
            version=1,
            sha256="62a642c19ed6f005cf27a8e48e5845d4d810a41f4ae21f3b335230a805d01f16",
        ),
    ]
