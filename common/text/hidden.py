"""Signs that a reader does not see: they make two texts look the same, or one text read backwards."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Controls, formats (marks of direction, a space without width), half characters, private and unassigned ones,
# separators of lines: by their general category in Unicode.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Seen as a space or as nothing, though their category says letter, symbol or mark.
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
BLANK |= {chr(code) for code in range(0xE0100, 0xE01F0)}
# They join the parts of an emoji, and keep letters of some scripts apart.
JOINERS = "\u200c\u200d"
# Letters, numbers, punctuation and symbols are seen; marks and spaces alone are not.
SEEN = "LNPS"


def hidden_sign(text: str) -> str:
    """Return the code point of the first sign in a text that nobody sees, as `U+202E`; "" if there is none.

    A joiner is hidden where it joins nothing: at the beginning, at the end, or beside another one.
    """
    for before, sign, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        joins = sign in JOINERS and not {before, after} & {" ", *JOINERS}
        if (sign in BLANK or unicodedata.category(sign) in HIDDEN) and not joins:
            return f"U+{ord(sign):04X}"
    return ""


def is_seen(text: str) -> bool:
    """Return whether there is anything to see in a text."""
    return any(unicodedata.category(sign)[0] in SEEN for sign in text)


def validate_shown(text: str) -> None:
    """Refuse a text with a sign that nobody sees, for forms; lines may end. Raises ValidationError."""
    sign = hidden_sign(text.replace("\r", "").replace("\n", " "))
    if sign:
        said = gettext("There is a sign in it that nobody sees (%(sign)s). Type it again without that sign.")
        raise ValidationError(said % {"sign": sign})
