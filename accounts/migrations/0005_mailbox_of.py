from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_old_accounts_linked_and_invited")]
    operations = [
        InstallSQL(
            "punycode",
            version=1,
            sha256="8411acaca7318a0b662d70b5f7099be905770277c9efecb326c4c23e0d3049b2",
        ),
        InstallSQL(
            "mailbox_of",
            version=1,
            sha256="5e4219510089d75ea92d080d6172a1f4e2da1f45751d85c6f78dabaa544b60d9",
        ),
        InstallSQL(
            "mailbox_digest",
            version=1,
            sha256="8ff948e7572cb5e155a07d9232cf0dd3f13b8974f3a6e3e6d89518e043d362cc",
        ),
    ]
