"""Views of what anyone may fetch to check draws: documents, ticket lists, the log and the checker."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from accounts.pages import figures
from accounts.players import player_of
from draws import fairness
from draws.models import LogLoss, LogRecord, Seal
from draws.pages import draws
from draws.proof import documents, log, standing
from draws.proof.forms import FindForm
from draws.proof.frozen_list import PAGE, entries, tickets_of
from draws.proof.public_seals import pseudonym_of, public_seals

RECORDS_SHOWN = 50
A_DAY = 86_400
CHECKER = Path(fairness.__file__).with_name("lucky11_verify.py")


@require_safe
def proof(request: HttpRequest, draw_id: int) -> HttpResponseBase:
    """Send the proof document of a published draw, whatever its state."""
    found = documents.proof_of(draw_id)
    if found is None:
        return _no_such_draw(request, draw_id)
    return _download(
        request,
        found.stream(),
        etag=found.version,
        filename=f"lucky11-draw-{draw_id}.json",
        content_type="application/json",
        final=found.is_final(),
    )


@require_safe
def log_json(request: HttpRequest) -> HttpResponseBase:
    """Send the whole log."""
    found = documents.site_log()
    return _download(
        request,
        found.stream(),
        etag=f"{found.head}-{documents.FORM}",
        filename="lucky11-log.json",
        content_type="application/json",
    )


@require_safe
def list_text(request: HttpRequest, draw_id: int) -> HttpResponseBase:
    """Send a frozen ticket list, one line per ticket."""
    seal = _seal(draw_id)
    if seal is None or seal.root is None:
        return _no_such_draw(request, draw_id)
    return _download(
        request,
        documents.list_as_text(draw_id),
        etag=bytes(seal.root).hex(),
        filename=f"lucky11-draw-{draw_id}-tickets.txt",
        content_type="text/plain; charset=utf-8",
        final=True,
    )


@require_safe
def checker(request: HttpRequest) -> HttpResponseBase:
    """Send the program that checks draws: the very file that the site draws with."""
    if not CHECKER.is_file():
        raise Http404
    return FileResponse(
        CHECKER.open("rb"), as_attachment=True, filename=CHECKER.name, content_type="text/x-python"
    )


@lru_cache(maxsize=1)
def checker_hash() -> bytes:
    """Return the SHA-256 of the program that checks draws, to compare with a copy from somewhere else."""
    return sha256(CHECKER.read_bytes()).digest() if CHECKER.is_file() else b""


@require_safe
def log_page(request: HttpRequest) -> HttpResponse:
    """Show the newest head of the log and its latest records."""
    records = LogRecord.objects.filter(n__gt=0).select_related("draw").order_by("-n")
    shown = [(record, datetime.fromtimestamp(record.time, UTC)) for record in records[:RECORDS_SHOWN]]
    context: dict[str, Any] = {"head": log.newest_head(), "records": shown, "origin": log.origin()}
    context |= {"losses": LogLoss.objects.order_by("-era"), "behind": standing.state().is_whole is False}
    return render(request, "draws/log.html", context)


@require_safe
def fair(request: HttpRequest) -> HttpResponse:
    """Show how draws work, in plain words, with what this does not prove."""
    return render(request, "draws/fair.html", figures() | {"checker_hash": checker_hash()})


@require_safe
def ticket_list(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show the frozen list of a draw's tickets from a number on, or the tickets of one pseudonym."""
    player = player_of(request)
    seal = _seal(draw_id)
    if seal is None:
        return _no_such_draw(request, draw_id)
    context: dict[str, Any] = {"draw": seal.draw, "seal": seal, "form": FindForm(), "first": 1}
    if player:
        context["held"] = draws.held_in(player, draw_id)
        context["mine"] = pseudonym_of(player, draw_id)
    if seal.total is None:
        return render(request, "draws/ticket_list.html", context)
    return _listed(request, seal, context, seal.total)


def _listed(request: HttpRequest, seal: Seal, context: dict[str, Any], total: int) -> HttpResponse:
    form = FindForm(request.GET, total=total) if "find" in request.GET else FindForm()
    context["form"] = form
    status = 200
    if form.is_bound and not form.is_valid():
        status = 400
    elif form.is_bound and form.ref:
        context |= {"sought": form.ref.hex(), "found": tickets_of(seal.pk, form.ref)}
    elif form.is_bound:
        context["first"] = context["sought_number"] = form.number
    else:
        context["first"] = _first(request.GET.get("from", ""), total)
    first = context["first"]
    context["rows"] = entries(seal, seal.draw.winner_count, first)
    context["last"] = first + len(context["rows"]) - 1
    context["before"] = max(1, first - PAGE) if first > 1 else None
    context["next"] = first + PAGE if first + PAGE <= total else None
    return render(request, "draws/ticket_list.html", context, status=status)


def _first(text: str, total: int) -> int:
    given = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    return given if 1 <= given <= total else 1


def _seal(draw_id: int) -> Seal | None:
    """Return a published draw's seal without its secrets, with the draw."""
    return public_seals().select_related("draw").filter(pk=draw_id).first() if draw_id < 2**31 else None


def _no_such_draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    return render(request, "draws/no_such_draw.html", {"bare_id": str(draw_id)[:12]}, status=404)


def _download(
    request: HttpRequest,
    content: Iterable[bytes],
    *,
    etag: str,
    filename: str,
    content_type: str,
    final: bool = False,
) -> HttpResponseBase:
    """Stream a file. A browser that has it gets 304, and keeps what is `final` for a day without asking."""
    tag = f'"{etag}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if answer is None:
        pieces = () if request.method == "HEAD" else content
        answer = StreamingHttpResponse(pieces, content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer["ETag"] = tag
    if final:
        patch_cache_control(answer, public=True, max_age=A_DAY)
    else:
        patch_cache_control(answer, public=True, no_cache=True)
    return answer
