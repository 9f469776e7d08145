"""The shipped nginx.conf before a server that says which headers reach it (a real site: test_proxies.py)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path

import httpx
import pytest

from draws.pictures.files import MOST_BYTES
from lucky11.gate import refusals
from tests.operations.proxies import NAME, Proxy, running

pytestmark = pytest.mark.slow


class Echo(BaseHTTPRequestHandler):
    """Answers every request with the headers that came, and a number of its own."""

    numbers = count(1)

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps(said | {"served": next(self.numbers), "filler": "x" * 2000}).encode()
        self.send_response(200)
        if self.path.startswith(("/static/", "/pictures/")):
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(place: Path) -> Iterator[Proxy]:
    """nginx before the server."""
    server = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with running("nginx", place, server.server_address[1]) as found:
            yield found
    finally:
        server.shutdown()
        server.server_close()


def test_what_a_client_says_about_itself_does_not_reach_the_site(proxy: Proxy) -> None:
    lies = {f"X-Forwarded-{name}": "6.6.6.6" for name in ("For", "Host", "Proto", "Port")}
    with proxy.client() as browser:
        answer = browser.get("/", headers=lies | {"X_Forwarded_For": "6.6.6.6", "Forwarded": "for=6.6.6.6"})
    assert answer.status_code == 200
    came = answer.json()
    assert came["x-forwarded-for"] == "127.0.0.1"
    assert came["x-forwarded-proto"] == "https"
    assert came["host"] == NAME
    assert "6.6.6.6" not in answer.text
    assert not [name for name in came if "_" in name]


def test_the_pages_for_operators_stay_inside_and_plain_http_becomes_https(proxy: Proxy) -> None:
    with proxy.client() as browser:
        assert [browser.get(path).status_code for path in ("/metrics", "/readyz", "/healthz")] == [
            404,
            404,
            200,
        ]
    moved = httpx.get(f"http://127.0.0.1:{proxy.plain}/draws/?page=2", headers={"Host": NAME})
    assert (moved.status_code, moved.headers["Location"]) == (301, f"https://{NAME}/draws/?page=2")


PHOTOS = "/admin/draws/draw/add/"


def test_the_largest_picture_passes_it_where_staff_send_one_and_nowhere_else(proxy: Proxy) -> None:
    with proxy.client() as browser:
        assert browser.post(PHOTOS, content=b"x" * (MOST_BYTES + 64 * 1024)).status_code == 200
        assert browser.post(PHOTOS, content=b"x" * (MOST_BYTES * 2)).status_code == 413
        assert browser.post("/accounts/login/", content=b"x" * refusals.MOST_BYTES).status_code == 200
        assert browser.post("/accounts/login/", content=b"x" * (1 << 20)).status_code == 413


def test_a_large_body_in_chunks_is_refused_too(proxy: Proxy) -> None:
    with proxy.client() as browser:
        assert browser.post("/accounts/login/", content=iter([b"x" * (1 << 20)])).status_code == 413


def test_a_text_is_compressed_for_whoever_takes_it(proxy: Proxy) -> None:
    with proxy.client() as browser:
        assert browser.get("/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in browser.get("/", headers={"Accept-Encoding": "identity"}).headers


@pytest.mark.parametrize("path", ["/static/a.css", "/pictures/a.webp"])
def test_what_is_the_same_for_all_is_asked_for_once(proxy: Proxy, path: str) -> None:
    with proxy.client() as browser:
        assert browser.get(path).json()["served"] == browser.get(path).json()["served"]


@pytest.mark.parametrize("path", ["/", "/profile/", "/static", "/admin/draws/draw/1/change/"])
def test_every_other_page_is_asked_for_again(proxy: Proxy, path: str) -> None:
    with proxy.client() as browser:
        assert browser.get(path).json()["served"] != browser.get(path).json()["served"]
