"""The staff's pages in a browser: on a phone and a wide screen, by day and by night, with a quiet console."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Approval, Message, OutboxEmail
from draws.lifecycle.close import freeze_draw
from draws.models import Draw, LogRecord, Participation, Seal, Winner
from ledger.models import CoinDay, Transaction
from lucky11.i18n.languages import LONGER
from lucky11.models import OperationRun
from lucky11.operations.runs import begin, end
from tests.browser.plain_words import codes, plain, written
from tests.conftest import let_close
from tests.support.marking import english_of
from tests.support.pages import finish, signed_in, take
from tests.support.prizes import disqualified

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# On a phone in the dark in every run, and everywhere at night.
AT_NIGHT = pytest.mark.nightly
SIZES = [
    (390, True),
    pytest.param(1280, False, marks=AT_NIGHT),
    pytest.param(390, False, marks=AT_NIGHT),
    pytest.param(1280, True, marks=AT_NIGHT),
]
ABOUT_A_DRAFT = ("publish", "duplicate", "preview", "history")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Else axe reads sheets that Django’s import by a style of its own, which the policy blocks.
CHECKED = {"runOnly": RULES, "iframes": False, "preload": False}
# Django does not translate the words of its own pictures, and gives a label to what is hidden.
DJANGOS_OWN = {"alt=: Search", "alt=: True", "alt=: False", ": Seen:"}
# allauth has no names for these models that could be translated.
ALLAUTHS_OWN = ("authenticator", "user session")
# Where to leave pictures of the pages, for people.
PICTURES = os.environ.get("ADMIN_PICTURES")


NEWEST = {
    "draws/participation": Participation, "ledger/transaction": Transaction, "draws/seal": Seal,
    "draws/logrecord": LogRecord, "accounts/message": Message, "accounts/outboxemail": OutboxEmail,
    "lucky11/operationrun": OperationRun,
}  # fmt: skip
LISTS = (
    *("draws/winner", "draws/round", "draws/redraw", "accounts/user", "accounts/approval"),
    *("accounts/playbreak", "accounts/rulesacceptance", "admin/logentry", "ledger/spendlimit"),
    *("auth/group", "lucky11/incident"),
)


@pytest.fixture
def boss(make_player):
    return make_player("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def shown(boss, alice, make_draw, make_draft, make_player):
    """A site at work: draws in the states that staff act on."""
    now = timezone.now().replace(microsecond=0)
    drawn = make_draw(title="Lisbon for two, one long weekend", prize_amount=890, winner_count=2)
    for player in (alice, make_player("bob"), make_player("cleo", is_vip=True)):
        take(player, drawn, 2)
    finish(drawn)
    disqualified(Winner.objects.get(draw=drawn, place=1), asked_by=boss)
    opened = make_draw(title="A moka pot and a year of coffee", illustration="moka", vip_only=True)
    make_draw(title="Turntable, two speakers", draw_time=now + timedelta(days=2), max_participants=4000)
    draft = make_draft(title="Night tram", illustration="tram", description="Through the hills")
    with override_settings(BEACON_RELAYS=["http://127.0.0.1:1"]):
        waits = make_draw(title="Waiting for the sky", fairness_mode="beacon")
    take(alice, waits)
    let_close(waits)
    freeze_draw(waits.pk)
    return {"drawn": drawn, "opened": opened, "draft": draft, "waits": waits}


@pytest.fixture
def asked(shown, make_player):
    """What waits for somebody, what ran, and what was counted."""
    for n, coins in enumerate((5200, 5900, 5750, 6300, 7100, 6900, 7400)):
        CoinDay.objects.create(day=date(2026, 11, 19 + n), coins=coins, holders=40 + n, largest=[])
    for kind, ok in (("check_integrity", True), ("db_backup", False)):
        run = begin(kind)
        run.summary = "Every rule holds." if ok else "OSError: no space left on the backup's disk"
        end(run, ok=ok)
    OutboxEmail.objects.create(
        key="x", recipient="a@lucky11.example", subject="You won", text="x", attempts=3
    )
    opened = shown["opened"]
    return Approval.objects.create(
        kind="cancel_draw", subject=f"draw:{opened.pk}", summary=f"Cancel {opened}", payload={},
        reason="The host withdrew", asked_by=make_player("second", is_staff=True),
    )  # fmt: skip


@pytest.fixture
def pages(shown, asked, alice):
    """Every kind of page, over a site at work."""
    drawn, opened, draft, waits = (f"/admin/draws/draw/{draw.pk}" for draw in shown.values())
    winner, other = (f"/admin/draws/winner/{each.pk}" for each in Winner.objects.order_by("place"))
    return {
        "desk": "/admin/",
        "draws": "/admin/draws/draw/",
        "add draw": "/admin/draws/draw/add/",
        "draft": f"{draft}/change/",
        "published": f"{drawn}/change/",
        **{f"{what} draft": f"{draft}/{what}/" for what in ABOUT_A_DRAFT},
        "cancel": f"{opened}/cancel/",
        "published, open": f"{opened}/change/",
        "correct": f"{opened}/correct/",
        "waiting for the beacon": f"{waits}/change/",
        "paste a round": f"{waits}/round/",
        "tickets of a draw": f"/admin/draws/participation/?draw={shown['drawn'].pk}",
        "winner": f"{winner}/change/",
        "pass on": f"{winner}/pass-on/",
        "take a video down": f"{winner}/take-down/",
        "disqualified": f"{other}/change/",
        "objection": f"{other}/objection/",
        "player": f"/admin/accounts/user/{alice.pk}/change/",
        "suspend": f"/admin/accounts/user/{alice.pk}/suspend/",
        "adjust": f"/admin/ledger/transaction/adjust/{alice.pk}/",
        "approval": f"/admin/accounts/approval/{asked.pk}/change/",
        "approve": f"/admin/accounts/approval/{asked.pk}/approve/",
        "doctor": "/admin/lucky11/operationrun/doctor/",
        "group": "/admin/auth/group/1/change/",
        "app": "/admin/draws/",
        **{name: f"/admin/{name}/{rows.objects.latest('pk').pk}/change/" for name, rows in NEWEST.items()},
        **{f"{name} list": f"/admin/{name}/" for name in (*NEWEST, *LISTS)},
    }


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_every_staff_page_is_accessible_and_fits_the_screen(live_server, visit, pages, boss, width, dark):
    assert wrong_with(visit(live_server.url, width, dark, player=boss), pages, width, dark) == []


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_the_desk_of_the_first_day_is_accessible_and_fits_the_screen(live_server, visit, boss, width, dark):
    empty = {
        "desk, empty": "/admin/",
        "draws, none": "/admin/draws/draw/",
        "log, empty": "/admin/draws/logrecord/",
    }
    assert wrong_with(visit(live_server.url, width, dark, player=boss), empty, width, dark) == []


def wrong_with(window, pages, width, dark):
    """What axe finds on the pages, what is too wide for the window, and what the console complains about."""
    found = []
    for name, address in pages.items():
        page = window.go(address)
        if name in ("draft", "add draw"):
            page.frame_locator(".preview iframe").locator(".card").wait_for()
        if PICTURES:
            file = f"{name.replace('/', '-')}-{width}-{'dark' if dark else 'light'}.png"
            page.screenshot(path=Path(PICTURES) / file, full_page=True)
        # Django's own question marks on its lists of permissions; and the frame, whose page is one of these.
        unseen = {"exclude": [[".help-tooltip"], ["iframe"]]}
        answer = Axe().run(page, context=unseen, options=CHECKED)
        if answer.violations_count:
            found.append(f"{name}\n{answer.generate_report()}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{name} is {wide} pixels wide")
    # To take a picture Playwright adds a style of its own, which the policy blocks.
    return found + ([] if PICTURES else window.complaints)


def test_every_staff_page_is_translated(pages, boss):
    client = signed_in(boss)
    data = sorted([*written(), *codes(), *ALLAUTHS_OWN], key=len, reverse=True)
    left = {}
    for name, address in pages.items():
        answer = client.get(address, headers={"accept-language": LONGER[0]})
        assert answer.status_code == 200, name
        found = plain(english_of(answer.content.decode()), data)
        # The same words stand on many pages: each is named once.
        left |= {text: name for text in found if text not in left and text not in DJANGOS_OWN}
    assert not left, "\n".join(f"{name}, {text}" for text, name in left.items())


def test_the_illustrations_stay_inside_their_field(live_server, visit, boss, make_draft):
    page = visit(live_server.url, 1024, False, player=boss).go(f"/admin/draws/draw/{make_draft().pk}/change/")
    for width in (390, 1024, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        beyond = page.evaluate(
            """() => {
                const field = document.querySelector(".field-illustration").getBoundingClientRect();
                const labels = [...document.querySelectorAll(".drawings label")];
                return labels.filter(each => each.getBoundingClientRect().right > field.right).length;
            }"""
        )
        assert beyond == 0, width


def write(page, **typed):
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)


def test_the_card_beside_the_form_follows_what_is_typed(live_server, visit, boss):
    window = visit(live_server.url, player=boss)
    page = window.go("/admin/draws/draw/add/")
    card = page.frame_locator(".preview iframe")
    expect(card.get_by_role("heading", name="The title goes here")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    closes = timezone.now() + timedelta(days=3)
    write(page, title="Night tram", max_participants="40", entry_fee="3", prize_coins="50")
    write(page, draw_time_0=f"{closes:%Y-%m-%d}", draw_time_1="20:00:00")
    page.get_by_role("radio", name="Tram").check()
    expect(card.get_by_role("heading", name="Night tram")).to_be_visible()
    expect(card.locator("img")).to_have_attribute("src", "/static/img/art/tram.svg")
    expect(card.get_by_text("A ticket costs 3 coins.")).to_be_visible()
    expect(card.get_by_text("When full, it takes 120 coins from players")).to_be_visible()
    assert card.locator(".card").evaluate("card => getComputedStyle(card).display") == "flex"
    assert not Draw.objects.exists()
    page.locator("[name=title]").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    assert window.complaints == []


def test_without_script_a_button_shows_the_card_in_a_window_of_its_own(live_server, visit, boss):
    window = visit(live_server.url, script=False, player=boss)
    page = window.go("/admin/draws/draw/add/")
    write(page, title="Night tram", max_participants="40")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    expect(opened.value.get_by_role("heading", name="Night tram")).to_be_visible()
    expect(opened.value.get_by_text("0 of 40 taken")).to_be_visible()
    assert not Draw.objects.exists()


def test_a_draw_is_made_again_with_two_clicks(live_server, visit, boss, make_draw):
    draw = make_draw(title="Night tram")
    window = visit(live_server.url, player=boss)
    page = window.go(f"/admin/draws/draw/{draw.pk}/change/")
    page.get_by_role("link", name="Duplicate this draw").click()
    page.get_by_role("button", name="Make a copy as a draft").click()
    expect(page.locator(".messagelist")).to_contain_text(f"This is a copy of Draw {draw.pk}: Night tram.")
    assert Draw.objects.latest("pk").state == "draft"
    assert window.complaints == []
