"""Which columns hold tokens of `common.encryption`: each app lists its own; one command rotates all."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Model


@dataclass(frozen=True)
class EncryptedColumn:
    """A column that is a token, or a JSON column with tokens under `keys`; empty ones are skipped."""

    label: str
    model: type[Model]
    field: str
    keys: tuple[str, ...] = ()


ACCOUNTS = [EncryptedColumn("second factor", Authenticator, "data", keys=("secret", "seed"))]
