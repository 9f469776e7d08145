import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0011_beacon_staff")]
    operations = [
        migrations.CreateModel(
            name="FreezeToTell",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="draws.draw",
                    ),
                ),
                (
                    "told_up_to",
                    models.TextField(db_default="", default="", help_text="The last player told, by id."),
                ),
            ],
            options={"db_table": "freezes_to_tell"},
        ),
    ]
