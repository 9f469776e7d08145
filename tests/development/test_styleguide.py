"""The style guide shows what the pages are made of, to developers only, from nothing."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from draws.models import Draw
from lucky11.development.styleguide.specimens import groups
from tests.support.pages import words

pytestmark = pytest.mark.django_db

PLACE = "/styleguide/"
FACES = {
    *("break", "cancelled", "draft", "drawing", "drawn", "early", "full", "limit", "lost", "open", "poor"),
    *("behind", "rules", "signed_out", "spend_limit", "staff", "suspended", "unconfirmed", "vip", "void"),
    "won",
}


def test_only_a_site_in_development_shows_it(client, settings):
    assert client.get(PLACE).status_code == 404
    settings.DEBUG = True
    assert client.get(PLACE).status_code == 200


def test_it_needs_no_row_and_makes_none(client, settings):
    settings.DEBUG = True
    with CaptureQueriesContext(connection) as captured:
        page = client.get(PLACE)
    assert len(captured) == 0
    assert "Lisbon for two, one long weekend" in words(page)
    assert not Draw.objects.exists()


def test_it_shows_every_face_of_the_entry_ticket():
    shown = {specimen.template for specimen in groups()["The entry ticket"]}
    assert shown == {f"draws/panel/{face}.html" for face in FACES}


def test_every_face_that_there_is_is_known(settings):
    folder = settings.BASE_DIR / "templates" / "draws" / "panel"
    assert {path.stem for path in folder.glob("[!_]*.html")} == FACES


# Parts of pages that the guide does not show, and why.
NOT_SHOWN = {
    "allauth/elements/h1.html": "a page has one",
    "allauth/elements/img.html": "a picture alone",
    "draws/_live.html": "is heard, not seen",
    "draws/_share_tags.html": "is read by programs",
    "draws/_told_late.html": "is a label in words alone, of a draw whose list was told too late",
    "draws/panel/_cover.html": "covers a result only with the script of its page",
    "draws/room/_rolling.html": "is filled by its script; what it fills is shown",
    "draws/verify/_checker.html": "is filled by its script; its steps are shown",
    "mfa/webauthn/_failed.html": "is hidden until a device refuses",
}


def test_it_shows_every_part_that_there_is(client, settings):
    settings.DEBUG = True
    folder = settings.BASE_DIR / "templates"
    parts = {str(path.relative_to(folder)) for path in folder.rglob("_*.html")}
    parts |= {f"allauth/elements/{path.name}" for path in (folder / "allauth" / "elements").glob("*.html")}
    parts = {part for part in parts if not part.startswith(("emails/", "admin/"))}
    shown = {template.name for template in client.get(PLACE).templates}
    assert parts - shown == set(NOT_SHOWN)


def test_no_two_elements_have_one_name(client, settings):
    settings.DEBUG = True
    names = re.findall(r'\bid="([^"]*)"', client.get(PLACE).content.decode())
    assert len(names) > 50
    assert len(set(names)) == len(names)
