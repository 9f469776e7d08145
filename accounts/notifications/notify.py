"""Telling players: each fact once, by mail and on the site, as far as the player wants to hear of it.

Called in the database transaction of the fact, so that a message exists exactly when the fact does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
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
    """A kind of message. What is `needed` (coins, prizes, safety) always stays on the site and is mailed."""

    name: str
    label: str | Promise
    help: str | Promise
    needed: bool = False
    icon: str = "bell"


# By name, as messages and choices are stored, and in the order of the page of choices.
KINDS: Registry[Kind] = Registry("kinds of message")


@dataclass(frozen=True)
class Fact:
    """What one player is told, once per `key`; a mail's texts are `template`.txt and .html.

    `url` is the page it is about, as a path of the site; mails lead to it with the site's origin.
    """

    user: User
    key: str
    title: str
    body: str
    url: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


def tell(
    user: User,
    about: Kind,
    key: str,
    *,
    title: str,
    body: str,
    url: str,
    template: str,
    context: dict[str, Any] | None = None,
) -> None:
    """Tell one player one fact, once per `key`."""
    tell_all(about, [Fact(user, key, title, body, url, template, context or {})])


def tell_all(about: Kind, facts: Sequence[Fact]) -> None:
    """Tell each of these facts, with the same number of queries however many they are.

    Whoever deleted their account is told nothing.
    """
    facts = [fact for fact in facts if fact.user.closed_at is None]
    choices, links = _choices(about, facts), _links()
    messages, mails = [], []
    for fact in facts:
        by_email, on_site = choices.get(fact.user.pk, (True, True))
        if on_site:
            messages.append(
                Message(
                    user=fact.user,
                    key=fact.key,
                    kind=about.name,
                    title=fact.title,
                    body=fact.body,
                    url=fact.url,
                )
            )
        if by_email and fact.user.email:
            mails.append(_mail(fact, links))
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    outbox.enqueue_all(mails)


def _choices(about: Kind, facts: Sequence[Fact]) -> dict[str, tuple[bool, bool]]:
    """By mail, and on the site: for the players who chose anything about this kind."""
    if about.needed:
        return {}
    chosen = MessageChoice.objects.filter(kind=about.name, user__in=[fact.user.pk for fact in facts])
    return {
        user_id: (by_email, on_site)
        for user_id, by_email, on_site in chosen.values_list("user_id", "by_email", "on_site")
    }


def _links() -> dict[str, str]:
    """Where every mail leads besides its own page."""
    origin = settings.SITE_ORIGIN
    return {
        "origin": origin,
        "choices_url": origin + reverse("accounts:message_choices"),
        "safer_url": origin + page_url("safer play"),
    }


def _mail(fact: Fact, links: dict[str, str]) -> OutboxEmail:
    context = {"user": fact.user, "url": links["origin"] + fact.url, **links, **fact.context}
    with timezone.override(fact.user.tz):
        text, html = (render_to_string(f"{fact.template}.{suffix}", context) for suffix in ("txt", "html"))
    recipient = fact.user.email or ""
    return OutboxEmail(key=fact.key, recipient=recipient, subject=fact.title, text=text, html=html)
