"""Values that nobody types, and the ways in which each page can be given them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

VALUES = {
    "a NUL": "a\0b",
    "10,000 letters": "a" * 10_000,
    "a lone surrogate": "a\ud800b",
    "letters that turn the line": "\u202eabc\u2066\u200f",
    "2^63": "9223372036854775808",
    "-1": "-1",
    "an address of 320 letters": "a" * 304 + "@lucky11.example",
    "a year 0": "0000-01-01",
}
MORE = {
    "nothing": "",
    "NaN": "NaN",
    "infinity": "Infinity",
    "1e400": "1e400",
    "5,000 digits": "9" * 5_000,
    "less than -2^63": "-9223372036854775809",
    "a year 99999": "99999-01-01",
    "a moment of year 0": "0000-00-00T00:00:00",
    "a digit of another script": "٣",
    "a raised two": "²",
    "an address of 255 letters": "a" * 239 + "@lucky11.example",
    "a domain of 300 letters": "a@" + "b" * 292 + ".example",
    "brackets": "[::1",
    "a line and a header": "a\r\nSet-Cookie: a=b",
    "a tag": "\"'><script>alert(1)</script>",
    "a folder above": "../../../etc/passwd",
    "another site": "//evil.example/",
    "a percent": "%",
    "an encoded NUL": "%00",
    "a colon": "javascript:alert(1)",
    "braces": "{0.__class__}{% debug %}",
}
# What addresses of the site and of Django's admin ask for, wherever they do.
ASKED = (
    *(
        "q",
        "show",
        "before",
        "after",
        "receipt",
        "find",
        "next",
        "state",
        "day",
        "coins",
        "closes",
        "of",
        "from",
    ),
    *(
        "p",
        "o",
        "all",
        "e",
        "page",
        "id__exact",
        "draw",
        "_changelist_filters",
        "_popup",
        "_to_field",
        "code",
    ),
    *("pk__in", "user__id__exact", "created_at__gte", "is_staff__exact", "error", "process", "number", "id"),
)
ENDS_A_SESSION = {"account_logout"}


@dataclass
class Form:
    """A form of a page: where it goes, how, and with what."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Reads a page's forms, as a browser would send them untouched, and the addresses it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.links = page, list[Form](), list[str]()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(urljoin(self.page, given.get("href", "")))
        if tag == "form":
            action = urljoin(self.page, given.get("action", ""))
            self.forms.append(Form(action, given.get("method", "get").lower()))
        name = given.get("name", "")
        if self.forms and name and tag in ("input", "textarea", "button", "select"):
            self.forms[-1].fields.setdefault(name, given.get("value", ""))
        if tag == "select":
            self._select = name
        if tag == "option" and self.forms and self._select and "selected" in given:
            self.forms[-1].fields[self._select] = given.get("value", "")


@dataclass(frozen=True)
class Attack:
    """One request with one value where it does not belong."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...]
    what: str

    def __str__(self) -> str:
        return f"{self.method} {self.path[:90]}: {self.what}"


class Attacker:
    """Somebody at the site with a session, or nobody; what each request did is undone."""

    def __init__(self, who: str, session: str = "", together: bool = False) -> None:
        self.who, self.session = who, session
        # Whether all fields of a form get a value at once, and not each of them first.
        self.begin = -1 if together else 0
        self.client = Client(raise_request_exception=False)
        self.seen: set[Any] = set()

    def get(self, path: str) -> HttpResponseBase:
        return self._send("GET", path, ())

    def send(self, attack: Attack) -> int:
        before = transaction.savepoint()
        try:
            return self._send(attack.method, attack.path, attack.fields).status_code
        finally:
            transaction.savepoint_rollback(before)

    def send_file(self, path: str) -> int:
        """Post a form with nothing but a file; the status of the answer."""
        self._have_a_session()
        return self.client.post(path, {"photo": SimpleUploadedFile("a.png", b"x" * 1000)}).status_code

    def _have_a_session(self) -> None:
        # Those that an answer took away are there again.
        self.client.cookies = SimpleCookie(
            {settings.SESSION_COOKIE_NAME: self.session} if self.session else {}
        )

    def _send(self, method: str, path: str, fields: tuple[tuple[str, str], ...]) -> HttpResponseBase:
        self._have_a_session()
        if method == "GET":
            return self.client.get(path)
        sent = urlencode(fields, errors="surrogatepass")
        return self.client.post(path, sent, content_type="application/x-www-form-urlencoded")

    def attacks_on(self, path: str, values: dict[str, str]) -> Iterator[Attack]:
        """Every value in every field of the page's forms, every parameter and every part of its address.

        What was attacked before, on another page, is not attacked again.
        """
        answer = self.get(path)
        reader = FormReader(path)
        if "html" in answer.headers.get("Content-Type", "") and isinstance(answer, HttpResponse):
            reader.feed(answer.content.decode())
        for form in reader.forms:
            yield from self._on_form(form, values)
        yield from self._on_address(path, reader, values)

    def _on_form(self, form: Form, values: dict[str, str]) -> Iterator[Attack]:
        name = name_of(form.action)
        fresh = [each for each in form.fields if self._is_new(form.method, name, each)]
        if form.method == "post" and name not in ENDS_A_SESSION:
            for each in [*({name} for name in fresh), *([set(fresh)] if fresh else [])][self.begin :]:
                for what, value in values.items():
                    fields = tuple((form.fields | dict.fromkeys(sorted(each), value)).items())
                    yield Attack("POST", form.action, fields, f"{', '.join(sorted(each))[:40]} = {what}")

    def _on_address(self, path: str, reader: FormReader, values: dict[str, str]) -> Iterator[Attack]:
        here, name = urlsplit(path).path, name_of(path)
        asked = {
            key
            for link in reader.links
            if name_of(link) == name
            for key, _ in parse_qsl(urlsplit(link).query)
        }
        asked |= {key for form in reader.forms if form.method == "get" for key in form.fields}
        alone = [{each} for each in sorted(asked) if self._is_new("query", name, each)]
        for keys in [*alone, *([set(ASKED)] if self._is_new("query", name) else [])]:
            for what, value in values.items():
                query = urlencode(dict.fromkeys(sorted(keys), value), errors="surrogatepass")
                yield Attack("GET", f"{here}?{query}", (), f"?{', '.join(sorted(keys))[:40]} = {what}")
        for changed in self._changed(here, name):
            for what, value in values.items():
                yield Attack(
                    "GET", changed.replace("\0", quote(value, safe="", errors="surrogatepass")), (), what
                )

    def _changed(self, here: str, name: str) -> Iterator[str]:
        parts = here.split("/")
        for number, part in enumerate(parts):
            # Numbers, keys and names of files; words are the same for all.
            if re.search(r"[0-9:.]", part) and self._is_new("part", name, number):
                yield "/".join([*parts[:number], "\0", *parts[number + 1 :]])

    def _is_new(self, *what: Any) -> bool:
        fresh = what not in self.seen
        self.seen.add(what)
        return fresh


def name_of(address: str) -> str:
    """The name of the page at an address."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return address
