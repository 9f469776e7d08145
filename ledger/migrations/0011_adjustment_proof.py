from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_adjusted_index"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        InstallSQL(
            "may_adjust",
            version=1,
            sha256="a2706a448cd2b0182e232e52f9eb70f9d60084ae59917993c6dc2e687e0ad136",
        ),
        InstallSQL(
            "adjustment_room",
            version=1,
            sha256="71b4bc82cb50416058648bdbca93cdbd2d4f7742e9187d12d19efe313fdb4a26",
        ),
        InstallSQL(
            "adjustment_proof",
            version=1,
            sha256="c536dd793bee02563c5627e47ec18a4bcb0177afcef6114c7ee2b9fef40c60e8",
        ),
        migrations.RunSQL(
            "INSERT INTO coin_proofs (kind, after) VALUES ('adjustment', ledger_watermark())",
            [
                "ALTER TABLE coin_proofs DISABLE TRIGGER never_changed",
                "DELETE FROM coin_proofs WHERE kind = 'adjustment'",
                "ALTER TABLE coin_proofs ENABLE TRIGGER never_changed",
            ],
        ),
    ]
