from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_staff_log_stays")]
    operations = [
        # Going backward, the index is 0008's again.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "CREATE INDEX idx_account_mailbox ON account_emailaddress (mailbox_of(email))",
        ),
        InstallSQL(
            "account_emailaddress_mailboxes",
            version=1,
            sha256="4193c95e811330dfdd93e8150b0ad68384167c9c3139caf4c01905672fe10137",
        ),
    ]
