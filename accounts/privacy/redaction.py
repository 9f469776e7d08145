"""Take a player's email and names out of what staff wrote."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from accounts.models import Approval, User
from common.database.service_flag import as_service

GONE = "[deleted]"


@dataclass(frozen=True)
class Traces:
    """How a player may be written: `sure` means nobody else, `names` only where the text is about them."""

    sure: list[str]
    names: list[str]


def traces_of(user: User) -> Traces:
    """Return the player's emails, whole name and single names."""
    addresses = {*EmailAddress.objects.filter(user=user).values_list("email", flat=True), user.email or ""}
    names = [name for name in (user.first_name.strip(), user.last_name.strip()) if name]
    whole = {" ".join(names)} if len(names) > 1 else set()
    return Traces(sorted((addresses | whole) - {""}, key=len, reverse=True), names)


def redact(text: str, words: Iterable[str]) -> str:
    """Replace each of the words in the text: whole words, in any case, also as JSON spells them."""
    for word in words:
        before = r"[\w.+-]" if "@" in word else r"\w"
        for spelling in {word, json.dumps(word)[1:-1]}:
            text = re.sub(rf"(?<!{before}){re.escape(spelling)}(?!\w)", GONE, text, flags=re.IGNORECASE)
    return text


def redact_log_about(model: type[models.Model], ids: Iterable[object], traces: Traces) -> None:
    """Take the player out of the staff log's entries about these rows, single names too."""
    about = Q(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(each) for each in ids]
    )
    _redact_log(about, [*traces.sure, *traces.names])


def redact_everywhere(user: User, traces: Traces) -> None:
    """Take the player out of the staff log and of what staff asked approval for."""
    redact_log_about(User, [user.pk], traces)
    _redact_log(_mentions(traces.sure, "object_repr", "change_message"), traces.sure)
    _redact_approvals(user, traces)


def _redact_log(entries: Q, words: list[str]) -> None:
    for entry in LogEntry.objects.filter(entries):
        entry.object_repr = redact(entry.object_repr, words)
        entry.change_message = redact(entry.change_message, words)
        entry.save(update_fields=["object_repr", "change_message"])


def _redact_approvals(user: User, traces: Traces) -> None:
    approvals = Approval.objects.annotate(payload_text=Cast("payload", models.TextField()))
    about = Q(payload_text__contains=f'"{user.pk}"')
    fields = ("summary", "reason", "note", "payload_text")
    with as_service("delete_account"):
        for approval in approvals.filter(about | _mentions(traces.sure, *fields)):
            words = [*traces.sure, *traces.names] if user.pk in approval.payload_text else traces.sure
            for name in fields[:3]:
                setattr(approval, name, redact(getattr(approval, name), words))
            approval.payload = json.loads(redact(json.dumps(approval.payload), words))
            approval.save(update_fields=["summary", "reason", "note", "payload"])


def _mentions(words: list[str], *fields: str) -> Q:
    found = Q(pk__in=[])
    for word in words:
        for field in fields:
            for spelling in {word, json.dumps(word)[1:-1]}:
                found |= Q(**{f"{field}__icontains": spelling})
    return found
