"""Coins move, and players join and leave, at the time of the database's clock."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_adjustment_proof"), ("accounts", "0016_times_of_the_clock")]
    operations = [
        InstallSQL(
            "transactions_times",
            version=1,
            sha256="f4b8003bbf9d52bd0cb1299df9b0203e6a103641435a5b179b81db3dec8f5650",
        ),
        InstallSQL(
            "spend_limits_times",
            version=1,
            sha256="1cf064b5833fb06467c382471e9dd07c285e68db3d6d67e7e37f60c87777acba",
        ),
        InstallSQL(
            "users_times",
            version=1,
            sha256="e4bc7e21bc36b7d7506998ff8bdb0efa9767cd4f114599cb487a69d733ecd718",
        ),
    ]
