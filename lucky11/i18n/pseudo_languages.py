"""The pseudo-languages: what gettext is asked for comes back changed, so that every other text stands out.

There are no files of them. Letters get accents, brackets show where a text begins and ends, and each text is
as much longer as a translation may be. Placeholders, tags and entities stay as they are.
"""

import re
from functools import lru_cache
from gettext import NullTranslations

from django.conf import settings
from django.utils.translation import to_locale, trans_real

from lucky11.i18n import languages

ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ",
)
# What no translator touches: %(name)s, %s, %%, {name}, <a href="…">, &nbsp;, and addresses.
KEPT = re.compile(r"(%\(\w+\)[-.\d]*[a-z]|%[a-z%]|\{\w*\}|<[^<>]*>|&#?\w+;|\bhttps?://\S+)")
LETTERS = re.compile(r"[^\W\d_]+")
LONGER = 0.4
FILLING = "öñé ţŵö ţĥŕéé ƒöûŕ ƒîṽé šîẋ šéṽéñ éîĝĥţ ñîñé ţéñ "
CONTEXT = "\x04"
RIGHT_TO_LEFT, AS_BEFORE = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{POP DIRECTIONAL FORMATTING}"


class PseudoTranslation(NullTranslations):
    """What Django keeps for a language, made of English."""

    def __init__(self, code: str, from_the_right: bool) -> None:
        super().__init__()
        self.code = code
        self.english = trans_real.translation(settings.LANGUAGE_CODE)
        self.word = _turned if from_the_right else str
        self.changed = lru_cache(maxsize=10_000)(self._changed)

    def language(self) -> str:
        """The code, as Django asks for it."""
        return self.code

    def to_language(self) -> str:
        """The code, as Django asks for it."""
        return self.code

    def gettext(self, message: str) -> str:
        """The changed English of a message."""
        return self.changed(self.english.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The changed English of a message about so many."""
        return self.changed(self.english.ngettext(msgid1, msgid2, n))

    def _changed(self, english: str) -> str:
        text = english.rpartition(CONTEXT)[2]
        parts = KEPT.split(text)
        # Every other part is one that is kept.
        letters = sum(len(part) for part in parts[::2])
        if not any(LETTERS.search(part) for part in parts[::2]):
            return text
        parts[::2] = [self._accented(part) for part in parts[::2]]
        inside = "".join(parts)
        begin = len(inside) - len(inside.lstrip())
        end = len(inside.rstrip())
        filling = self._accented((FILLING * (1 + letters // len(FILLING)))[: round(letters * LONGER)].strip())
        return f"{inside[:begin]}[{inside[begin:end]} {filling}]{inside[end:]}"

    def _accented(self, text: str) -> str:
        return LETTERS.sub(lambda word: self.word(word[0].translate(ACCENTED)), text)


def _turned(word: str) -> str:
    return f"{RIGHT_TO_LEFT}{word}{AS_BEFORE}"


def speak() -> None:
    """Make the pseudo-languages known to Django, as if there were files of them."""
    codes = {code for code, _ in languages.PSEUDO}
    locales = {to_locale(code) for code in codes}
    for code in codes:
        made = PseudoTranslation(code, from_the_right=code == languages.FROM_THE_RIGHT[0])
        trans_real._translations[code] = made  # type: ignore[attr-defined]
    in_files = trans_real.translation_catalog_exists

    @lru_cache(maxsize=1000)
    def exists(code: str) -> bool:
        return code in codes or code in locales or in_files(code)

    trans_real.translation_catalog_exists = exists
