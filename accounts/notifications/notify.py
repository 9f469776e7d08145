"""Sends players each fact once, by email and on the site, as far as the player wants to hear of it.

Called in the database transaction of the fact, so that a message exists exactly when the fact does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import Message, MessageChoice, OutboxEmail, User
from accounts.notifications import outbox
from common.registry import Registry
from common.web.pages import page_url


@dataclass(frozen=True)
class Kind:
    """A kind of message. What is `needed` (coins, prizes, safety) always stays on the site and in email, and
    the emails of a kind that `goes_first` are sent before all others."""

    name: str
    label: str | Promise
    help: str | Promise
    needed: bool = False
    # Players are not offered what only staff get.
    staff_only: bool = False
    icon: str = "bell"
    goes_first: bool = False
    # Under which filter of the messages page it is found.
    topic: str = "account"


# By name, as messages and choices are stored, and in the order of the page of choices.
KINDS: Registry[Kind] = Registry("kinds of message")

# What a token is signed for that switches one kind of email off (accounts/notifications/unsubscribe.py).
UNSUBSCRIBE = "accounts.unsubscribe"


@dataclass(frozen=True)
class Notification:
    """What one player is told, once per `key`; an email's texts are `template`.txt and .html.

    `url` is the page it is about, as a path of the site; emails lead to it with the site's origin.
    """

    user: User
    key: str
    title: str
    body: str
    url: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    # Under which kind it is shown, where the kind would tell what the words do not.
    shown_as: Kind | None = None
    # What it is about, if there may be more about the same: the site shows those messages as one.
    thread: str = ""


def send(
    user: User,
    about: Kind,
    key: str,
    *,
    title: str,
    body: str,
    url: str,
    template: str,
    context: dict[str, Any] | None = None,
    thread: str = "",
) -> None:
    """Send one player one notification, once per `key`."""
    send_all(about, [Notification(user, key, title, body, url, template, context or {}, thread=thread)])


def send_all(about: Kind, notifications: Sequence[Notification]) -> None:
    """Send each of these notifications, with the same number of queries however many they are.

    Whoever deleted their account gets nothing.
    """
    notifications = [each for each in notifications if each.user.closed_at is None]
    choices, links = _choices(about, notifications), _links()
    messages, emails = [], []
    for notification in notifications:
        by_email, on_site = choices.get(notification.user.pk, (True, True))
        if on_site:
            messages.append(
                Message(
                    user=notification.user,
                    key=notification.key,
                    kind=(notification.shown_as or about).name,
                    title=notification.title,
                    body=notification.body,
                    url=notification.url,
                    thread=notification.thread,
                )
            )
        if by_email and notification.user.email:
            emails.append(_email(about, notification, links))
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    outbox.enqueue_all(emails)


def _choices(about: Kind, notifications: Sequence[Notification]) -> dict[str, tuple[bool, bool]]:
    """Return what players chose for this kind: by email, and on the site."""
    if about.needed:
        return {}
    chosen = MessageChoice.objects.filter(kind=about.name, user__in=[each.user.pk for each in notifications])
    return {
        user_id: (by_email, on_site)
        for user_id, by_email, on_site in chosen.values_list("user_id", "by_email", "on_site")
    }


def _links() -> dict[str, str]:
    """Return the links in every email besides its own page."""
    origin = settings.SITE_ORIGIN
    return {
        "origin": origin,
        "choices_url": origin + reverse("accounts:message_choices"),
        "safer_url": origin + page_url("safer play"),
    }


def unsubscribe_link(user: User, about: Kind) -> str:
    """Return the address that switches off a player's emails of this kind, without signing in."""
    token = signing.dumps([user.pk, about.name], salt=UNSUBSCRIBE)
    return f"{settings.SITE_ORIGIN}{reverse('accounts:unsubscribe', args=[token])}"


def _email(about: Kind, of: Notification, links: dict[str, str]) -> OutboxEmail:
    # As the kind that it is shown as: a covered win offers what a result offers, and so tells nothing.
    shown = of.shown_as or about
    context = {
        "user": of.user,
        "subject": of.title,
        "url": links["origin"] + of.url,
        "unsubscribe_url": "" if shown.needed else unsubscribe_link(of.user, shown),
        **links,
        **of.context,
    }
    with timezone.override(of.user.tz):
        text, html = (render_to_string(f"{of.template}.{suffix}", context) for suffix in ("txt", "html"))
    recipient = of.user.email or ""
    return OutboxEmail(
        key=of.key,
        recipient=recipient,
        subject=of.title,
        text=text,
        html=html,
        unsubscribe_url=context["unsubscribe_url"],
        goes_first=about.goes_first,
    )
