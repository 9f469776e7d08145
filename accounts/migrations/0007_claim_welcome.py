from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_welcomed_mailboxes"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [
        InstallSQL(
            "welcomed_elsewhere",
            version=1,
            sha256="cc64b50002a124788d2b15a3633367e279601a4457af30d204e3e2d56ce03d43",
        ),
        InstallSQL(
            "mailbox_welcomed",
            version=1,
            sha256="752306176621a9e01fabd14233103bc68e9d578fb7fea08d9fcaa3082b5396b9",
        ),
        InstallSQL(
            "claim_welcome",
            version=1,
            sha256="80be75d2d44e31cd51248a3a8dff001d4179d670a6afb96943c1e01095e01cde",
        ),
        InstallSQL(
            "welcomed_mailboxes_triggers",
            version=1,
            sha256="b93033c2239489263b697a620fdd0be4876a31979e5991a3c92a5db76a5798f4",
        ),
        InstallSQL(
            "account_emailaddress_triggers",
            version=1,
            sha256="f9df675b1e39f5381ff5d2adbd20caa32c62a09a6e77131f55eee0282df08da5",
        ),
    ]
