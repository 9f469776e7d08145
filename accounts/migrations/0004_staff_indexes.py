import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0003_no_twin_indexes"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["-created_at", "-id"], name="idx_users_newest"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(
                    ("is_vip", True), ("is_staff", True), ("is_active", False), _connector="OR"
                ),
                fields=["id"],
                name="idx_users_marked",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("first_name", "last_name", config="simple"),
                name="idx_users_name_words",
            ),
        ),
    ]
