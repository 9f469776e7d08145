"""A draw's closing time in people's own calendars."""

from datetime import timedelta

import pytest
from django.utils import timezone

from draws.lifecycle.cancel import cancel_draw
from tests.support.pages import signed_in, take, words

pytestmark = pytest.mark.django_db

# Within the year that a draw may be open.
CLOSES = (timezone.now() + timedelta(days=200)).replace(hour=20, minute=5, second=0, microsecond=0)


def event(client, draw) -> dict[str, str]:
    """The lines of the file, unfolded as RFC 5545 (3.1) has it."""
    response = client.get(f"/draws/{draw.pk}/closing.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="lucky11-draw-{draw.pk}.ics"'
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    lines = response.content.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    return dict(line.partition(":")[::2] for line in reversed(lines) if ":" in line)


def test_the_event_is_at_the_closing_time_and_leads_to_the_draw(client, make_draw, settings):
    settings.SITE_ORIGIN = "https://lucky11.example"
    draw = make_draw(title="A moka pot", draw_time=CLOSES)
    found = event(client, draw)
    assert found["DTSTART"] == f"{CLOSES:%Y%m%d}T200500Z"
    assert found["DTEND"] == f"{CLOSES:%Y%m%d}T202000Z"
    assert found["SUMMARY"] == "Drawn: A moka pot"
    assert found["URL"] == f"https://lucky11.example/draws/{draw.pk}/"
    assert found["UID"] == f"draw-{draw.pk}@lucky11.example"
    assert found["STATUS"] == "CONFIRMED"


def test_a_title_cannot_break_out_of_its_line(client, make_draw):
    title = "Tea; cake, and \\nEND:VEVENT " + "ž" * 90
    found = event(client, make_draw(title=title, draw_time=CLOSES))
    assert found["SUMMARY"] == "Drawn: Tea\\; cake\\, and \\\\nEND:VEVENT " + "ž" * 90


def test_a_cancelled_draw_is_a_cancelled_event(client, draw):
    cancel_draw(draw.pk, actor=None, reason="The host withdrew.")
    assert event(client, draw)["STATUS"] == "CANCELLED"


def test_a_player_of_a_sold_out_draw_adds_it_to_their_calendar(make_draw, alice):
    draw = make_draw(max_participants=1, draw_time=CLOSES + timedelta(days=1))
    take(alice, draw)
    response = signed_in(alice).get(f"/draws/{draw.pk}/")
    assert "All 1 tickets are taken." in words(response)
    assert f'href="/draws/{draw.pk}/closing.ics" download>Add to calendar' in response.content.decode()


def test_drafts_have_no_event(client, make_draft):
    assert client.get(f"/draws/{make_draft().pk}/closing.ics").status_code == 404
    assert client.get("/draws/99999999999/closing.ics").status_code == 404
