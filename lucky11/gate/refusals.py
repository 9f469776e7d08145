"""Requests that no page may see: too large, with a file where none is expected, or with a NUL in a text.

Django reads a form, and writes its files to the disk, before it knows whether anybody may send one; and
PostgreSQL takes no NUL in a text. The pages that answer need no database.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, load_handler
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, UnreadablePostError

from common.web.uploads import UPLOADS
from lucky11.errors import bare_page

# The most bytes of a form without a file; the longest ones of the site have a few thousand letters.
MOST_BYTES = 512 * 1024
# How files are kept where a page takes one.
KEPT_BY = (
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
)
NUL = "\0"
# PostgreSQL's largest bigint: no row has a larger number.
LARGEST = 2**63 - 1

Handler = Callable[[HttpRequest], HttpResponseBase]


class FileRefused(Exception):
    """A file came where none is expected."""


class RefuseFiles(FileUploadHandler):
    """Ends the reading of a form at the first file in it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raise FileRefused."""
        raise FileRefused

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing."""

    def file_complete(self, file_size: int) -> None:
        """Make no file."""


class RefusalMiddleware:
    """Answers 400 or 413 to what no page may see. It stands before everything that reads a form."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path or _has_nul(request.GET) or not _length_is_said(request):
            return bare_page("400.html", 400)
        # A browser that keeps such a cookie would never see another page.
        for name in [name for name, value in request.COOKIES.items() if NUL in name + value]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Read the form, before anything else does; return a refusal, or None.

        A number in an address that no row can have becomes the largest one, so that its page says what is
        not there.
        """
        for name, value in kwargs.items():
            if isinstance(value, int):
                kwargs[name] = min(value, LARGEST)
        most = MOST_BYTES
        if _takes_a_file(request):
            most = UPLOADS[_page(request)]
            request.upload_handlers = [load_handler(name, request) for name in KEPT_BY]
        if _length(request) > most:
            return bare_page("413.html", 413)
        try:
            return bare_page("400.html", 400) if _has_nul(request.POST) else None
        except FileRefused:
            return bare_page("413.html", 413)
        except UnreadablePostError:
            return bare_page("400.html", 400)


def _takes_a_file(request: HttpRequest) -> bool:
    # Only staff have such pages; whoever else sends a file there is sent away after it was read.
    return request.method == "POST" and _page(request) in UPLOADS and bool(request.user.is_staff)


def _page(request: HttpRequest) -> str:
    return str(request.resolver_match.view_name) if request.resolver_match else ""


def _length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def _length_is_said(request: HttpRequest) -> bool:
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    return said.isascii() and said.isdigit() and len(said) < 20


def _has_nul(sent: QueryDict) -> bool:
    return any(NUL in text for name, values in sent.lists() for text in _texts(name, values))


def _texts(name: str, values: Iterable[object]) -> list[str]:
    return [name, *map(str, values)]
