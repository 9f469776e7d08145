"""The files that every page loads: small, complete, and what they say they are."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string

STATIC = Path(__file__).parents[2] / "static"


def zipped(files: list[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


def test_styles_and_script_stay_within_their_budget():
    styles = [STATIC / "css" / name for name in ("app.css", "parts.css", "pages.css")]
    assert zipped(styles) < 14_000
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
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert re.search(r"css/app\.[0-9a-f]{12}\.css", staticfiles_storage.url("css/app.css"))
    page = render_to_string("500.html", {"bare": True})
    assert re.search(r"css/pages\.[0-9a-f]{12}\.css", page)
    assert re.search(r"special-gothic-basic\.[0-9a-f]{12}\.woff2", page)
