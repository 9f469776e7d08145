from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0009_coin_proofs"), ("ledger", "0006_visits_of_movers")]
    operations = [
        InstallSQL(
            "playing_day",
            version=1,
            sha256="7a1ae18f08f0216c0ec79b0e4497be3b51609fb364c33ddc84340eef4ec75ef2",
        ),
    ]
