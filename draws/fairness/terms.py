"""A draw's terms in canonical form: what the open record commits to (protocol v1, "Bytes")."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

from .encoding import MAX_INTEGER, FairnessError

STRING_TERMS = frozenset({"title", "prize_amount"})
INTEGER_TERMS = frozenset(
    {"prize_coins", "entry_fee", "max_participants", "max_per_player", "min_participants"}
)
TERM_KEYS = tuple(sorted(STRING_TERMS | INTEGER_TERMS))

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]{2}")


class BadTerms(FairnessError):
    """Terms that have no canonical form, or are not in it."""


def canonical_terms(terms: Mapping[str, object]) -> str:
    """The one text of these terms: keys sorted, no spaces, only `"` and `\\` escaped; hash its UTF-8.

    `prize_amount` is a string with two decimals. BadTerms for any other key, type, range or character.
    """
    if not isinstance(terms, Mapping) or set(terms) != set(TERM_KEYS):
        raise BadTerms("Terms have exactly these keys: " + ", ".join(TERM_KEYS) + ".")
    return "{" + ",".join(f'"{key}":{_value(key, terms[key])}' for key in TERM_KEYS) + "}"


def parse_terms(text: str) -> dict[str, object]:
    """The terms written in this canonical text; BadTerms if it differs from their canonical form anywhere."""
    try:
        terms = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise BadTerms("Terms are one flat JSON object.") from None
    # Writing them again catches what json.loads forgives: doubled keys, spaces, escapes, order.
    if canonical_terms(terms) != text:
        raise BadTerms("These terms are not in canonical form.")
    return dict(terms)


def _value(key: str, value: object) -> str:
    if key in INTEGER_TERMS:
        if type(value) is not int or not 0 <= value <= MAX_INTEGER:
            raise BadTerms(f"{key} is a whole number from 0 to {MAX_INTEGER}.")
        return str(value)
    if not isinstance(value, str):
        raise BadTerms(f"{key} is a string.")
    if key == "prize_amount" and not _AMOUNT.fullmatch(value):
        raise BadTerms("prize_amount is a decimal with two places, such as 250.00.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise BadTerms(f"{key} has a control character or a lone surrogate.")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
