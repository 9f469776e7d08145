from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0007_leaving")]

    operations = [
        RemoveIndexConcurrently(model_name="user", name="idx_users_marked"),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(
                    ("is_vip", True),
                    ("is_staff", True),
                    ("is_active", False),
                    ("suspended_at__isnull", False),
                    _connector="OR",
                ),
                fields=["id"],
                name="idx_users_marked",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboxemail",
            index=models.Index(
                condition=models.Q(("recipient", ""), _negated=True),
                fields=["sent_at"],
                name="idx_outbox_kept",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboxemail",
            index=models.Index(
                condition=models.Q(
                    ("key__startswith", "goodbye:"), models.Q(("recipient", ""), _negated=True)
                ),
                fields=["id"],
                name="idx_outbox_goodbye",
            ),
        ),
    ]
