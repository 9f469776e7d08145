from django.db import migrations


class Migration(migrations.Migration):
    """Finds the addresses of a mailbox. The table is allauth's, so its model knows nothing of the index."""

    atomic = False
    dependencies = [("accounts", "0007_claim_welcome")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY idx_account_mailbox ON account_emailaddress (mailbox_of(email))",
            "DROP INDEX CONCURRENTLY IF EXISTS idx_account_mailbox",
        )
    ]
