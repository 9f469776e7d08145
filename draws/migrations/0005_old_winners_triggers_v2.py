from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0004_old_tickets_triggers_v2")]
    operations = [
        InstallSQL(
            "old_winners_triggers",
            version=2,
            sha256="1460ec3b0c8a185860ad55e793a5329f59529baf7cc759a69c632a875a35b5b3",
        )
    ]
