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
            sha256="3b27e2dd439a68e1cc669362b4786590db232ad523df9d0662ad6a641ef99573",
        ),
        InstallSQL(
            "prize_proof",
            version=1,
            sha256="a3a1c2b6963440c3c91ad826bcdb957c39f185000aad148541aa5fd3243fd4b3",
        ),
    ]
