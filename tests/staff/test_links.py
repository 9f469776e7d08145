"""Every link on a page of staff leads to a page that its reader may open."""

import re
from html import unescape

import pytest

from tests.staff.test_staff_groups import GROUPS, pages, rows
from tests.support.nightly import at_night
from tests.support.pages import signed_in
from tests.support.staff import make_member

__all__ = ["rows"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')


def links(page):
    """The pages of this site to which a page leads, whatever they are asked for."""
    found = (re.split("[?#]", unescape(address))[0] for address in LINK.findall(page.content.decode()))
    return {each for each in found if each.startswith("/")}


# The group that sees the fewest pages in every run; the others at night.
@pytest.mark.parametrize(
    "group",
    [each if each == "Support" else at_night(each) for each in GROUPS],
)
def test_no_link_leads_to_a_page_that_is_closed_to_its_reader(rows, make_player, settings, group):
    settings.STAFF_SECOND_FACTOR = False
    browser, opened, leads = signed_in(make_member(make_player, group)), {}, {}
    for address in set(pages(rows).values()):
        shown = browser.get(address)
        opened[address] = shown.status_code
        if shown.status_code == 200 and "text/html" in shown["Content-Type"]:
            leads.update(dict.fromkeys(links(shown), address))
    assert len(leads) > 20
    for link in set(leads) - set(opened):
        opened[link] = browser.get(link).status_code
    closed = {link: opened[link] for link in leads if opened[link] in (403, 404)}
    assert {f"{leads[link]} leads to {link}: {status}" for link, status in closed.items()} == set()


def test_support_reads_the_draw_of_a_ticket_as_words(rows, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    ticket = rows["draws/participation/"]
    page = signed_in(make_member(make_player, "Support")).get("/admin/draws/participation/").content.decode()
    assert f'<a href="/admin/accounts/user/{ticket.user_id}/change/"><bdi>{ticket.user}</bdi></a>' in page
    assert f'field-of_draw"><bdi>{ticket.draw}</bdi>' in page
    assert f"/admin/draws/draw/{ticket.draw_id}/" not in page
