from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Q

from common.database.indexes import GuideIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("draws", "0002_rules")]
    operations = [
        AddIndexConcurrently(
            "draw",
            GuideIndex(
                fields=["is_active", "draw_time"],
                name="idx_draws_active_drawtime",
                condition=Q(is_active=True),
            ),
        ),
        AddIndexConcurrently("participation", GuideIndex(fields=["user"], name="idx_participations_userid")),
        AddIndexConcurrently("participation", GuideIndex(fields=["draw"], name="idx_participations_drawid")),
        AddIndexConcurrently("winner", GuideIndex(fields=["user"], name="idx_winners_userid")),
        AddIndexConcurrently(
            "winner",
            GuideIndex(
                fields=["is_public", "-won_at"], name="idx_winners_public_recent", condition=Q(is_public=True)
            ),
        ),
    ]
