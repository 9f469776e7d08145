"""Every page of staff that shows something about a player is in the security log, with who read it."""

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import SecurityEvent
from tests.staff.test_staff_groups import pages, rows
from tests.support.pages import signed_in

__all__ = ["rows"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def readings():
    return SecurityEvent.objects.filter(kind="personal_data_read")


def test_each_page_that_names_a_player_is_written_down_when_staff_read_it(rows, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    boss = make_player("boss", is_staff=True, is_superuser=True)
    alice, browser = rows["accounts/user/"], signed_in(boss)
    named, unnoticed = 0, []
    for name, address in pages(rows).items():
        before = readings().count()
        page = browser.get(address)
        text = page.content.decode()
        if page.status_code == 200 and (alice.email in text or alice.pk in text):
            named += 1
            if readings().count() != before + 1:
                unnoticed.append(name)
    assert unnoticed == []
    assert named > 15
    assert set(readings().values_list("by", flat=True)) == {boss.pk}
    about = readings().filter(details__page="accounts_user_change").get()
    assert (about.user, about.details["row"]) == (alice, alice.pk)


def test_a_list_that_is_searched_is_written_down_without_what_was_searched_for(alice, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    browser = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    browser.get("/admin/accounts/user/", {"q": alice.email})
    assert readings().get().details == {"page": "accounts_user_changelist"}
    assert not LogEntry.objects.exists()
