from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("draws", "0008_staff_groups")]

    operations = [
        AddIndexConcurrently(
            model_name="draw",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False), ("told_at__isnull", True)),
                fields=["id"],
                name="idx_draws_untold",
            ),
        ),
        AddIndexConcurrently(
            model_name="winner",
            index=models.Index(
                condition=models.Q(("hand_over", "lapsed")), fields=["-id"], name="idx_winners_lapsed"
            ),
        ),
    ]
