"""Our font on a slow line, or refused: a font of the device stands in, and nothing moves or overlaps."""

import pytest
from django.core.cache import cache

from tests.browser import looking
from tests.support.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.django_db(transaction=True)]

MOST = 0.05
WATCH = """
    window.moved = [];
    new PerformanceObserver((list) => moved.push(...list.getEntries())).observe({type: "layout-shift"});
"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FONTS = (
    "() => [...document.fonts].filter((font) => font.family === 'Special Gothic').map((font) => font.status)"
)


@pytest.fixture
def addresses(make_draw, alice):
    draws = [make_draw(title=t, prize_amount=640) for t in ("A city bicycle, in your size", "Moka pot")]
    over = make_draw(title="Three times 60 coins")
    take(alice, over, 3)
    finish(over)
    return ["/", "/winners/", "/how-it-works/", f"/draws/{draws[0].pk}/", f"/draws/{over.pk}/"]


def hold_back(page):
    """Answer nothing that asks for a font, until it is let go."""
    held, free = [], []
    page.route("**/*.woff2", lambda route: route.continue_() if free else held.append(route))

    def let_go():
        free.append(True)
        for route in held:
            route.continue_()
        return len(held)

    return let_go


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_the_font_comes_late(width, live_server, visit, addresses):
    cache.clear()
    for address in addresses:
        page = visit(live_server.url, width=width).page
        let_go = hold_back(page)
        page.add_init_script(WATCH)
        page.goto(live_server.url + address, wait_until="domcontentloaded")
        page.evaluate(PAINTED)
        assert "loaded" not in page.evaluate(FONTS)
        assert let_go()
        page.evaluate("() => document.fonts.ready.then(() => null)")
        page.evaluate(PAINTED)
        assert "loaded" in page.evaluate(FONTS)
        moves = page.evaluate(
            "moved.map(({ value, sources }) => [value, String(sources[0]?.node?.textContent)])"
        )
        assert sum(value for value, _ in moves) < MOST, (address, moves)


@pytest.mark.parametrize("width", [320, 1280])
def test_without_the_font_every_page_fits_its_window(width, live_server, visit, addresses):
    cache.clear()
    page = visit(live_server.url, width=width).page
    page.route("**/*.woff2", lambda route: route.abort())
    for address in addresses:
        page.goto(live_server.url + address)
        assert "loaded" not in page.evaluate(FONTS)
        assert looking.too_wide(page, width) == []
        assert looking.ask(page, "squeezed") == []
        assert page.evaluate(OVERLAPPING) == []


# Two texts of which neither is in the other, one over the other by more than lines of text are.
OVERLAPPING = """() => {
    const boxes = [];
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        const skipped = "svg, script, template, .vh, [hidden], [aria-hidden=true], .serial";
        if (!text.data.trim() || text.parentElement.closest(skipped)) continue;
        if (!text.parentElement.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        for (const box of range.getClientRects()) if (box.width > 1) boxes.push([text, box]);
    }
    const over = ([one, a], [other, b]) => one !== other
        && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.45 * Math.min(a.height, b.height);
    return boxes.flatMap((one, n) => boxes.slice(n + 1).filter((other) => over(one, other))
        .map((other) => `${one[0].data.trim()} over ${other[0].data.trim()}`));
}"""
