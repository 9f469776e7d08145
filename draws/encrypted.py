"""Which columns of draws hold tokens of `accounts.encryption`."""

from accounts.encrypted import EncryptedColumn
from draws.models import Claim

DRAWS = [EncryptedColumn("claim", Claim, "details")]
