"""An app names no page of an app above it: it may be moved, renamed or left out without a look below."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from common.web.pages import PAGES, page_url

LOWER = {
    "common": ["common"],
    "accounts": [
        "accounts",
        *(
            f"templates/{folder}"
            for folder in (
                "account",
                "accounts",
                "admin/accounts",
                "allauth",
                "emails",
                "mfa",
                "socialaccount",
                "usersessions",
            )
        ),
    ],
}
ABOVE = ("ledger", "draws")


def files_of(app: str) -> Iterator[Path]:
    for folder in LOWER[app]:
        for path in (settings.BASE_DIR / folder).rglob("*"):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def first_parts() -> set[str]:
    """What the paths of the apps above begin with: coins, draws …"""
    resolver = get_resolver()
    paths = [path for app in ABOVE for path, _ in urls(resolver.namespace_dict[app][1])]
    return {path.split("/")[0].split(".")[0] for path in paths} - {""}


def urls(resolver) -> Iterator[tuple[str, str]]:
    for name in {key for key in resolver.reverse_dict if isinstance(key, str)}:
        for possibilities, *_ in resolver.reverse_dict.getlist(name):
            yield possibilities[0][0], name


@pytest.mark.parametrize("app", LOWER)
def test_no_page_of_an_app_above_is_named(app):
    parts = first_parts()
    assert {"coins", "safer-play", "draws", "tickets", "winners"} <= parts
    named = re.compile(rf"""['"](?:{"|".join(ABOVE)}):|['"]/(?:{"|".join(sorted(parts))})[/.'"]""")
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {line.strip()}"
        for path in files_of(app)
        for line in path.read_text().splitlines()
        if named.search(line)
    ]
    assert found == []


def test_what_is_registered_is_a_page():
    assert {page: page_url(page) for page in PAGES} == {page: reverse(name) for page, name in PAGES.items()}
    assert (page_url("coins"), page_url("open draws")) == ("/coins/", "/")
