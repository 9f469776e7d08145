"""Encryption of columns that a copy of the database alone must not reveal, with MultiFernet."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from common.registry import Registry

__all__ = ["COLUMNS", "EncryptedColumn", "InvalidToken", "decrypt", "encrypt", "is_newest", "rotate"]


@dataclass(frozen=True)
class EncryptedColumn:
    """A column that is a token, or a JSON column with tokens under `keys`; empty ones are skipped."""

    model: type[Model]
    field: str
    keys: tuple[str, ...] = ()


# By what people call a row of theirs; `manage.py rotate_encryption` renews every one of them.
COLUMNS: Registry[EncryptedColumn] = Registry("encrypted columns")


def encrypt(text: str) -> str:
    """Return a token for `text`, made with the newest key."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text of a token of any of the keys. Raises InvalidToken for anything else."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()


def rotate(token: str) -> str:
    """Return the same text under the newest key. Raises InvalidToken when none of the keys fits."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).rotate(token.encode()).decode()


def is_newest(token: str) -> bool:
    """Return whether the newest key alone opens the token."""
    try:
        _keys((settings.ENCRYPTION_KEYS[0],)).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "ENCRYPTION_KEYS holds something that is not a key: each is 32 bytes in URL-safe base64 "
            "(.env.example says how to make one)."
        ) from None
