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
            sha256="286aeeb6edf7ac965297325e3b32ff62f690289a0b833b5b38e95815b24dcbfc",
        ),
        InstallSQL(
            "transactions_proof_triggers",
            version=1,
            sha256="fa83f5edc912eb6f7894c204637ddfb8cba3f18b5e55793f08d359a1ce07a0ee",
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
