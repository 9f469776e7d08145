"""The files that every page loads, and the pages that say how the site works."""

import gzip
import hashlib
import html
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string

from tests.support.coins import follow_settings
from tests.support.pages import signed_in, words

STATIC = Path(__file__).parents[2] / "static"


def zipped(files: list[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


def test_the_script_stays_within_its_budget():
    assert zipped([STATIC / "js" / "app.js"]) < 4_096


def test_what_comes_from_others_is_what_the_list_says():
    listed = dict(
        re.findall(r"\| `(\S+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor/VENDOR.md").read_text())
    )
    kept = {path for path in (STATIC / "vendor").rglob("*") if path.is_file() and path.name != "VENDOR.md"}
    assert {STATIC / "vendor" / name for name in listed} == kept
    for name, digest in listed.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("picture", sorted((STATIC / "img").rglob("*.svg")), ids=lambda path: path.name)
def test_pictures_carry_no_style_or_script(picture):
    assert not re.search(r"style=|<style|<script|\son\w+=|href=\"(?!#)", picture.read_text())


def test_every_illustration_has_a_narrow_and_a_wide_picture():
    from draws.models import Draw

    for name in [*Draw.Illustration.values, "ticket"]:
        assert (STATIC / f"img/art/{name}.svg").is_file()
        assert (STATIC / f"img/art/{name}-wide.svg").is_file()


def test_production_files_carry_their_fingerprint_and_none_is_missing(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "lucky11.static_storage.StaticStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert re.search(r"js/app\.[0-9a-f]{12}\.js", staticfiles_storage.url("js/app.js"))
    page = render_to_string("500.html", {"bare": True})
    [sheet] = re.findall(r'rel="stylesheet" href="/static/(css/joined/site\.[0-9a-f]{12}\.css)"', page)
    whole = (tmp_path / sheet).read_text()
    assert all(part in whole for part in ("@layer reset", ".btn--quiet", ".purse-big"))
    assert (tmp_path / f"{sheet}.br").is_file()
    # With every colour written for both themes: browsers before 2024 know no light-dark().
    assert zipped([tmp_path / sheet]) < 11_264
    # Nothing but what a browser reads is sent, and the sheet finds its fonts from where it is.
    assert "/*" not in whole
    assert "\n" not in whole
    fonts = re.findall(r'url\("([^"]+)"\)', whole)
    assert fonts
    assert all((tmp_path / sheet).parent.joinpath(font).is_file() for font in fonts)
    assert re.search(r"special-gothic-basic\.[0-9a-f]{12}\.woff2", page)


# -- the pages that say how the site works --

SAYING = ["/rules/", "/privacy/", "/help/", "/how-it-works/"]
FIGURES = {
    "/rules/": {
        "MINIMUM_AGE": (23, "be 23 or older"),
        "RULES_VERSION": ("2031-07", "Version 2031-07"),
        "SIGNUP_BONUS_COINS": (77, "77 coins when you confirm your email"),
        "DAILY_BONUS_COINS": (9, "9 coins for each day"),
        "FREEZE_WINDOW_SECONDS": (301, "within 301 seconds after the closing time"),
        "CLAIM_DAYS": (41, "within 41 days of the draw"),
        "CLAIM_REMINDER_DAYS": (8, "remind you 8 days before"),
        "ADJUSTMENT_APPROVAL_COINS": (1234, "more than 1,234 coins"),
    },
    "/privacy/": {
        "DATA_EXPORT_DAYS": (12, "so that you can download them. kept for 12 days."),
        "MAIL_KEPT_DAYS": (61, "kept for 61 days, then blanked."),
        "SESSION_COOKIE_AGE": (33 * 86_400, "33 days after your last visit"),
        "SUPPORT_EMAIL": ("ask@lucky11.example", "Write to ask@lucky11.example"),
    },
    "/help/": {
        "DAILY_BONUS_COINS": (9, "9 coins for each day"),
        "CLAIM_DAYS": (41, "within 41 days"),
        "SUPPORT_EMAIL": ("ask@lucky11.example", "write to ask@lucky11.example"),
    },
    "/how-it-works/": {
        "SIGNUP_BONUS_COINS": (77, "You get 77 coins"),
        "FREEZE_WINDOW_SECONDS": (301, "Within 301 seconds we freeze"),
        "CLAIM_DAYS": (41, "you have 41 days"),
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", SAYING)
def test_figures_on_a_page_are_those_the_site_goes_by(client, settings, path):
    for name, (value, _) in FIGURES[path].items():
        setattr(settings, name, value)
    # As a release does; until then the ledger and the pages go by what was in force before.
    follow_settings()
    page = words(client.get(path)).lower()
    for _, said in FIGURES[path].values():
        assert said.lower() in page


@pytest.mark.django_db
def test_the_rules_speak_of_two_staff_only_where_two_are_needed(client, settings):
    settings.STAFF_APPROVALS = True
    assert "one asks, another approves" in words(client.get("/rules/"))
    settings.STAFF_APPROVALS = False
    assert "approves" not in words(client.get("/rules/"))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/rules/", "/how-it-works/"])
def test_a_page_about_draws_carries_the_label_of_operator_run_draws(client, path):
    label = "The arithmetic can be checked, but the operator could know or influence the result."
    assert label in words(client.get(path))


def links_of(response) -> set[str]:
    found = re.findall(r'<a\b[^>]*\bhref="([^"]+)"', response.content.decode())
    return {html.unescape(link) for link in found if not link.startswith("mailto:")}


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*SAYING, "/profile/", "/profile/data/"])
def test_every_link_on_these_pages_leads_somewhere(alice, path):
    client = signed_in(alice)
    ids: dict[str, str] = {}
    for link in sorted(links_of(client.get(path))):
        target, _, anchor = urljoin(path, link).partition("#")
        response = client.get(target, follow=True)
        assert response.status_code == 200, link
        ids[target] = response.content.decode()
        assert not anchor or f'id="{anchor}"' in ids[target], link


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/winners/", "/rules/", "/nowhere/"])
def test_every_page_leads_to_what_one_may_want_to_know(client, path):
    response = client.get(path)
    foot = response.content.decode().partition('<footer class="foot">')[2]
    for target in ("/rules/", "/privacy/", "/how-it-works/", "/help/", "/safer-play/", "/winners/"):
        assert f'href="{target}"' in foot


@pytest.mark.django_db
@pytest.mark.parametrize("path", SAYING)
def test_these_pages_can_only_be_read(client, path):
    assert client.post(path).status_code == 405
