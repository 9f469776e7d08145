"""Read what a courier hands over: drand's JSON of a round, or the bare signature in hex."""

import json
import re

from django.utils.translation import gettext as _

from common.text import wording

MOST_BYTES = 16 * 1024  # a round is about 300
HEX = re.compile(r"[0-9a-fA-F]{96}")


class BadAnswer(ValueError):
    """What was handed over is not a round; the text says why, in a sentence."""


def read_round(data: bytes) -> tuple[int | None, bytes]:
    """Return the round's number (None when only a signature is given) and its signature, not yet verified.

    Raises BadAnswer.
    """
    if len(data) > MOST_BYTES:
        raise BadAnswer(_("It is longer than %(most)s bytes.") % {"most": wording.grouped(MOST_BYTES)})
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise BadAnswer(_("It is not text.")) from None
    if HEX.fullmatch(text):
        return None, bytes.fromhex(text)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer(_("It is neither a round in JSON nor a signature of 96 hex digits.")) from None
    if not isinstance(answer, dict):
        raise BadAnswer(_("Its JSON is not an object with a round and its signature."))
    number, signature = answer.get("round"), answer.get("signature")
    if type(number) is not int or not isinstance(signature, str) or not HEX.fullmatch(signature):
        raise BadAnswer(_("Its JSON has no round number with a signature of 96 hex digits."))
    return number, bytes.fromhex(signature)
