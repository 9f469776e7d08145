"""Runs of operators and incidents are recorded once, and kept for 400 days."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("lucky11", "0003_auditors_read_security_log"), ("accounts", "0016_times_of_the_clock")]
    operations = [
        InstallSQL(
            "operation_runs_triggers",
            version=1,
            sha256="ae7363aed94967f05677d2f7211f6c28d030b8447484b696dec180a6b4fca70d",
        ),
        InstallSQL(
            "incidents_triggers",
            version=1,
            sha256="812b76e8156b30f589775d254795dc12201efe0dda1bbe76699eceb98ea23cab",
        ),
    ]
