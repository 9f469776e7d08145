from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_mailboxes_welcomed_before"),
        ("accounts", "0012_users_time_zone_triggers_v1"),
    ]
    operations = [
        InstallSQL(
            "moved_since",
            version=1,
            sha256="f870b4b5ec6600852274f72261335ad01e6d239a959d28920e39fb1470dc58ee",
        ),
        InstallSQL(
            "check_visit",
            version=1,
            sha256="6ae38a1d08d65cd7a20a39c90362c9ba5b7b7dfb8097d7784578af3e339a92ed",
        ),
    ]
