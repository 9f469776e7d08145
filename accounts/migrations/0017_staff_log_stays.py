"""The staff log is never rewritten; a deleted account's names alone are taken out."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_times_of_the_clock"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    operations = [
        InstallSQL(
            "django_admin_log_triggers",
            version=1,
            sha256="2e3e00fcafa84541015df492dcbe3a6ee030aa90c87900b4b575a21aa5deff56",
        ),
    ]
