"""The bytes of protocol v1: its tagged hash, its integers, and the checks on everything that is hashed."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import TypeVar

HASH_BYTES = 32
MAX_INTEGER = 2**53 - 1  # what a browser's number holds exactly
MAX_U32 = 2**32 - 1

Label = TypeVar("Label", bound="LabelledEnum")


class FairnessError(ValueError):
    """Something protocol v1 does not allow; its text is one sentence without secrets."""


class BadValue(FairnessError):
    """A value of the wrong type, length or range; `field` names it."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} must be {rule}.")
        self.field = field


class LabelledEnum(IntEnum):
    """A choice with its number (hashed) and its label (written in documents)."""

    @property
    def label(self) -> str:
        """The choice as documents and the database write it."""
        return self.name.lower()

    @classmethod
    def from_label(cls: type[Label], label: object) -> Label:
        """The choice with this label, spelled exactly; BadValue when there is none."""
        for member in cls:
            if member.label == label:
                return member
        raise BadValue(cls.__name__, "one of " + ", ".join(member.label for member in cls))


def tagged(tag: str, *parts: bytes) -> bytes:
    """`T(tag, p1, p2, …)`: SHA-256 over the tag and the parts, each with its length before it."""
    name = f"lucky11/1/{tag}".encode("ascii")
    digest = hashlib.sha256(len(name).to_bytes(2, "big") + name)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()


def need_bytes(field: str, value: object, length: int = HASH_BYTES) -> bytes:
    """The value, if it is `bytes` of exactly this length; BadValue otherwise."""
    if not isinstance(value, bytes) or len(value) != length:
        raise BadValue(field, f"exactly {length} bytes")
    return value


def need_int(field: str, value: object, low: int = 0, high: int = MAX_INTEGER) -> int:
    """The value, if it is an integer from `low` to `high` (a boolean is not one); BadValue otherwise."""
    if type(value) is not int or not low <= value <= high:
        raise BadValue(field, f"a whole number from {low} to {high}")
    return value


def need_member(field: str, value: object, kind: type[Label]) -> Label:
    """The value, if it is a member of this enumeration; BadValue otherwise."""
    if not isinstance(value, kind):
        raise BadValue(field, f"a member of {kind.__name__}")
    return value


def need_text(field: str, value: object) -> bytes:
    """The value in UTF-8, if it is a string that has one (no lone surrogates); BadValue otherwise."""
    if not isinstance(value, str):
        raise BadValue(field, "a string")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue(field, "Unicode text without lone surrogates") from None


def u8(value: LabelledEnum) -> bytes:
    """A choice's number in one byte."""
    return value.to_bytes(1, "big")


def u32(field: str, value: object) -> bytes:
    """The integer in four bytes, big-endian; BadValue when it does not fit."""
    return need_int(field, value, high=MAX_U32).to_bytes(4, "big")


def u64(field: str, value: object, low: int = 0) -> bytes:
    """The integer in eight bytes, big-endian; BadValue below `low` or above 2**53 - 1."""
    return need_int(field, value, low).to_bytes(8, "big")
