"""What the download of a player's data holds about tickets, pseudonyms and prizes."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.export_archive import Part
from accounts.privacy.export_parts import AT_ONCE, notes_about, streamed
from common.encryption import InvalidToken, decrypt
from draws import fairness
from draws.models import (
    Claim,
    Disqualification,
    DrawReminder,
    OldTicket,
    OldWinner,
    OpenedResult,
    Participation,
    Seal,
    Winner,
)
from draws.proof.sealed_secrets import secrets_of

TICKETS = ("draw_id", "draw__title", "ticket_number", "participated_at", "transaction__user_seq")
AGAINST = (
    "winner__draw_id",
    "winner__draw__title",
    "reason",
    "evidence",
    "told_at",
    "object_by",
    "objection",
    "objected_at",
    "state",
    "decided_at",
    "decision",
)
OPENED = ("draw_id", "draw__title", "opened_at")
REMINDERS = ("draw_id", "draw__title", "asked_at")
OLD_TICKETS = ("draw_id", "draw__title", "participated_at")
OLD_WINS = ("draw_id", "draw__title", "prize_amount", "won_at", "celebration_video_url")
WINS = (
    "draw_id",
    "draw__title",
    "place",
    "ticket__ticket_number",
    "prize_amount",
    "prize_coins",
    "won_at",
    "hand_over",
    "claim_by",
    "is_public",
    "public_name",
    "celebration_video_url",
    "video_text",
    "video_agreed_at",
    "forfeited_at",
    "forfeit_reason",
)


def _tickets(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(Participation.objects.filter(user=user), TICKETS)


def _wins(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(Winner.objects.filter(user=user), WINS)


def _against(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(Disqualification.objects.filter(winner__user=user), AGAINST)


def _old_tickets(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(OldTicket.objects.filter(user=user), OLD_TICKETS)


def _old_wins(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(OldWinner.objects.filter(user=user), OLD_WINS)


def _opened(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(OpenedResult.objects.filter(user=user), OPENED)


def _reminders(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(DrawReminder.objects.filter(user=user), REMINDERS)


def _pseudonyms(user: User) -> Iterator[tuple[Any, ...]]:
    held = Participation.objects.filter(user=user).values("draw_id")
    seals = Seal.objects.select_related("draw").filter(draw_id__in=held).order_by("draw_id")
    for seal in seals.iterator(AT_ONCE):
        salt = fairness.entry_salt(secrets_of(seal).entry_secret, user.pk)
        ref = fairness.entry_ref(bytes(seal.draw_uid), salt, user.pk)
        yield seal.draw_id, seal.draw.title, seal.draw_uid, salt, ref, seal.open_hash


def _claims(user: User) -> Iterator[tuple[Any, ...]]:
    claims = Claim.objects.filter(winner__user=user).select_related("winner__draw").order_by("pk")
    for claim in claims.iterator(AT_ONCE):
        draw = claim.winner.draw
        yield draw.pk, draw.title, claim.claimed_at, _details(claim), claim.tracking, claim.sent_at


def _details(claim: Claim) -> str:
    try:
        return decrypt(claim.details) if claim.details else ""
    except InvalidToken:
        return gettext("can no longer be decrypted")


def _notes(user: User) -> Iterator[tuple[Any, ...]]:
    wins = [str(pk) for pk in Winner.objects.filter(user=user).values_list("pk", flat=True)]
    yield from notes_about(Winner, wins)
    yield from notes_about(Claim, wins)


PARTS = (
    Part("tickets", _("your tickets."), TICKETS, _tickets),
    Part(
        "pseudonyms",
        _("your name in each draw's published list is `ref`; with `salt` you can show that it is you."),
        ("draw_id", "draw__title", "draw_uid", "salt", "ref", "open_hash"),
        _pseudonyms,
    ),
    Part("wins", _("prizes you won."), WINS, _wins),
    Part("opened_results", _("results that you opened, and when."), OPENED, _opened),
    Part("draw_reminders", _("draws that you asked to be reminded of."), REMINDERS, _reminders),
    Part(
        "disqualifications",
        _("what staff held against you about a prize, and what you said."),
        AGAINST,
        _against,
    ),
    Part("old_tickets", _("tickets you took on the old site."), OLD_TICKETS, _old_tickets),
    Part("old_wins", _("prizes you won on the old site."), OLD_WINS, _old_wins),
    Part(
        "claims",
        _("where you asked prizes to be sent, decrypted for you."),
        ("draw_id", "draw__title", "claimed_at", "details", "tracking", "sent_at"),
        _claims,
    ),
    Part("staff_notes_on_prizes", _("what staff did about your prizes, and why."), ("at", "note"), _notes),
)
