import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("draws", "0004_guide_indexes"),
        ("ledger", "0004_staff_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="draw",
            index=models.Index(
                condition=models.Q(("published_at__isnull", True), ("vip_only", True), _connector="OR"),
                fields=["id"],
                name="idx_draws_marked",
            ),
        ),
        AddIndexConcurrently(
            model_name="draw",
            index=models.Index(fields=["draw_time", "id"], name="idx_draws_closing"),
        ),
        AddIndexConcurrently(
            model_name="draw",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("title", config="simple"),
                name="idx_draws_title_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="winner",
            index=models.Index(
                condition=models.Q(("hand_over__in", ["to_claim", "claimed"])),
                fields=["hand_over", "-id"],
                name="idx_winners_waiting",
            ),
        ),
    ]
