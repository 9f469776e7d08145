from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0018_account_emailaddress_mailboxes_v1")]
    operations = [
        migrations.AddField(
            model_name="outboxemail",
            name="goes_first",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Sent before every other email.",
                verbose_name="goes first",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboxemail",
            index=models.Index(
                name="idx_outbox_next",
                fields=["-goes_first", "due_at"],
                condition=models.Q(sent_at__isnull=True),
            ),
        ),
        RemoveIndexConcurrently(model_name="outboxemail", name="idx_outbox_due"),
    ]
