"""What players and staff said is dated by the database's clock."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_security_events_triggers_v1")]
    operations = [
        InstallSQL(
            "happens_now",
            version=1,
            sha256="7d4a20a71900564d1a0e91210a530865db3730943174776bb744b588d22083d4",
        ),
        InstallSQL(
            "refuse_other_time",
            version=1,
            sha256="82768c2a31326d775728068eee76c8a4495bf1b797ae4cb189860e3145433f4a",
        ),
        InstallSQL(
            "approvals_times",
            version=1,
            sha256="e5185fa58f1b2c0ca709a5dc81ab68c580719f76781288e558388a2dfb1ae1c5",
        ),
        InstallSQL(
            "play_breaks_times",
            version=1,
            sha256="a7a8fa7cb19511d201bb26b86bf5c62fd9db1d10a6323f942e05ad70850063b7",
        ),
        InstallSQL(
            "rules_acceptances_times",
            version=1,
            sha256="a8821db40d4a9af99b466803a1ce3b2615800d28592d6f28c27eab9666e81cfa",
        ),
    ]
