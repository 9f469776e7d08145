"""From signing up to a result, by somebody who has only a keyboard, or hears the page and does not see it."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import OutboxEmail
from draws.lifecycle import close
from draws.models import Winner
from tests.conftest import let_close
from tests.support.pages import finish

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOVA = "nova@lucky11.example"
PASSWORD = "tall-orange-kettle"
FOCUSED = "one => one === document.activeElement"


def tab_to(page, role, name, most=60):
    """Press Tab until the thing of this role and name has the focus, and see that it shows."""
    thing = page.get_by_role(role, name=name, exact=isinstance(name, str))
    for _ in range(most):
        page.keyboard.press("Tab")
        if thing.count() and thing.first.evaluate(FOCUSED):
            ring = thing.first.evaluate(
                "one => getComputedStyle(one.matches('.cover') ? one.closest('.ticket') : one).outlineStyle"
            )
            assert ring != "none", f"no visible focus at {name}"
            box = thing.first.bounding_box()
            assert box
            assert 0 <= box["y"] < page.viewport_size["height"], f"{name} is outside of the window"
            return
    pytest.fail(f"Tab does not lead to {role} {name}")


def confirmation() -> str:
    mail = OutboxEmail.objects.get(recipient=NOVA, subject__startswith="Confirm")
    found = re.search(r"/accounts/confirm-email/\S+", mail.text)
    assert found
    return found[0]


def test_a_keyboard_is_enough_from_joining_to_the_result(live_server, visit, draw):
    window = visit(live_server.url)
    page = window.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    join_by_key(page, live_server.url)
    page.goto(live_server.url)
    enter_by_key(page, draw)
    let_close(draw)
    page.reload()
    close.close_due_draws()
    open_the_result_by_key(page)
    assert window.complaints == []


def join_by_key(page, origin):
    tab_to(page, "link", "Join")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signup/**")
    tab_to(page, "textbox", re.compile("Email"))
    page.keyboard.type(NOVA)
    tab_to(page, "textbox", re.compile("Password"))
    page.keyboard.type(PASSWORD)
    tab_to(page, "checkbox", re.compile("18 or older"))
    page.keyboard.press("Space")
    tab_to(page, "button", "Create my account")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("check your email")

    page.goto(origin + confirmation())
    expect(page.locator(".purse")).to_contain_text("50")


def enter_by_key(page, draw):
    tab_to(page, "link", draw.title)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/draws/{draw.pk}/")
    tab_to(page, "button", "One ticket more")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Enter with 10 coins")
    page.keyboard.press("Enter")
    receipt = page.locator(".receipt")
    expect(receipt).to_be_focused()
    expect(receipt).to_contain_text("You are in with 2 tickets")


def open_the_result_by_key(page):
    """It appears by itself, and the keyboard is still enough to follow it."""
    expect(page.get_by_role("heading", name="The result is in")).to_be_visible(timeout=30_000)
    tab_to(page, "button", "Show result")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You won 100 coins")).to_be_visible()
    expect(page.locator(".reveal__result")).to_be_focused()
    tab_to(page, "link", "See my coins")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My coins")


def test_the_skip_link_leads_past_the_menus(live_server, visit, draw):
    page = visit(live_server.url).go(f"/draws/{draw.pk}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="All draws", exact=True)).to_be_focused()


def test_a_screen_reader_is_told_everything_from_joining_to_the_result(live_server, visit, draw):
    page = visit(live_server.url).go("/accounts/signup/")
    hear_of_a_mistake(page)
    hear_of_the_coins(page, live_server.url)
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    hear_what_a_ticket_costs(page)
    hear_what_was_taken(page)
    finish(draw)
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    hear_the_result(page)
    assert Winner.objects.get().user.email == NOVA


def hear_of_a_mistake(page):
    expect(page.get_by_role("main")).to_match_aria_snapshot(
        """
        - main:
          - heading /Join/ [level=1]
          - textbox /Email/
          - textbox /Password/
          - textbox "First name (optional)"
          - checkbox /I am 18 or older/
          - button "Create my account"
        """
    )
    page.get_by_label("Email").fill("not an address")
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    page.get_by_role("button", name="Create my account").click()
    problem = page.get_by_role("alert")
    expect(problem).to_be_focused()
    expect(problem.get_by_role("heading")).to_have_text("There is a problem")
    email = page.get_by_role("textbox", name="Email")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(re.compile("valid email", re.IGNORECASE))


def hear_of_the_coins(page, origin):
    page.get_by_role("textbox", name="Email").fill(NOVA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("checkbox", name="I am 18 or older").check()
    page.get_by_role("button", name="Create my account").click()
    expect(page).to_have_title(re.compile("Check your email|Confirm"))
    page.goto(origin + confirmation())
    expect(page.get_by_role("link", name="50 coins in your purse")).to_be_visible()


def hear_what_a_ticket_costs(page):
    expect(page.get_by_role("complementary", name="Enter this draw")).to_match_aria_snapshot(
        """
        - complementary "Enter this draw":
          - definition:
            - timer "Time left to enter"
          - progressbar "Tickets taken"
          - button "One ticket fewer"
          - spinbutton "Tickets"
          - button "One ticket more"
          - button "Enter with 5 coins"
        """
    )
    expect(page.get_by_role("spinbutton", name="Tickets")).to_have_accessible_description(
        re.compile("would hold 1 of 1 tickets.* and have 45 coins left")
    )


def hear_what_was_taken(page):
    page.get_by_role("button", name="Enter with 5 coins").click()
    receipt = page.get_by_role("status").filter(has_text="You are in")
    expect(receipt).to_be_focused()
    expect(receipt).to_match_aria_snapshot(
        """
        - status:
          - heading "You are in with 1 ticket" [level=2]
          - paragraph: "0001"
          - paragraph:
            - text: 5 coins spent,
            - strong: 45 left
            - link "My tickets"
        """
    )


def hear_the_result(page):
    result = page.get_by_role("complementary", name="Result")
    expect(result.get_by_role("heading", level=3)).to_have_text("The result is in")
    page.get_by_role("button", name="Show result").click()
    expect(result).to_match_aria_snapshot(
        """
        - complementary "Result":
          - heading "You won 100 coins" [level=3]
          - paragraph: "0001"
          - paragraph: /It is yours/
          - link "See my coins"
        """
    )
