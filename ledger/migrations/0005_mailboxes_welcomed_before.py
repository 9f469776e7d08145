from django.db import migrations

# Of accounts that share a mailbox, the first one that had its welcome coins keeps them, as do the others.
CLAIM = """
    INSERT INTO welcomed_mailboxes (digest, user_id)
    SELECT DISTINCT ON (a.digest) a.digest, a.user_id
    FROM (SELECT mailbox_digest(e.email) AS digest, t.user_id, t.id
          FROM transactions t
          JOIN users u ON u.id = t.user_id AND u.closed_at IS NULL
          JOIN account_emailaddress e ON e.user_id = t.user_id
           AND (e.verified OR EXISTS (SELECT FROM old_accounts o WHERE o.user_id = t.user_id))
          WHERE t.type = 'signup_bonus') AS a
    ORDER BY a.digest, a.id
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_check_welcome_v1")]
    operations = [migrations.RunSQL(CLAIM, migrations.RunSQL.noop)]
