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
            "transactions_visit_triggers",
            version=1,
            sha256="936e868356e558bc9779b298ff1d7c47fe449a0f857b01b4fabbe8c356c3ecac",
        ),
    ]
