"""Encryption of a stream of any length, in a format that fits on this page.

    header   b"lucky11-backup-1\\n", 8 bytes that name the key, 32 random bytes (the salt)
    chunks   AES-256-GCM of 1 MiB each, the last one shorter: ciphertext, then 16 bytes of tag

The file's key is HKDF-SHA256(key, salt, info=b"lucky11 backup"). A chunk's nonce is its number, 11 bytes,
most significant first, and one byte that is 1 for the last chunk and 0 for others; the header is
authenticated with every chunk. So a chunk that is changed, missing, moved or of another file, and an end that
is cut off, do not decrypt. There is always a last chunk, be it empty. (The construction is STREAM; RFC 5869,
NIST SP 800-38D.)
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lucky11.operations import OperationError

MAGIC = b"lucky11-backup-1\n"
CHUNK = 2**20
TAG = 16
SALT = 32
NAME = 8


def encrypted(stream: Iterable[bytes], key: str) -> Iterator[bytes]:
    """Yield the stream encrypted under the key (32 bytes in URL-safe base64)."""
    secret, salt = _secret(key), os.urandom(SALT)
    header = MAGIC + _name(secret) + salt
    yield header
    cipher, number, held = _cipher(secret, salt), 0, bytearray()
    for piece in stream:
        held += piece
        while len(held) > CHUNK:
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:CHUNK]), header)
            del held[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), header)


def decrypted(file: IO[bytes], keys: Iterable[str]) -> Iterator[bytes]:
    """Yield the stream that was encrypted under one of the keys.

    Raises OperationError if none of them is its key, or at the first chunk that was altered.
    """
    header = file.read(len(MAGIC) + NAME + SALT)
    if not header.startswith(MAGIC) or len(header) < len(MAGIC) + NAME + SALT:
        raise OperationError("This is not an encrypted backup. Nothing was changed.")
    name, salt = header[len(MAGIC) : -SALT], header[-SALT:]
    secret = next((each for each in map(_secret, keys) if _name(each) == name), None)
    if secret is None:
        raise OperationError(
            "None of BACKUP_KEYS decrypts this backup. Nothing was changed. Restore the key that it was "
            "made with."
        )
    cipher, number, block = _cipher(secret, salt), 0, _read(file)
    while True:
        following = _read(file)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), block, header)
        except InvalidTag:
            raise OperationError(
                "The encrypted backup was changed or cut off after it was made. Use an earlier one."
            ) from None
        if not following:
            return
        number, block = number + 1, following


def _read(file: IO[bytes]) -> bytes:
    """Read a whole block, or what is left: stores may return less than was asked for."""
    block = b""
    while len(block) < CHUNK + TAG and (more := file.read(CHUNK + TAG - len(block))):
        block += more
    return block


def _secret(key: str) -> bytes:
    try:
        secret = base64.b64decode(key.strip(), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != 32:
        raise OperationError(
            "BACKUP_KEYS holds something that is not a key: each is 32 bytes in URL-safe base64 "
            "(.env.example says how to make one). Nothing was changed."
        )
    return secret


def _name(secret: bytes) -> bytes:
    return hashlib.sha256(b"lucky11 backup key\0" + secret).digest()[:NAME]


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"lucky11 backup").derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
