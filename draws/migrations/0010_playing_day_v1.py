from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0009_coin_proofs"), ("ledger", "0006_visits_of_movers")]
    operations = [
        InstallSQL(
            "playing_day",
            version=1,
            sha256="32e8981ac134614ac8b0eebce7516bfe29fb3290226bad3ee3766543a9d05e27",
        ),
    ]
