"""Every row of a list can be reached, however many there are: a link leads on from the last counted page."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.utils import timezone

from accounts.admin import lists
from accounts.models import User
from draws.models import Draw
from tests.conftest import unguarded
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(make_player, monkeypatch):
    """A superuser's browser, on lists that count to 4 and show 2 rows a page."""
    monkeypatch.setattr(lists, "COUNTED", 4)
    for model in (LogEntry, User, Draw):
        monkeypatch.setattr(admin.site._registry[model], "list_per_page", 2)
    return make_player("boss", is_staff=True, is_superuser=True)


def walked(browser, model: type[Model], query=""):
    """The rows of a list from its first page to its last, as somebody reads them who follows its links."""
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    seen: list[object] = []
    following: str | None = f"{address}?{query}"
    while following:
        for number in (1, 2):
            page = browser.get(f"{following}&p={number}")
            shown = page.context["cl"]
            if shown.page_num == number and (number == 1 or shown.multi_page):
                seen += [row.pk for row in shown.result_list]
        link = re.search(r'<a href="([^"]+)">Go on with the next ones', page.content.decode())
        following = address + link[1].replace("&amp;", "&") if link else ""
        assert len(seen) < 50
    return seen


def test_nothing_in_the_staff_log_is_out_of_reach(boss, alice):
    for n in range(11):
        LogEntry.objects.log_actions(boss.pk, [alice], CHANGE, f"Change {n}", single_object=True)
    newest_first = list(LogEntry.objects.order_by("-pk").values_list("pk", flat=True))
    assert walked(signed_in(boss), LogEntry) == newest_first


def test_players_who_joined_in_one_moment_are_all_reached_once(boss, make_player):
    for _ in range(9):
        make_player()
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET created_at = %s", [timezone.now()])
    order = list(User.objects.order_by("-created_at", "-id").values_list("pk", flat=True))
    assert walked(signed_in(boss), User) == order


def test_a_filter_holds_from_page_to_page(boss, make_draw, make_draft):
    for _ in range(6):
        make_draw()
        make_draft()
    order = list(Draw.objects.filter(is_active=True).order_by("draw_time", "id").values_list("pk", flat=True))
    assert len(order) == 6
    assert walked(signed_in(boss), Draw, "state=open") == order


@pytest.mark.parametrize("behind", ["0", "abc", "99999999999999999999"])
def test_a_position_that_does_not_exist_shows_no_rows_and_the_way_back(boss, draw, behind):
    page = signed_in(boss).get("/admin/draws/draw/", {"behind": behind})
    assert page.status_code == 200
    assert "Back to the beginning" in words(page)


def test_another_filter_begins_at_the_beginning(boss, make_draw):
    first, *_ = [make_draw() for _ in range(6)]
    page = signed_in(boss).get("/admin/draws/draw/", {"behind": first.pk}).content.decode()
    assert not re.search(r'href="[^"]*behind=[^"]*state=|href="[^"]*state=[^"]*behind=', page)
