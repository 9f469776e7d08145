"""What an email address may be made of: letters that are what they look like, and not too many of them."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

MOST = 254  # characters (RFC 5321, 4.5.3.1.3)
# Of a domain: letters that other cases make plain, the dot of an i, another script's dot, what is unseen.
UNFIT = re.compile("[\u0131\u0130\u00df\u1e9e\u3002\u0307\u00ad\u200b-\u200f\u2060\ufeff]")


def validate_address(email: str) -> None:
    """Refuse an address that is too long, or has letters that only look like plain ones: an i without a dot.

    It is asked of what was typed, before lower case turns some of these letters into plain ones. The database
    refuses the same (`accounts/sql/is_plain_address.sql`). Raises ValidationError with a sentence.
    """
    if len(email) > MOST:
        said = gettext("An email address has at most %(most)s characters. Enter a shorter one.")
        raise ValidationError(said % {"most": MOST})
    letter = _unfit_letter(email)
    if letter:
        said = gettext(
            "“%(letter)s” cannot be part of an email address here, because it is easily taken for another "
            "letter. Type the address with plain letters."
        )
        raise ValidationError(said % {"letter": letter})


def is_plain(email: str) -> bool:
    """Return whether `validate_address` accepts the address."""
    return len(email) <= MOST and not _unfit_letter(email)


def _unfit_letter(email: str) -> str:
    name, _, host = email.strip().rpartition("@")
    for letter in name:
        if not letter.isascii():
            return letter
    for letter in host:
        if UNFIT.match(letter) or unicodedata.normalize("NFKC", letter) != letter:
            return letter
    # Letters that are one only together, such as an e and its accent by itself.
    return host if unicodedata.normalize("NFKC", host) != host else ""
