"""Passwords: one form of each text, and which ones are too easy to guess.

The rules are those of NIST SP 800-63B and OWASP's ASVS: a length, a list of common ones, the site's own words
and the player's own, and nothing about which characters a password must have.
"""

import re
import unicodedata
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

SHORTEST, LONGEST = 8, 256  # characters
# What people put before and after a word to have it accepted: "Password2026!".
DECORATION = 6
SHORTEST_WORD = 3
SITE_WORDS = ("lucky11", "lucky", "draws", "draw", "coins", "coin", "tickets", "ticket", "prizes", "prize")
LETTERS_BEHIND = str.maketrans("@4301!$57", "aaeolisst")


def normalized(password: str) -> str:
    """Return the form in which a password is hashed: keyboards send the same letters in different ways.

    One that is too long to be set is left as it is, because normalizing takes long.
    """
    return unicodedata.normalize("NFKC", password) if len(password) <= LONGEST else password


def forms_of(password: str) -> list[str]:
    """Return what a password may have been hashed as: its normal form, and what was typed if that differs."""
    return list(dict.fromkeys((normalized(password), password)))


class LengthValidator:
    """Refuses a password that is too short to be safe, or too long to be one."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with a sentence that says the limit."""
        if len(password) > LONGEST:
            said = gettext("This password is too long. Use at most %(count)s characters.")
            raise ValidationError(said % {"count": LONGEST}, code="password_too_long")
        if len(normalized(password)) < SHORTEST:
            said = ngettext(
                "This password is too short. It must contain at least %(count)s character.",
                "This password is too short. It must contain at least %(count)s characters.",
                SHORTEST,
            )
            raise ValidationError(said % {"count": SHORTEST}, code="password_too_short")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext(
            "Use at least %(least)s characters; 15 or more are better, such as a few words. At most %(most)s."
        ) % {"least": SHORTEST, "most": LONGEST}


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Refuses the most common passwords, also with digits or signs around them, for letters, or twice."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if the password is one of the first that anyone would try."""
        if is_common(password):
            raise ValidationError(gettext("This password is too common."), code="password_too_common")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("Don’t use a common password, even with digits at its end.")


class OwnWordsValidator(password_validation.UserAttributeSimilarityValidator):
    """Refuses what anyone would try who knows the site and the player's email or name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if little is left of the password without these words, or it is like one."""
        text = normalized(password)
        words = (*_site_words(), *_words_of(user))
        if only_has_words(text, words) or (user is not None and self._is_similar(text, user)):
            said = gettext("This password is too easy to guess: it has little but your details or our name.")
            raise ValidationError(said, code="password_too_similar")

    def _is_similar(self, password: str, user: Any) -> bool:
        try:
            super().validate(password, user)
        except ValidationError:
            return True
        return False

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("Don’t use your email, your name or the name of this site.")


class NumericPasswordValidator(password_validation.NumericPasswordValidator):
    """Refuses digits alone, in whatever script."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if there is nothing but digits, spaces and signs between them."""
        super().validate(re.sub(r"[\W_]+", "", normalized(password)), user)


def is_common(password: str) -> bool:
    """Return whether a password is on the list of common ones, or is a simple variation of one on it."""
    text = normalized(password).casefold().strip()
    return any(_is_listed(form) for form in {text, text.translate(LETTERS_BEHIND)})


def only_has_words(password: str, words: tuple[str, ...]) -> bool:
    """Return whether a password has nothing but these words, a few other letters, and digits."""
    squeezed = re.sub(r"[\W_]+", "", password.casefold())
    rest = squeezed
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    if rest == squeezed:
        return False
    letters = re.sub(r"[\s\d]+", "", rest)
    return len(letters) <= SHORTEST_WORD or letters in _common()


def _is_listed(text: str) -> bool:
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    if text in _common() or (core in _common() and len(text) - len(core) <= DECORATION):
        return True
    again = re.fullmatch(r"(.+?)\1+", core or text)
    return again is not None and (len(again[1]) <= SHORTEST_WORD or again[1] in _common())


@cache
def _common() -> frozenset[str]:
    return frozenset(password_validation.CommonPasswordValidator().passwords)


def _site_words() -> tuple[str, ...]:
    return (*SITE_WORDS, *_split(urlsplit(settings.SITE_ORIGIN).hostname or ""))


def _words_of(user: Any) -> tuple[str, ...]:
    details = (getattr(user, name, "") or "" for name in ("email", "first_name", "last_name"))
    return tuple(word for detail in details for word in _split(normalized(detail).casefold()))


def _split(text: str) -> list[str]:
    """Return the words of an address or a name, and the letters alone of each that has digits."""
    words = re.split(r"[\W_]+", text)
    return [form for word in words for form in (word, word.strip("0123456789")) if len(form) >= SHORTEST_WORD]
