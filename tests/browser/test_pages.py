"""How the pages look and behave in a browser: for everyone, on small screens, with and without script."""

import re
import uuid
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from draws import closing
from draws.cancelling import cancel_draw
from draws.models import Participation
from draws.telling import tell_entries
from ledger.services import balance
from tests.conftest import let_close
from tests.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": STANDARDS}
# The dark theme is the same page in other colours.
IN_THE_DARK = {"type": "rule", "values": ["color-contrast"]}
SIZES = [(390, False), (390, True), (1280, False), (1280, True)]


# WCAG 1.4.12
SPACED = (
    "* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important; }"
)


def add_style(page, rules: str) -> None:
    """Style the page as a reader's own tools do, which the Content-Security-Policy allows."""
    page.evaluate(
        """rules => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(rules);
            document.adoptedStyleSheets = [sheet];
        }""",
        rules,
    )


@pytest.fixture
def addresses(make_draw, make_player, alice, bob) -> dict[str, list[str]]:
    """The main pages and every face of a draw, for a visitor and for Alice."""
    soon = timezone.now().replace(microsecond=0) + timedelta(minutes=30)
    faces = {
        "open": make_draw(
            title="Lisbon for two, one long weekend", illustration="tram", max_participants=100
        ),
        "vip": make_draw(vip_only=True, illustration="telescope"),
        "early": make_draw(early_access_until=soon, illustration="bicycle"),
        "dear": make_draw(entry_fee=900),
        "full": make_draw(max_participants=2, illustration="moka"),
        "limit": make_draw(max_per_player=1, illustration="vinyl", min_participants=5),
        "won": make_draw(illustration="headphones"),
        "lost": make_draw(prize_amount=350, illustration="coins"),
        "void": make_draw(min_participants=9),
        "off": make_draw(title="A title that is as long as staff can be expected to write one " * 2),
        "drawing": make_draw(),
    }
    rich = make_player("rich", coins=1000)
    for name in ("open", "limit", "won", "void", "off", "drawing"):
        take(alice, faces[name])
    for name in ("full", "lost"):
        take(rich, faces[name], 2)
    take(bob, faces["open"], 3)
    cancel_draw(faces["off"].pk, actor=None, reason="The host withdrew.")
    finish(faces["won"], faces["lost"], faces["void"])
    let_close(faces["drawing"])
    closing.freeze_draw(faces["drawing"].pk)
    shown = [f"/draws/{draw.pk}/" for draw in faces.values()]
    outside = [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/confirm-email/",
    ]
    tell_entries()
    inside = [
        "/tickets/",
        "/coins/",
        "/profile/",
        "/messages/",
        "/messages/choices/",
        "/accounts/email/",
        "/accounts/password/change/",
    ]
    both = ["/", "/winners/", "/how-it-works/", "/draws/999/", f"{shown[0]}enter/"]
    return {"visitor": both + outside + shown[:1], "player": both + inside + shown}


@pytest.mark.parametrize("who", ["visitor", "player"])
@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_pages_are_accessible_and_fit_the_screen(live_server, visit, addresses, alice, who, width, dark):
    window = visit(live_server.url, width, dark, player=alice if who == "player" else None)
    for address in addresses[who]:
        page = window.go(address)
        # What sticks to the bottom of the window hides what is scrolled under it, until one scrolls.
        add_style(page, ".tabs, .buybar { position: static !important; }")
        found = Axe().run(page, options={"runOnly": IN_THE_DARK if dark else RULES})
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert window.complaints == []


