from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0008_disqualifications"), ("ledger", "0008_bonus_proof")]
    operations = [
        InstallSQL(
            "entry_proof",
            version=1,
            sha256="73a0bb138529d7d23c248820737a5c7615c4bd0cb7714714b418c8f7c89d6eb8",
        ),
        InstallSQL(
            "refund_proof",
            version=1,
            sha256="7fbbbd7cca2532f5574b70db30ac6c270195be3b5ef984992de3e832d27157c5",
        ),
        InstallSQL(
            "prize_proof",
            version=1,
            sha256="dec1cef6be5159fbfceb1779e81bff4f4cb43841f01b9461dcc09a20ea8fc87e",
        ),
        InstallSQL(
            "transactions_draw_proof_triggers",
            version=1,
            sha256="329887d336d45cc55d86b2098da2a50119bf9079d86391b5274499f266e3dea4",
        ),
    ]
