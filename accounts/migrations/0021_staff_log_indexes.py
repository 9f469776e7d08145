from django.db import migrations

TEXT = "to_tsvector('simple'::regconfig, coalesce(object_repr, '') || ' ' || coalesce(change_message, ''))"


class Migration(migrations.Migration):
    """Finds entries of the staff log by day, by what they are about, and by their words.

    The table is Django's, so its model knows nothing of the indexes.
    """

    atomic = False
    dependencies = [
        ("accounts", "0020_covers_results_from"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY idx_staff_log_time ON django_admin_log (action_time, id)",
            "DROP INDEX CONCURRENTLY IF EXISTS idx_staff_log_time",
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY idx_staff_log_about ON django_admin_log (content_type_id, id DESC)",
            "DROP INDEX CONCURRENTLY IF EXISTS idx_staff_log_about",
        ),
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY idx_staff_log_words ON django_admin_log USING gin (({TEXT}))",
            "DROP INDEX CONCURRENTLY IF EXISTS idx_staff_log_words",
        ),
    ]
