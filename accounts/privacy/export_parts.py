"""What the download of a player's data holds about the account."""

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Message,
    MessageChoice,
    OutboxEmail,
    PlayBreak,
    RulesAcceptance,
    SecurityEvent,
    User,
)
from accounts.privacy.export_archive import Part

AT_ONCE = 2000

PROFILE = (
    "id",
    "email",
    "first_name",
    "last_name",
    "profile_image_url",
    "time_zone",
    "covers_results_from",
    "coins",
    "total_participations",
    "total_wins",
    "total_earnings",
    "current_streak",
    "last_ticket_on",
    "grace_used_on",
    "is_vip",
    "is_staff",
    "created_at",
    "last_login",
    "suspended_at",
    "suspended_reason",
)


def notes_about(model: type[Model], ids: Iterable[object]) -> Iterator[tuple[Any, ...]]:
    """Yield what staff did to these rows and why, oldest first, without their names."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(each) for each in ids]
    )
    for entry in entries.order_by("action_time", "pk").iterator(AT_ONCE):
        yield entry.action_time, entry.get_change_message()


def streamed(rows: QuerySet[Any], columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Read the columns of rows in order of their ids, a batch at a time."""
    return rows.order_by("pk").values_list(*columns).iterator(AT_ONCE)


def _of(model: type[Any], name: str, about: Promise, columns: tuple[str, ...]) -> Part:
    return Part(name, about, columns, lambda user: streamed(model.objects.filter(user=user), columns))


def _profile(user: User) -> Iterator[tuple[Any, ...]]:
    return streamed(User.objects.filter(pk=user.pk), PROFILE)


def _mails(user: User) -> Iterator[tuple[Any, ...]]:
    addresses = {*EmailAddress.objects.filter(user=user).values_list("email", flat=True), user.email or ""}
    mails = OutboxEmail.objects.filter(recipient__in=addresses - {""})
    return streamed(mails, ("subject", "created_at", "sent_at"))


def _notes(user: User) -> Iterator[tuple[Any, ...]]:
    return notes_about(User, [user.pk])


PARTS = (
    Part("profile", _("your profile, your coins and your statistics."), PROFILE, _profile),
    _of(EmailAddress, "addresses", _("your email addresses."), ("email", "primary", "verified")),
    _of(
        UserSession,
        "sessions",
        _("the browsers you are signed in with."),
        ("created_at", "last_seen_at", "ip", "user_agent"),
    ),
    _of(
        Authenticator,
        "second_factors",
        _("your second factors: their kinds and dates, without the secrets."),
        ("type", "created_at", "last_used_at"),
    ),
    _of(
        SocialAccount,
        "sign_in_providers",
        _("other sites you sign in with, and what they told us."),
        ("provider", "uid", "date_joined", "last_login", "extra_data"),
    ),
    _of(
        RulesAcceptance,
        "rules_accepted",
        _("which rules you accepted, and when."),
        ("version", "accepted_at"),
    ),
    _of(
        SecurityEvent,
        "security_events",
        _("what happened to your sign-in: wrong passwords, changes of password and email, and the like."),
        ("at", "kind"),
    ),
    _of(PlayBreak, "breaks", _("breaks and self-exclusions you took."), ("kind", "starts_at", "ends_at")),
    _of(
        Message,
        "messages",
        _("the messages we sent you on the site."),
        ("created_at", "kind", "title", "body", "url", "read_at"),
    ),
    _of(
        MessageChoice,
        "message_choices",
        _("which notifications you turned on and off."),
        ("kind", "by_email", "on_site"),
    ),
    Part(
        "mails",
        _("the emails to you that we still keep."),
        ("subject", "created_at", "sent_at"),
        _mails,
    ),
    Part("staff_notes", _("what staff did about your account, and why."), ("at", "note"), _notes),
)
