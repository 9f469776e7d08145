"""Views for checking a draw in the visitor's browser, and for the checker as a file to keep."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.players import player_of
from common.web.style_sheets import shortened
from draws.models import Draw
from draws.pages import draws
from draws.proof import checker_words, documents
from draws.proof.public_seals import Pseudonym, pseudonym_of, public_seals

# The site's fonts are files of their own; the page in the file takes the reader's.
STYLES = [name for name in settings.STYLE_SHEETS if name != "css/base/fonts.css"]
NOT_KEPT = {"saved.js", "worker.js"}


@require_safe
def verify(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show the page that repeats a finished draw, or what is sealed so far of an unfinished one."""
    player = player_of(request)
    draw = draws.find_draw(None, draw_id)
    if draw is None:
        return render(request, "draws/no_such_draw.html", {"bare_id": str(draw_id)[:12]}, status=404)
    seal = public_seals().filter(pk=draw.pk).first()
    finished = draw.drawn_at is not None or draw.cancelled_at is not None
    context = {
        "draw": draw,
        "seal": seal,
        "document_url": reverse("draws:proof", args=[draw.pk]) if finished else "",
        "document_bytes": documents.bytes_about(seal.total if seal else None),
        "pseudonym": _own_pseudonym(player, draw),
        "checker_words": checker_words.translated(),
    }
    return render(request, "draws/verify.html", context)


def _own_pseudonym(player: User | None, draw: Draw) -> Pseudonym | None:
    held = draws.held_in(player, draw.pk)
    return pseudonym_of(player, draw.pk) if player and held.count else None


@require_safe
def checker_page(request: HttpRequest) -> HttpResponse:
    """Send the browser's checker in one file that works from a folder, without the site or a connection."""
    answer = HttpResponse(_checker_file(), content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="lucky11_checker.html"'
    return answer


@lru_cache(maxsize=1)
def _checker_file() -> str:
    scripts = sorted(_asset("js/verify/page.js").parent.glob("*.js"))
    modules = [
        _asset("vendor/noble/noble.js"),
        *(path for path in scripts if path.name not in ("saved.js", "worker.js")),
    ]
    context = {
        "style": _inline(shortened("\n".join(_asset(name).read_text() for name in STYLES))),
        "modules": [(path.name, _inline(path.read_text())) for path in modules],
        "loader": _inline(_asset("js/verify/saved.js").read_text()),
    }
    # One file for everybody, with the scripts' own words.
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("draws/verify/file.html", context)


def _asset(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise Http404(f"{name} is not part of this site.")
    return Path(found)


def _inline(source: str) -> SafeString:
    # Our own files; what would end the element early is a mistake in them.
    if "</script" in source or "</style" in source or "<!--" in source:
        raise ValueError("This file cannot stand inside a page.")
    return mark_safe(source)
