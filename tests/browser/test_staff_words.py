"""What people wrote, however long its words are, scrolls no page of the staff sideways."""

import pytest
from django.utils import timezone

from accounts import approvals
from accounts.models import Approval, Message, User
from draws.models import Winner
from tests.browser.test_peoples_words import LONG, SLOPES
from tests.staff.test_staff_groups import pages, rows

__all__ = ["rows"]
pytestmark = [
    *(pytest.mark.browser, pytest.mark.slow, pytest.mark.nightly),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def wordy(rows, make_draft, make_draw):
    """Rows of every page, and rows of which every word is long."""
    player = rows["accounts/user/"]
    User.objects.filter(pk=player.pk).update(
        first_name="W" * 60, last_name="M" * 60, suspended_reason=LONG, suspended_at=timezone.now()
    )
    terms = {"title": LONG[:150], "description": LONG, "prize_details": f"{LONG}\n{LONG}"}
    draft, draw = make_draft(**terms), make_draw(**terms)
    Message.objects.create(user=player, key="long", kind="won", title=LONG[:150])
    Winner.objects.filter(user=player).update(public_name="W" * 60, is_public=True)
    kind = next(iter(approvals.ACTS))
    about = rows[f"accounts/approval/ {kind}"]
    wordy = Approval.objects.create(
        kind=kind,
        subject="long",
        summary=LONG,
        reason=LONG,
        payload=about.payload,
        asked_by=about.asked_by,
    )
    return rows | {
        f"accounts/approval/ {kind}": wordy,
        "draws/draw/": draft,
        "draws/draw/ published": draw,
    }


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_staff_scrolls_sideways(live_server, visit, wordy, make_player, settings, width):
    settings.STAFF_SECOND_FACTOR = False
    boss = make_player("boss", is_staff=True, is_superuser=True)
    window, wrong = visit(live_server.url, player=boss, width=width), {}
    slopes = SLOPES.replace("321", str(width + 1))
    for path in sorted(set(pages(wordy).values())):
        if "/r/" in path or "preview" in path or path.endswith("/jsi18n/"):
            continue
        page = window.go(path)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > width:
            wrong[path] = (wide, page.evaluate(slopes)[:2])
    assert wrong == {}