@pytest.mark.parametrize("who", ["visitor", "player"])
def test_nothing_is_cut_off_at_320_pixels_or_with_wide_letters(live_server, visit, addresses, alice, who):
    window = visit(live_server.url, 320, player=alice if who == "player" else None)
    for address in addresses[who]:
        page = window.go(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        add_style(page, SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{address} with wide letters"


def test_the_form_says_what_it_costs_while_tickets_are_added(live_server, visit, draw, alice):
    page = visit(live_server.url, 390, player=alice).go(f"/draws/{draw.pk}/")
    for _ in range(3):
        page.get_by_role("button", name="One ticket more").click()
    expect(page.get_by_role("button", name="Enter with 20 coins")).to_be_visible()
    expect(page.locator("#tickets-hint")).to_contain_text(
        "With 4 you would hold 4 of 4 tickets, 4 of 10 if all are taken, and keep 30 coins."
    )
    page.get_by_label("Tickets", exact=True).fill("5")
    expect(page.get_by_role("button", name="Enter with 25 coins")).to_be_visible()
    page.get_by_role("button", name="One ticket more").click()
    expect(page.get_by_label("Tickets", exact=True)).to_have_value("5")


def test_pressing_twice_enters_once(live_server, visit, draw, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    page.get_by_role("button", name="Enter with 5 coins").dblclick()
    expect(page.locator(".receipt")).to_contain_text("You are in with 1 ticket")
    page.reload()
    expect(page.locator(".receipt")).to_contain_text("You are in with 1 ticket")
    assert (Participation.objects.count(), balance(alice.pk)) == (1, 45)


def test_going_back_and_sending_the_same_form_again_charges_nothing(live_server, visit, draw, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    page.get_by_role("button", name="Enter with 5 coins").click()
    expect(page.locator(".receipt")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name=re.compile("Enter with 5 coins")).click()
    expect(page.locator(".receipt")).to_be_visible()
    assert Participation.objects.count() in (1, 2), "a browser may have asked for a fresh form"
    assert balance(alice.pk) == 50 - 5 * Participation.objects.count()


def test_two_tabs_enter_and_the_second_is_told_in_words(live_server, visit, make_draw, alice):
    draw = make_draw(max_per_player=1)
    first = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    second = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    first.get_by_role("button", name="Enter with 5 coins").click()
    expect(first.locator(".receipt")).to_be_visible()
    second.get_by_role("button", name="Enter with 5 coins").click()
    notice = second.get_by_role("alert")
    expect(notice).to_contain_text("You were not entered")
    expect(notice).to_contain_text("nothing was charged")
    expect(notice).to_be_focused()
    assert (Participation.objects.count(), balance(alice.pk)) == (1, 45)


def test_everything_works_without_script(live_server, visit, draw, alice):
    page = visit(live_server.url, 390, script=False, player=alice).go("/")
    page.locator("a.cover").first.click()
    expect(page.get_by_role("button", name="One ticket more")).to_be_hidden()
    page.get_by_label("Tickets", exact=True).fill("2")
    page.get_by_role("button", name="Enter this draw").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with 2 tickets")
    page.goto(f"{live_server.url}/coins/")
    page.get_by_role("button", name="Collect 3 coins").click()
    expect(page.locator(".purse-big")).to_have_text("43")


def test_a_closing_draw_shows_its_result_without_being_touched(live_server, visit, draw, alice):
    take(alice, draw)
    let_close(draw)
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    expect(page.get_by_role("heading", name="Being drawn")).to_be_visible()
    closing.close_due_draws()
    page.get_by_role("button", name="Show result").click()
    expect(page.get_by_role("heading", name="Ticket 0001 won")).to_be_visible()


def test_the_countdown_follows_the_servers_clock(live_server, visit, make_draw, browser):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(minutes=10))
    window = visit(live_server.url)
    # A device whose clock is three days wrong.
    window.page.clock.install(time=timezone.now() - timedelta(days=3))
    page = window.go(f"/draws/{draw.pk}/")
    expect(page.locator(".clock [data-m]")).to_have_text(re.compile("^(09|10)$"))
    before = page.locator(".clock [data-s]").inner_text()
    page.clock.run_for(3000)
    assert page.locator(".clock [data-s]").inner_text() != before


def test_the_keyboard_reaches_everything_and_shows_where_it_is(live_server, visit, draw, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{draw.pk}/")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const e = document.activeElement;
                const visible = getComputedStyle(e).outlineStyle !== "none" || e.matches(".cover");
                return [e.textContent.trim() || e.name || e.id, visible];
            }"""
        )
        seen.append(focus[0])
        assert focus[1], f"no visible focus at {focus[0]}"
        if "tickets" in seen:
            break
    assert seen[0] == "Skip to main content"
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(live_server, visit, settings):
    from accounts.models import OutboxEmail
    from accounts.outbox import enqueue

    settings.DEBUG = True
    body = "<h1>Hello</h1><script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
    enqueue(uuid.uuid4().hex, "a@lucky11.example", "Hello", "text", body)
    window = visit(live_server.url)
    page = window.go(f"/dev/mail/{OutboxEmail.objects.get().pk}/")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Hello")).to_be_visible()
    assert page.frames[1].title() == ""
