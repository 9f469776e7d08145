from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0003_guide_indexes")]
    operations = [
        InstallSQL(
            "old_tickets_triggers",
            version=2,
            sha256="cb1da305a6974d05e150b7a736f8cba2b877d5bde74b5093116971271880788e",
        )
    ]
