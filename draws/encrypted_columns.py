"""Which columns of draws hold tokens of `common.encryption`."""

from accounts.encrypted_columns import EncryptedColumn
from draws.models import Claim

DRAWS = [EncryptedColumn("claim", Claim, "details")]
