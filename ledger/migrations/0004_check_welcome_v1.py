from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guide_indexes"), ("accounts", "0008_mailbox_index")]
    operations = [
        InstallSQL(
            "check_welcome",
            version=1,
            sha256="8724a6e8e4447f3c5d12738591fe8d38eec7dafae2cd9f280393781e854f349f",
        ),
    ]
