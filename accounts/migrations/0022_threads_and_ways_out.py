from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0021_staff_log_indexes")]
    operations = [
        migrations.AddField(
            model_name="outboxemail",
            name="unsubscribe_url",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Where mail programs switch off this kind of email; empty if it is always sent.",
                verbose_name="unsubscribe url",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="thread",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Messages about the same thing are shown as one; empty for a message that stands alone.",
                verbose_name="thread",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                name="idx_messages_thread",
                fields=["user", "thread", "-id"],
                condition=models.Q(("thread", ""), _negated=True),
            ),
        ),
    ]
