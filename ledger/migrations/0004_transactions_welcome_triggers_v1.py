from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guide_indexes"), ("accounts", "0008_mailbox_index")]
    operations = [
        InstallSQL(
            "transactions_welcome_triggers",
            version=1,
            sha256="6094b0616ead6b95ba2dbdf1964f93cc420d7eb4e748d5f45a22928db0a0c8b9",
        ),
    ]
