"""A draw's two secrets, stored under a key that no backup holds.

One token (`Seal.secrets`) has the draw's id and both secrets, so that a token in another draw's row is not
taken for its own. The seed is written in the clear once it is public, the entry secret never.
"""

from dataclasses import dataclass

from common.encryption import InvalidToken, decrypt, encrypt
from draws.models import Seal

ID_BYTES, SECRET_BYTES = 16, 32


@dataclass(frozen=True)
class Secrets:
    """The seed from which the winners follow, and the secret that hides who has which pseudonym."""

    server_seed: bytes
    entry_secret: bytes


def sealed(draw_uid: bytes, secrets: Secrets) -> str:
    """Return the token of a draw's secrets."""
    return encrypt((draw_uid + secrets.server_seed + secrets.entry_secret).hex())


def opened(draw_uid: bytes, token: str) -> Secrets:
    """Return the secrets in a draw's token. Raises InvalidToken if no key opens it, or it is another's."""
    whole = bytes.fromhex(decrypt(token))
    if whole[:ID_BYTES] != draw_uid:
        raise InvalidToken
    return Secrets(whole[ID_BYTES:-SECRET_BYTES], whole[-SECRET_BYTES:])


def secrets_of(seal: Seal) -> Secrets:
    """Return a draw's secrets. Raises InvalidToken if no key opens them."""
    return opened(bytes(seal.draw_uid), seal.secrets)
