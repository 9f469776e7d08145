from django.db import migrations, models

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_coin_rates"), ("account", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="CoinProof",
            fields=[
                ("kind", models.TextField(primary_key=True, serialize=False)),
                (
                    "after",
                    models.BigIntegerField(help_text="The id of the last transaction that is not judged."),
                ),
            ],
            options={"db_table": "coin_proofs", "default_permissions": ()},
        ),
        InstallSQL(
            "visit_key",
            version=1,
            sha256="f884235e50416206d723646b7585fb5d4a21ee9f10e3763a27fdbacffd7228c9",
        ),
        InstallSQL(
            "may_be_welcomed",
            version=1,
            sha256="1f8060e57071d43656f56c438dd4ec8ebc0900ac34741e73611a6dd59eec9832",
        ),
        InstallSQL(
            "bonus_proof",
            version=1,
            sha256="f58e78bac3d46504ff7ee8b076fea36fb29045dc899de26342ac8d56e7cf7b65",
        ),
        migrations.RunSQL(
            "INSERT INTO coin_proofs (kind, after) VALUES ('bonus', ledger_watermark())",
            migrations.RunSQL.noop,
        ),
        InstallSQL(
            "coin_proofs_triggers",
            version=1,
            sha256="3af30e071a949e2a99202440250803274d748a2b1f4a574ffc88a4c6f99f88c2",
        ),
    ]
