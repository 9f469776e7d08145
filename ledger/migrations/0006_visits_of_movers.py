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
            sha256="d069df1b77ff2b2db763046aa2965401b28e9b8377b090f91c3640680f9b6667",
        ),
        InstallSQL(
            "transactions_visit_triggers",
            version=1,
            sha256="f3161b35012d53a2fb1b0994909bf82ce92d65504407b8a537d2dfbc0cbfb656",
        ),
    ]
