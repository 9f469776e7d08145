"""What nobody sees is refused by one rule in names, reasons, aliases and texts, whoever types it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group

from accounts.models import User
from draws.models import Winner
from tests.support.pages import signed_in, words
from tests.support.prizes import FORM, won
from tests.support.staff import form_data

pytestmark = pytest.mark.django_db

SIGNS = ["\u202e", "\u200b", "\u2066", "\u3164", "\u00ad"]


@pytest.fixture
def boss(make_player):
    return signed_in(make_player("boss", is_staff=True, is_superuser=True))


def refuses(browser, address, field, sign, **typed):
    """Send a page's form with a sign in one field, and say whether the page names the sign."""
    data = form_data(browser.get(address), **typed, **{field: f"Two{sign} words of a reason"})
    return f"U+{ord(sign):04X}" in words(browser.post(address, data))


@pytest.mark.parametrize("sign", SIGNS)
def test_staff_type_no_sign_that_nobody_sees(boss, draw, make_draft, make_draw, alice, sign):
    winner = won(make_draw, [alice])
    draft, player = make_draft(), f"/admin/accounts/user/{alice.pk}"
    forms = {
        "a player's name": (f"{player}/change/", "first_name", {"reason": "x"}),
        "a player's last name": (f"{player}/change/", "last_name", {"reason": "x"}),
        "why a player is changed": (f"{player}/change/", "reason", {"first_name": "Al"}),
        "why a player is suspended": (f"{player}/suspend/", "reason", {}),
        "a draft's title": (f"/admin/draws/draw/{draft.pk}/change/", "title", {}),
        "a draft's text": (f"/admin/draws/draw/{draft.pk}/change/", "prize_details", {}),
        "what is added": (f"/admin/draws/draw/{draw.pk}/change/", "add_description", {"reason": "x"}),
        "a correction": (f"/admin/draws/draw/{draw.pk}/correct/", "description", {"reason": "x"}),
        "why a draw is published": (f"/admin/draws/draw/{draft.pk}/publish/", "reason", {}),
        "why a draw is cancelled": (f"/admin/draws/draw/{draw.pk}/cancel/", "reason", {}),
        "what is held against a winner": (
            f"/admin/draws/winner/{winner.pk}/pass-on/",
            "evidence",
            {"reason": "accounts"},
        ),
        "a group's name": (f"/admin/auth/group/{Group.objects.first().pk}/change/", "name", {"reason": "x"}),
        "why a name is hidden": (
            f"/admin/draws/winner/{winner.pk}/change/",
            "reason",
            {"hidden_by_staff": "on"},
        ),
    }
    let_through = [
        name for name, (page, field, typed) in forms.items() if not refuses(boss, page, field, sign, **typed)
    ]
    assert let_through == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("sign", SIGNS)
def test_players_type_no_sign_that_nobody_sees(make_draw, alice, sign):
    browser, winner = signed_in(alice), won(make_draw, [alice])
    named = {"first_name": f"Al{sign}ice", "last_name": "", "time_zone": "UTC"}
    assert f"U+{ord(sign):04X}" in words(browser.post("/profile/", named))
    for field in ("name", "address", "note", "alias"):
        typed = FORM | {"publicity": "alias", "alias": "Alice", field: f"Al{sign}ice"}
        assert f"U+{ord(sign):04X}" in words(browser.post(f"/winners/{winner.pk}/claim/", typed)), field
    assert User.objects.get(pk=alice.pk).first_name == "Alice"
    assert Winner.objects.get(pk=winner.pk).hand_over == "to_claim"


def test_marks_stacked_over_a_letter_are_refused_in_texts_that_are_added(boss, draw):
    """The database refuses them, so the form has to say it first."""
    page = f"/admin/draws/draw/{draw.pk}/change/"
    stacked = "Z" + "\u0301\u0323\u0308" * 5
    answer = boss.post(page, form_data(boss.get(page), add_description=stacked, reason="x"))
    assert "Too many marks are stacked over one letter." in words(answer)
    two = form_data(boss.get(page), add_description="Ẩ a\u0301\u0323", reason="x")
    assert boss.post(page, two).status_code == 302
