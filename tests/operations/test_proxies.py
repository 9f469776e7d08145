"""The shipped proxies before a real site: what a client can and cannot make it believe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from draws.pictures.files import MOST_BYTES
from tests.operations.conftest import open_folder
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.processes import eventually
from tests.operations.proxies import NAME, Proxy, running

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]
YEAR = 31_536_000
# Reports of a browser that one address may send; the clock never gives it new ones.
REPORTS = 3
# The fields of a form and the lines between them, around a picture.
AROUND = 64 * 1024


@dataclass(frozen=True)
class Front:
    """A proxy by its name, at work before the site."""

    name: str
    proxy: Proxy
    site: Production


@pytest.fixture(scope="module")
def website(documented: Production) -> Iterator[Production]:
    """A deployed site of one web process."""
    limits = {"RATE_LIMIT_PLAYER": str(REPORTS), "RATE_LIMIT_SECONDS": "1000000000"}
    documented.settings |= limits | {"WEB_WORKERS": "1"}
    documented.write_files()
    documented.start("web")
    assert eventually(lambda: answers(documented), 60), documented.log("web").read_text()
    yield documented
    documented.stop()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, website: Production) -> Iterator[Front]:
    with open_folder() as folder, running(request.param, folder, website.port) as proxy:
        yield Front(request.param, proxy, website)


def answers(site: Production) -> bool:
    try:
        return site.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def test_plain_http_becomes_https_whatever_it_says_it_is(front: Front):
    told = {"Host": NAME, "X-Forwarded-Proto": "https"}
    answer = httpx.get(f"http://127.0.0.1:{front.proxy.plain}/draws/?page=2", headers=told)
    assert answer.status_code in (301, 308)
    # Caddy names the port, which is not 443 here.
    assert answer.headers["Location"].replace(f":{front.proxy.tls}", "") == f"https://{NAME}/draws/?page=2"


@pytest.mark.parametrize("header", ["X-Forwarded-Proto", "X_Forwarded_Proto", "x-forwarded_proto"])
def test_a_client_cannot_say_that_it_came_by_http(front: Front, header: str):
    with front.proxy.client() as browser:
        assert browser.get("/", headers={header: "http"}).status_code == 200


def test_another_name_is_refused_also_where_the_client_says_it_was_forwarded(front: Front):
    with front.proxy.client() as browser:
        assert browser.get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
        assert "evil.example" not in browser.get("/", headers={"X-Forwarded-Host": "evil.example"}).text
        refused = browser.get("/", headers={"Host": "evil.example"})
        # Caddy knows no such site and answers with nothing.
        assert refused.status_code == 400 or not refused.content


def test_the_limits_count_the_client_whatever_it_says_about_its_address(front: Front):
    # Both proxies stand before one site: each has addresses of its own.
    mine, other = {"nginx": ("127.0.0.2", "127.0.0.3"), "caddy": ("127.0.0.4", "127.0.0.5")}[front.name]
    said = ["X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded", "X-Forwarded-For"]
    with front.proxy.client(mine) as browser:
        codes = [report(browser, {name: f"198.51.100.{n}"}) for n, name in enumerate(said)]
    assert codes == [204] * REPORTS + [429] * (len(said) - REPORTS)
    with front.proxy.client(other) as browser:
        assert report(browser, {}) == 204
        # Whom a client names instead of itself is not counted.
        assert report(browser, {"X-Forwarded-For": mine}) == 204


def report(browser: httpx.Client, headers: dict[str, str]) -> int:
    """Send what a browser reports when it was kept from loading something; the answer's status."""
    told = headers | {"Content-Type": "application/csp-report"}
    violation = (
        '{"csp-report": {"document-uri": "https://lucky11.example/", "violated-directive": "img-src"}}'
    )
    return browser.post("/csp-report/", content=violation, headers=told).status_code


def test_a_picture_that_the_site_takes_passes_and_a_larger_body_is_413(front: Front):
    with front.proxy.client() as browser:
        photos, forms = "/admin/draws/draw/add/", "/accounts/login/"
        # It reaches the site, which answers with a page of its own: this is not staff.
        assert "Lucky11" in browser.post(photos, content=b"x" * (MOST_BYTES + AROUND)).text
        assert "Lucky11" not in (refused := browser.post(photos, content=b"x" * (MOST_BYTES * 2))).text
        assert refused.status_code == 413
        assert browser.post(forms, content=b"x" * 500_000).status_code == 403
        assert "Lucky11" not in (refused := browser.post(forms, content=b"x" * 1_000_000)).text
        assert refused.status_code == 413


@pytest.mark.parametrize(
    "path", ["/metrics", "/readyz", "//metrics", "/./readyz", "/%6detrics", "/metrics?x"]
)
def test_the_pages_for_machines_stay_inside(front: Front, path: str):
    with front.proxy.client() as browser:
        # As it is written: a browser would tidy it up.
        assert browser.get("/", extensions={"target": path.encode()}).status_code == 404
        assert browser.get("/healthz").status_code == 200
    assert front.site.get("/metrics").status_code == 200


def test_text_is_compressed_and_static_files_are_kept_for_a_year(front: Front):
    with front.proxy.client() as browser:
        page = browser.get("/", headers={"Accept-Encoding": "gzip"})
        assert page.headers["Content-Encoding"] == "gzip"
        assert "max-age" not in page.headers.get("Cache-Control", "")
        found = re.search(r'/static/[^"]+\.css', page.text)
        assert found
        sheet = browser.get(found[0], headers={"Accept-Encoding": "gzip"})
        assert (sheet.status_code, sheet.headers["Content-Encoding"]) == (200, "gzip")
        kept = re.search(r"max-age=(\d+)", sheet.headers["Cache-Control"])
        assert kept
        assert int(kept[1]) >= YEAR
        assert "immutable" in sheet.headers["Cache-Control"]
        plain = browser.get(found[0], headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert plain.text == sheet.text
