"""The site where it is not: without a network, and in a frame on another site."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browser import looking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    return found;
}"""


class Framing(BaseHTTPRequestHandler):
    """A page of another site, which frames the address that it is asked with."""

    def do_GET(self) -> None:
        address, _, width = self.path.partition("?")[2].partition("&")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{address}" width="{width}" height="280" title="x"></iframe>'.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing in the output of the tests."""


@pytest.fixture
def elsewhere():
    with ThreadingHTTPServer(("127.0.0.1", 0), Framing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_without_a_network_one_page_says_so_and_no_page_of_a_player_is_kept(live_server, visit, alice, draw):
    cache.clear()
    window = visit(live_server.url, player=alice, worker=True)
    page = window.go("/coins/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    window.go("/tickets/")
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(237, 241, 235)"
    assert page.evaluate("document.fonts.check('700 20px \"Special Gothic\"')")
    kept = page.evaluate(KEPT)
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(draw.title)


@pytest.mark.parametrize("width", [420, 240])
def test_a_card_fits_its_frame_on_another_site(width, live_server, visit, draw, elsewhere, settings):
    settings.SITE_ORIGIN = live_server.url
    page = visit(live_server.url, width=1280).page
    page.goto(f"{elsewhere}?{live_server.url}/embed/{draw.pk}/&{width}")
    card = page.frames[1]
    expect(card.get_by_role("link")).to_have_count(1)
    assert looking.too_wide(card, width) == []
    assert page.context.cookies() == []
    with page.expect_popup() as opened:
        card.get_by_role("link").click()
    assert opened.value.url == f"{live_server.url}/draws/{draw.pk}/"
    page.goto(f"{live_server.url}/embed/{draw.pk}/")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
