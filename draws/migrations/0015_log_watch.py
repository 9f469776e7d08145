"""The log is compared with what is kept outside; lists leave time before rounds; secrets are encrypted."""

from collections.abc import Iterator
from typing import Any

import django.db.models.functions.datetime
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from common.database.sql import InstallSQL
from common.encryption import decrypt, encrypt


def encrypt_secrets(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Encrypt the secrets of every draw, and leave in the clear only the seeds that are public."""
    for seal in _seals(apps, schema_editor):
        seal.secrets = encrypt(
            (bytes(seal.draw_uid) + bytes(seal.server_seed) + bytes(seal.entry_secret)).hex()
        )
        beacon = seal.chain_hash is not None and seal.freeze_hash is not None
        is_public = beacon or seal.result_hash is not None or (seal.void_hash and seal.freeze_hash)
        seal.server_seed, seal.entry_secret = (seal.server_seed if is_public else None), None
        seal.save(update_fields=["secrets", "server_seed", "entry_secret"])


def decrypt_secrets(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the secrets in the clear again, as the version before reads them."""
    for seal in _seals(apps, schema_editor):
        whole = bytes.fromhex(decrypt(seal.secrets))
        seal.server_seed, seal.entry_secret = whole[16:48], whole[48:]
        seal.save(update_fields=["server_seed", "entry_secret"])


def _seals(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> Iterator[Any]:
    """Yield every seal, a few at a time, while nothing else writes to them."""
    schema_editor.execute("ALTER TABLE draw_seals DISABLE TRIGGER USER")
    seals = apps.get_model("draws", "Seal").objects.using(schema_editor.connection.alias)
    yield from seals.order_by("pk").iterator(chunk_size=500)
    schema_editor.execute("ALTER TABLE draw_seals ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("draws", "0014_draws_void_v1"), ("accounts", "0016_times_of_the_clock")]
    operations = [
        migrations.CreateModel(
            name="LogLoss",
            fields=[
                ("era", models.IntegerField(primary_key=True, serialize=False, verbose_name="era")),
                (
                    "found_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        verbose_name="found at",
                    ),
                ),
                ("last_n", models.BigIntegerField(verbose_name="last record left")),
                ("last_head", models.BinaryField(max_length=32, verbose_name="its head")),
                ("lost_n", models.BigIntegerField(verbose_name="newest record lost")),
                ("lost_head", models.BinaryField(max_length=32, verbose_name="its head")),
                (
                    "records",
                    models.JSONField(
                        help_text="As they were kept outside, in order.", verbose_name="lost records"
                    ),
                ),
                ("voided", models.JSONField(verbose_name="draws void because of it")),
                ("reason", models.TextField(verbose_name="reason")),
            ],
            options={
                "verbose_name": "loss of records",
                "verbose_name_plural": "losses of records",
                "db_table": "log_losses",
            },
        ),
        migrations.CreateModel(
            name="LogWatch",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "era",
                    models.IntegerField(
                        db_default=1, default=1, help_text="Ends when records of the log are lost."
                    ),
                ),
                (
                    "kept_n",
                    models.BigIntegerField(
                        db_default=-1,
                        default=-1,
                        help_text="The newest record whose head is kept outside.",
                    ),
                ),
                ("confirmed_for", models.TextField(db_default="", default="")),
                (
                    "behind_since",
                    models.DateTimeField(help_text="Since when the log lacks what is outside.", null=True),
                ),
            ],
            options={
                "verbose_name": "watch over the log",
                "verbose_name_plural": "watches over the log",
                "db_table": "log_watch",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="log_watch_one_row")
                ],
            },
        ),
        migrations.AddField(
            model_name="seal",
            name="list_by",
            field=models.BigIntegerField(
                help_text="Unix seconds. Later than this the list is not frozen, to leave time before the round.",
                null=True,
                verbose_name="list by",
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="list_told_at",
            field=models.DateTimeField(
                help_text="When everyone who entered had been written to.",
                null=True,
                verbose_name="list told at",
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="secrets",
            field=models.TextField(db_default="", default="", help_text="Encrypted.", verbose_name="secrets"),
        ),
        migrations.AlterField(
            model_name="seal",
            name="server_seed",
            field=models.BinaryField(max_length=32, null=True, verbose_name="server seed"),
        ),
        migrations.AlterField(
            model_name="seal",
            name="entry_secret",
            field=models.BinaryField(editable=False, max_length=32, null=True, verbose_name="entry secret"),
        ),
        migrations.RunPython(encrypt_secrets, decrypt_secrets),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry_secret__isnull", True), models.Q(("secrets", ""), _negated=True)),
                name="seals_secrets_encrypted",
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("server_seed__isnull", True),
                    ("result_hash__isnull", False),
                    ("void_hash__isnull", False),
                    models.Q(("chain_hash__isnull", False), ("freeze_hash__isnull", False)),
                    _connector="OR",
                ),
                name="seals_seed_when_due",
            ),
        ),
        InstallSQL(
            "draw_seals_triggers",
            version=2,
            sha256="ca5b92e9ce9fc0b5c1f3247b08e8bcbfde82cc3780cf40a8e85aa95a719da0c4",
        ),
        InstallSQL(
            "log_incarnation",
            version=1,
            sha256="ac2c380e469488f027ee90aab349b7ad30244a9c1d20aafdbae5c2495f61196e",
        ),
        InstallSQL(
            "log_losses_triggers",
            version=1,
            sha256="d49c33c92949b4c084f74ee4d2e3308c1d664e775eac17fe6d6ed239c1b806ae",
        ),
        InstallSQL(
            "take_tickets",
            version=3,
            sha256="e93606359b1a60c721b72d0617e1b6668de0fc5448389af155ad469bab90780b",
        ),
    ]
