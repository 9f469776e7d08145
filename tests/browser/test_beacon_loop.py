"""A beacon draw in a browser on the real site: the winners come with the round, which the test signs."""

import re

import pytest
from playwright.sync_api import expect

from draws.models import Draw, LogRecord, Round, Seal, Winner
from ledger.services import balance
from tests.browser.conftest import publish_a_draw
from tests.races.together import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Long enough for the player to enter, short enough to wait for.
OPEN_SECONDS = 65


@pytest.fixture
def site_environment(server_environment, beacon):
    """The site with the tests' chain, one bad relay and one honest one."""
    relays = [beacon.relay("misnumbered"), beacon.relay("honest")]
    return server_environment | {
        "DJANGO_SETTINGS_MODULE": "tests.support.beacon_settings",
        "BEACON_RELAYS": ",".join(relays),
    }


@pytest.mark.nightly
def test_a_player_enters_a_beacon_draw_waits_for_the_round_and_wins(running_site, visit, make_player, beacon):
    nova = make_player("nova")
    staff = visit(running_site.origin, player=make_player("staff", is_staff=True, is_superuser=True))
    visitor = visit(running_site.origin, width=390, player=nova)
    staff.page.goto(f"{running_site.origin}/admin/draws/draw/add/")
    expect(staff.page.get_by_role("radio", name=re.compile("Public beacon"))).to_be_checked()
    terms = {"prize_coins": "121", "entry_fee": "5", "max_participants": "100", "max_per_player": "3"}
    publish_a_draw(staff.page, running_site, OPEN_SECONDS, title="The quick round", **terms)
    draw = Draw.objects.get()
    assert draw.fairness_mode == Draw.Mode.BEACON

    page = visitor.go(f"/draws/{draw.pk}/")
    page.get_by_role("button", name=re.compile("^Enter with")).click()
    expect(page.locator(".receipt")).to_contain_text("You are in")

    wait_until(lambda: Seal.objects.get().freeze_hash, "the list is frozen", 60)
    draw.refresh_from_db()
    assert (draw.state, Round.objects.count()) == (Draw.State.CLOSED, 0)
    signature = beacon.release(Seal.objects.get().round)
    # Nobody touches the page: it notices the result by itself.
    page.get_by_role("button", name="Show result").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Ticket 0001 won")).to_be_visible()
    seal = Seal.objects.get()
    assert bytes(seal.signature) == signature
    assert Winner.objects.get().user == nova
    assert balance(nova.pk) == 50 - 5 + 121
    kinds = LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True)
    assert list(kinds) == ["open", "freeze", "result"]
    assert visitor.complaints == []
