"""What may stand on a page without being translated: the words of people, names, and code."""

import json
import re
from collections.abc import Iterable, Iterator
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db.models import Model

from accounts.models import Approval, Message, OutboxEmail, User
from draws.models import (
    Claim,
    Disqualification,
    Draw,
    LogRecord,
    OldDraw,
    PrizePicture,
    Redraw,
    Round,
    Seal,
    TextChange,
    Winner,
)
from ledger.models import Transaction
from lucky11 import __version__
from lucky11.models import OperationRun

# Two letters or more that no translation has touched; the pseudo-languages leave no plain one.
WORD = re.compile(r"[A-Za-z]{2,}")
# What somebody wrote or was named, or what was told them in the language of that moment.
WRITTEN: dict[type[Model], tuple[str, ...]] = {
    User: ("first_name", "last_name", "email", "suspended_reason"),
    Draw: ("title", "description", "prize_details", "void_reason"),
    OldDraw: ("title", "description"),
    PrizePicture: ("alt",),
    Winner: ("public_name", "forfeit_reason"),
    Claim: ("tracking",),
    Redraw: ("reason",),
    Disqualification: ("evidence", "objection", "decision"),
    TextChange: ("old", "new"),
    Transaction: ("description",),
    Message: ("title", "body"),
    OutboxEmail: ("subject", "text", "recipient"),
    Approval: ("summary", "reason", "note"),
    Round: ("source",),
    # For staff: what was done, and the names that the database keeps.
    OperationRun: ("kind", "summary"),
    LogEntry: ("object_repr", "change_message"),
    Group: ("name",),
    Permission: ("name", "codename"),
}
# For staff only, as the database has it.
CODES: dict[type[Model], tuple[str, ...]] = {
    Transaction: ("idempotency_key", "reference"),
    Seal: ("terms",),
    LogRecord: ("kind",),
    Message: ("kind", "key"),
    OutboxEmail: ("key",),
}
NAMES = {
    # The site, the browser of these tests, the provider there, and what is searched for.
    "Lucky11",
    "Chrome",
    "Linux",
    "Replica",
    "lisbon",
    "zeppelin",
    # The tests' beacon.
    "lucky11-tests",
    # The version at the foot of the staff's pages.
    __version__,
    # Names that are the same in every language.
    "UTC",
    "JSON",
    "SHA-256",
    "drand",
    "quicknet",
    "OpenID",
    "JavaScript",
    "Python",
    "PDF",
    "CSV",
    "HTML",
    "WCAG",
    # What is typed to delete an account, as a command is.
    "DELETE",
}
# In lists of time zones America/Argentina/Buenos_Aires stands as Argentina, Buenos Aires, under America.
PLACES = {
    place.replace("/", ", ").replace("_", " ")
    for zone in available_timezones()
    for place in (zone.partition("/")[0], zone.partition("/")[2])
}
PATTERNS = [
    r"[^\s@<>“”\"]+@[^\s@<>“”\"]+\.[a-z]+",
    r"https?://\S+",
    # What an authenticator app is set up with.
    r"\b[A-Z2-7]{32}\b",
    # Where relays have a round.
    r"/[0-9a-f]{64}/public/\d+",
    # A number of a document, and a fingerprint, whole or short.
    r"\b[0-9a-f]{32,}\b",
    r"[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4} … [0-9a-f]{4}",
    r"\b[0-9a-f]{16}…",
]


def written(told: bool = True) -> list[str]:
    """Every text of people that the database holds now, the longest first; what they were `told` as well."""
    models = [model for model in WRITTEN if told or model not in (Message, OutboxEmail)]
    found = {value for model in models for value in _values(model, WRITTEN[model])}
    found |= {str(user) for user in User.objects.all()} | {user.display_name for user in User.objects.all()}
    found |= {user.initials for user in User.objects.all()}
    found |= {str(key.data.get("name", "")) for key in Authenticator.objects.all()}
    return sorted((text for text in found if WORD.search(text)), key=len, reverse=True)


def _values(model: type[Model], fields: Iterable[str]) -> Iterator[str]:
    for row in model._default_manager.values_list(*fields):
        for value in row:
            # One line of a text may stand on its own, and some end where the place ends.
            lines = [str(value or ""), *str(value or "").splitlines()]
            yield from (" ".join(line.split()) for line in lines)


def codes() -> list[str]:
    """What staff read as the database has it, in no language."""
    found = {value for model, fields in CODES.items() for value in _values(model, fields)}
    found |= {json.dumps(details) for details in OperationRun.objects.values_list("details", flat=True)}
    return sorted(found, key=len, reverse=True)


def plain(texts: Iterable[tuple[str, str]], data: list[str]) -> list[str]:
    """The texts with words that were not translated and that are nobody's, each with where it stands."""
    names = [*data, *sorted(NAMES | available_timezones(), key=len, reverse=True)]
    whole = re.compile("|".join([*PATTERNS, *(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)]))
    found = []
    for where, text in texts:
        one_line = " ".join(text.split())
        if where in ("option", "label") and one_line in PLACES:
            continue
        begun = one_line.removesuffix("…")
        if begun != one_line and any(each.startswith(begun) for each in data):
            continue
        if WORD.search(whole.sub("", one_line)):
            found.append(f"{where}: {one_line[:160]}")
    return list(dict.fromkeys(found))
