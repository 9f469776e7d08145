"""The five minutes of docs/five-minutes.md, walked row by row in a browser on the whole running site."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from draws.models import Draw
from lucky11.development.demo import QUICK_TITLE
from lucky11.embedded.paths import ROOT
from tests.browser.conftest import Site
from tests.conftest import let_close

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = re.findall(r"^\| (.+?) \| (.*?) ?\|$", (ROOT / "docs/five-minutes.md").read_text(), re.MULTILINE)[1:]
# At most so many presses, and pages on which a newcomer presses something, from the front page to a ticket.
PRESSES, PAGES = 5, 3


def press(page: Page, name: str) -> None:
    """Press the link or button of this name, the first if there are several."""
    button = page.get_by_role("button", name=name, exact=True)
    page.get_by_role("link", name=name).or_(button).first.click()


def write(page: Page, text: str, label: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


def open_mailbox(page: Page, name: str) -> None:
    press(page, name)


def follow(page: Page, subject: str) -> None:
    """Open the email, and in it the link that a player would press in theirs."""
    press(page, subject)
    page.get_by_role("link", name=re.compile("confirm-email")).click()


def wait_for_closing(page: Page) -> None:
    let_close(Draw.objects.get())


DEEDS: dict[str, Callable[..., None]] = {
    r"Press \*\*(.+)\*\*": press,
    r"Tick \*\*(.+)\*\*": lambda page, label: page.get_by_label(label).check(),
    r"Write `(.+)` into \*\*(.+)\*\*": write,
    r"Open the mailbox by \*\*(.+)\*\*": open_mailbox,
    r"Follow the link in \*\*(.+)\*\*": follow,
    r"Wait until the clock is at zero": wait_for_closing,
}


def do(page: Page, site: Site, deed: str) -> None:
    address = re.fullmatch(r"Open `(.+)`", deed)
    if address:
        page.goto(site.origin + address[1])
        return
    [(act, words)] = [
        (act, found.groups()) for form, act in DEEDS.items() if (found := re.fullmatch(form, deed))
    ]
    act(page, *words)


@pytest.mark.nightly
def test_a_newcomer_sees_what_the_page_promises_row_by_row(running_site, visit, make_draw):
    make_draw(title=QUICK_TITLE, prize_coins=111, prize_amount=0, entry_fee=1, max_participants=111)
    window = visit(running_site.origin, width=390)
    assert len(ROWS) > 8
    for deed, seen in ROWS:
        do(window.page, running_site, deed)
        for words in re.findall(r"\*\*(.+?)\*\*", seen):
            expect(window.page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=60_000)
    assert window.complaints == []


def test_a_ticket_is_few_presses_on_few_pages_away():
    deeds = [deed for deed, _ in ROWS]
    way = deeds[: deeds.index("Press **Enter with 1 coin**") + 1]
    presses = [deed for deed in way if deed.startswith(("Press", "Tick"))]
    pages = [deed for deed in way if deed.startswith("Press")]
    assert len(presses) <= PRESSES
    assert len(pages) <= PAGES
