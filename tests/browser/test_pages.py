"""How the pages look and behave in a browser: for everyone, on small screens, with and without script."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from draws.lifecycle import close
from draws.models import Participation
from ledger.services import balance
from tests.conftest import let_close
from tests.support.pages import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_form_says_what_it_costs_while_tickets_are_added(live_server, visit, draw, alice):
    page = visit(live_server.url, 390, player=alice).go(f"/draws/{draw.pk}/")
    for _ in range(3):
        page.get_by_role("button", name="One ticket more").click()
    expect(page.get_by_role("button", name="Enter with 20 coins")).to_be_visible()
    expect(page.locator("#tickets-hint")).to_contain_text(
        "With 4 you would hold 4 of 4 tickets, 4 of 10 if all are taken, and have 30 coins left."
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
    expect(page.locator(".purse-big")).to_have_text("43 coins")


def test_a_closing_draw_shows_its_result_without_being_touched(live_server, visit, draw, make_player):
    player = make_player("sue", covers_results_from=timezone.now())
    take(player, draw)
    let_close(draw)
    page = visit(live_server.url, player=player).go(f"/draws/{draw.pk}/")
    expect(page.get_by_role("heading", name="Being drawn")).to_be_visible()
    close.close_due_draws()
    page.get_by_role("button", name="Show result").click()
    expect(page.get_by_role("heading", name="You won 100 coins")).to_be_visible()


def test_a_result_that_was_opened_is_not_covered_again(live_server, visit, draw, make_player):
    player = make_player("sue", covers_results_from=timezone.now())
    take(player, draw)
    let_close(draw)
    page = visit(live_server.url, player=player).go(f"/draws/{draw.pk}/")
    close.close_due_draws()
    expect(page.get_by_role("button", name="Show result")).to_be_visible(timeout=30_000)
    # The server learns of it later than it answers with the page once more.
    held = []
    page.route("**/open/", lambda route: held.append(route))
    with page.expect_response(f"**/draws/{draw.pk}/"):
        page.evaluate(
            """() => {
                document.querySelector("[data-show]").click();
                document.dispatchEvent(new Event("coins"));
            }"""
        )
    expect(page.get_by_role("heading", name="You won 100 coins")).to_be_visible()
    expect(page.locator(".reveal__result")).to_be_focused()
    expect(page.get_by_role("button", name="Show result")).to_have_count(0)
    held[0].continue_()
    page.get_by_role("button", name="Check it now").click()
    with page.expect_response(f"**/draws/{draw.pk}/"):
        page.evaluate('document.dispatchEvent(new Event("coins"))')
    checked = page.get_by_text("Checked on your device just now: every step holds.")
    expect(checked).to_be_visible(timeout=30_000)
    with page.expect_response(f"**/draws/{draw.pk}/"):
        page.evaluate('document.dispatchEvent(new Event("coins"))')
    expect(checked).to_be_visible()


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


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(live_server, visit, settings):
    from accounts.models import OutboxEmail
    from accounts.notifications.outbox import enqueue

    settings.DEBUG = True
    body = "<h1>Hello</h1><script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
    enqueue(uuid.uuid4().hex, "a@lucky11.example", "Hello", "text", body)
    window = visit(live_server.url)
    page = window.go(f"/dev/mail/{OutboxEmail.objects.get().pk}/")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Hello")).to_be_visible()
    assert page.frames[1].title() == ""
