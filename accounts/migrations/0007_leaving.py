import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_rules")]

    operations = [
        migrations.CreateModel(
            name="LeftAddress",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("left_at", models.DateTimeField(db_default=Now(), default=django.utils.timezone.now)),
                (
                    "back_as",
                    models.ForeignKey(
                        help_text="The account that joined with it again.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "left_addresses"},
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(
                        ("email__isnull", True), ("first_name", ""), ("is_active", False), ("last_name", "")
                    ),
                    _connector="OR",
                ),
                name="users_closed_name_nobody",
                violation_error_message="A deleted account has no e-mail and no names, and stays closed.",
            ),
        ),
        migrations.AddIndex(
            model_name="dataexport",
            index=models.Index(
                condition=models.Q(("content__isnull", False)),
                fields=["expires_at"],
                name="idx_data_exports_kept",
            ),
        ),
    ]
