import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("draws", "0005_old_winners_triggers_v2"),
    ]
    operations = [
        migrations.AddField(
            model_name="draw",
            name="cancelled_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cancelled by",
            ),
        ),
        InstallSQL(
            "refuse_stake",
            version=1,
            sha256="df3530cc5e330aeeaef1a3528188e69d75b2920017116aa4a8aa20073d007251",
        ),
        InstallSQL(
            "draws_cancelled_by",
            version=1,
            sha256="7db45a3377b5d008b80754cdced0345e0805036b1ce450df86678145f6b60ea3",
        ),
        InstallSQL(
            "approvals_conflicts",
            version=1,
            sha256="29788b9aff5717bbef98a5ed9fe1cdab356fb52d02ed97a6745076a21fc792f7",
        ),
        InstallSQL(
            "redraws_triggers",
            version=2,
            sha256="c780287b1d5fd9ac2a7668ae44d65c529fafd260bde38b22d0f94d3c9e804993",
        ),
        InstallSQL(
            "claims_triggers",
            version=2,
            sha256="051250fbc88ed60cbe4624392994a89eb3a4e5b9e18696464fd7aac1623e4ce1",
        ),
    ]
