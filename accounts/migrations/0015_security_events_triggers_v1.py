from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_security_log")]
    operations = [
        InstallSQL(
            "security_events_triggers",
            version=1,
            sha256="0c5f8b595901bfe49282e32999bcc377d84bb766375e8b08b3527fc9e0c3c4dc",
        )
    ]
