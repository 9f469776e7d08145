from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_mailbox_index")]
    operations = [
        InstallSQL(
            "is_plain_address",
            version=1,
            sha256="ec32d2f72bc3f073e1fabdeeb53650c417817670cc2f2f60c9a30810be58e027",
        ),
        InstallSQL(
            "plain_addresses_triggers",
            version=1,
            sha256="f50ee95f5f6c11f0b384c684a16c31c7b01cf12a9dca7a94e9c5513920c05d44",
        ),
    ]
