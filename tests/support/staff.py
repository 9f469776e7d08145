"""Staff for the tests of the admin, and how its pages are read."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import User

MakePlayer = Callable[..., User]
# Neither of these is about a row: they are answered in the same way whatever is asked.
NOT_PAGES = {"logout/", "login/", "jsi18n/", "autocomplete/", "(?P<url>.*)$"}


def sign_in_boss(client: Client, make_player: MakePlayer) -> User:
    """A superuser at the keyboard."""
    boss = make_player("boss", is_staff=True, is_superuser=True)
    client.force_login(boss)
    return boss


def sign_in_clerk(client: Client, make_player: MakePlayer, *permissions: str) -> User:
    """A member of staff with nothing but these permissions ("draws.change_draw") at the keyboard."""
    clerk = make_player("clerk", is_staff=True)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        clerk.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client.force_login(clerk)
    return clerk


def make_member(make_player: MakePlayer, group: str) -> User:
    """A member of staff who is in one of the site's groups."""
    member = make_player(group.lower(), is_staff=True)
    member.groups.add(Group.objects.get(name=group))
    return member


def logged(obj: Any) -> list[tuple[str, str]]:
    """Who did what to a row and why, by the staff log, oldest first."""
    rows = LogEntry.objects.filter(
        object_id=str(obj.pk),
        content_type__model=obj._meta.model_name,
        content_type__app_label=obj._meta.app_label,
    )
    return [(entry.user.email or "", entry.get_change_message()) for entry in rows.order_by("pk")]


def form_data(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page's form, with `changes` typed in; None unticks a box."""
    form = response.context["adminform"].form
    data: dict[str, Any] = {}
    for bound in form:
        if bound.field.disabled:
            continue
        data.update(_sent(bound))
    for formset in response.context.get("inline_admin_formsets") or ():
        data.update({field.html_name: field.value() for field in formset.formset.management_form})
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


def _sent(bound: Any) -> dict[str, Any]:
    value = bound.value()
    subwidgets = getattr(bound.field.widget, "widgets", None)
    if subwidgets:
        if isinstance(value, list):  # as it was typed into a form that was refused
            return {f"{bound.html_name}_{n}": part for n, part in enumerate(value)}
        parts = bound.field.widget.decompress(value)
        return {f"{bound.html_name}_{n}": part.isoformat() if part else "" for n, part in enumerate(parts)}
    if isinstance(value, bool):
        return {bound.html_name: "on" if value else None}
    return {bound.html_name: "" if value is None else value}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """Every address of the admin, as its pattern."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and str(pattern.pattern) not in NOT_PAGES:
            yield route


def all_routes() -> list[str]:
    """All but those that only lead on to another one."""
    found = set(routes(admin.site.get_urls()))
    return sorted(route for route in found if not route.endswith("/<path:object_id>/"))
