"""Staff write drafts, publish them, and afterwards can change two texts and nothing else."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Seal, TextChange
from tests.support.pages import signed_in, take, words
from tests.support.staff import form_data, logged, sign_in_boss

pytestmark = pytest.mark.django_db

ADD = "/admin/draws/draw/add/"


def page(draw, what="change"):
    return f"/admin/draws/draw/{draw.pk}/{what}/"


def typed(**changes):
    closes = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    return {
        "title": "A tram ride",
        "prize_amount": "0",
        "prize_coins": "25",
        "entry_fee": "2",
        "max_participants": "40",
        "draw_time_0": f"{closes:%Y-%m-%d}",
        "draw_time_1": f"{closes:%H:%M:%S}",
        **changes,
    }


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def add(client, **changes):
    return client.post(ADD, form_data(client.get(ADD), **typed(**changes)))


def test_a_member_of_staff_writes_a_draft_and_the_log_says_who(client, boss):
    assert add(client).status_code == 302
    draft = Draw.objects.get()
    assert (draft.title, draft.entry_fee, draft.prize_coins, draft.state) == ("A tram ride", 2, 25, "draft")
    assert logged(draft) == [(boss.email, "Added.")]


@pytest.mark.parametrize(
    ("typed_in", "sentence"),
    [
        ({"entry_fee": "0"}, "A ticket must cost at least 1 coin."),
        ({"prize_coins": "-1"}, "A prize cannot be negative."),
        ({"max_participants": "0"}, "Tickets, tickets per player and the minimum must be at least 1"),
        ({"min_participants": "41"}, "the minimum cannot be above the number of tickets."),
        ({"winner_count": "0"}, "Winners and reserves together must be 1 to 1,000."),
        ({"winner_count": "999", "reserve_count": "2"}, "Winners and reserves together must be 1 to 1,000."),
        ({"reserve_count": "-2147483648"}, "Winners and reserves together must be 1 to 1,000."),
        ({"max_participants": "99999999999"}, "less than or equal to 2147483647"),
        ({"prize_image_url": "javascript:alert(1)"}, "Enter an address that begins with"),
        ({"title": " "}, "This field is required."),
        ({"draw_time_1": "soon"}, "Enter the time as hours and minutes, such as 20:30."),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused_with_the_rules_sentence(client, boss, typed_in, sentence):
    refused = add(client, **typed_in)
    assert refused.status_code == 200
    assert sentence in words(refused)
    assert not Draw.objects.exists()


def test_saving_a_draft_writes_only_what_was_changed(client, boss, make_draft):
    draft = make_draft()
    data = form_data(client.get(page(draft)), title="Porto for two")
    with CaptureQueriesContext(connection) as queries:
        client.post(page(draft), data)
    update = next(each["sql"] for each in queries if each["sql"].startswith('UPDATE "draws"'))
    assert "max_participants" not in update
    assert "current_participants" not in update
    assert "is_active" not in update


def test_the_draft_says_what_is_missing_before_it_can_be_published(client, boss, make_draft):
    draft = make_draft(prize_coins=0, draw_time=timezone.now().replace(microsecond=0) - timedelta(hours=1))
    for what in ("change", "publish"):
        said = words(client.get(page(draft, what)))
        assert "It has no prize: give the prize a value, or coins." in said
        assert "Its closing time has passed: choose a later one." in said
    sent = client.post(page(draft, "publish"), {"reason": "Now", "seen": "x"})
    assert sent.status_code == 400
    draft.refresh_from_db()
    assert draft.state == "draft"


def publish(client, draft, **changes):
    address = page(draft, "publish")
    shown = client.get(address)
    return client.post(address, form_data(shown, **{"reason": "The December calendar", **changes}))


def test_publishing_shows_the_terms_first_and_says_what_never_changes(client, boss, make_draft):
    shown = words(client.get(page(make_draft(max_participants=1234, min_participants=3), "publish")))
    assert "Lisbon for two" in shown
    assert "Tickets 1,234" in shown
    assert "Minimum tickets 3" in shown
    assert '"max_participants":1234' in shown
    assert "After that, nobody can change the terms above" in shown
    assert "A published draw is never deleted." in shown


def test_a_published_draw_is_open_sealed_and_in_the_staff_log_with_the_reason(client, boss, make_draft):
    draft = make_draft()
    done = publish(client, draft)
    assert done.status_code == 302
    assert done["Location"] == page(draft)
    draft.refresh_from_db()
    assert draft.state == "open"
    seal = Seal.objects.get(draw=draft)
    assert logged(draft) == [
        (boss.email, f"Published and sealed as number {seal.seq}. Why: The December calendar")
    ]


def test_publishing_without_a_reason_does_nothing(client, boss, make_draft):
    draft = make_draft()
    refused = publish(client, draft, reason="  ")
    assert refused.status_code == 400
    assert "Say why" in words(refused)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert logged(draft) == []


def test_what_is_published_is_what_the_page_showed(client, boss, make_draft):
    draft = make_draft()
    data = form_data(client.get(page(draft, "publish")), reason="Ready")
    Draw.objects.filter(pk=draft.pk).update(prize_coins=1)
    refused = client.post(page(draft, "publish"), data)
    assert "The draw changed after you opened this page" in words(refused)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_looking_at_the_publish_page_publishes_nothing(client, boss, make_draft):
    draft = make_draft()
    client.get(page(draft, "publish"), {"reason": "By link"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_published_draw_offers_to_add_to_its_two_texts_and_nothing_else(client, boss, make_draw):
    form = client.get(page(make_draw(illustration="tram"))).context["adminform"].form
    assert set(form.fields) == {"add_description", "add_prize_details", "reason", "shown_version"}


def test_typing_a_new_price_into_a_published_draw_changes_nothing(client, boss, draw):
    client.post(
        page(draw), {"title": "Another", "entry_fee": "1", "draw_time_0": "2030-01-01", "reason": "x"}
    )
    before = (draw.title, draw.entry_fee, draw.draw_time)
    draw.refresh_from_db()
    assert (draw.title, draw.entry_fee, draw.draw_time) == before
    assert logged(draw) == []


def test_what_is_added_to_a_published_draw_is_kept_shown_and_logged(client, boss, make_draw):
    draw = make_draw(description="Two nights\nin Lisbon")
    data = form_data(client.get(page(draw)), add_description="With\r\nbreakfast", reason="Asked for")
    assert client.post(page(draw), data).status_code == 302
    change = TextChange.objects.get()
    assert (change.draw, change.field, change.kind, change.actor) == (draw, "description", "addition", boss)
    assert change.new == "Two nights\nin Lisbon\nWith\nbreakfast"
    [(who, message)] = logged(draw)
    assert who == boss.email
    assert message == "Add to the description: (empty) → With breakfast. Why: Asked for"
    assert "description (Addition), by" in words(client.get(page(draw)))


def test_an_addition_needs_a_reason(client, boss, draw):
    refused = client.post(page(draw), form_data(client.get(page(draw)), add_description="Better"))
    assert "Say why" in words(refused)
    draw.refresh_from_db()
    assert draw.description == ""


def test_an_addition_that_cannot_be_shown_is_refused_in_its_field(client, boss, draw):
    data = form_data(client.get(page(draw)), add_prize_details="A\u202eB", reason="More")
    assert "a sign in it that nobody sees (U+202E)" in words(client.post(page(draw), data))
    assert not TextChange.objects.exists()


def test_saving_a_published_draw_as_it_is_shows_players_no_change(client, boss, make_draw):
    draw = make_draw(description="One\nTwo", prize_details="This\nThat")
    assert client.post(page(draw), form_data(client.get(page(draw)))).status_code == 302
    assert not TextChange.objects.exists()
    assert logged(draw) == []


def test_publishing_shows_and_fingerprints_texts_and_picture_too(client, boss, make_draft):
    draft = make_draft(description="With its case", prize_details="Guitar\nCase", illustration="tram")
    shown = words(client.get(page(draft, "publish")))
    assert "With its case" in shown
    assert "Guitar Case" in shown
    assert re.search(r"Tram, [0-9a-f]{64}", shown)
    for change in ({"prize_details": "A guitar pick"}, {"description": "x"}, {"illustration": "moka"}):
        data = form_data(client.get(page(draft, "publish")), reason="Ready")
        Draw.objects.filter(pk=draft.pk).update(**change)
        refused = client.post(page(draft, "publish"), data)
        assert "The draw changed after you opened this page" in words(refused)


def until(condition):
    """Wait for a condition of the database, ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came"


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_draft_saved_while_it_is_being_published_waits_and_then_changes_nothing(
    client, make_player, make_draft
):
    draft = make_draft()
    boss = sign_in_boss(client, make_player)
    data = form_data(client.get(page(draft)), entry_fee="1")
    answers = []

    def save():
        answers.append(signed_in(boss).post(page(draft), data).status_code)
        connection.close()

    saving = threading.Thread(target=save)
    with transaction.atomic():
        publish_draw(draft.pk)
        saving.start()
        until(somebody_waits)
    saving.join()
    draft.refresh_from_db()
    assert (answers, draft.entry_fee, draft.state) == ([200], 5, "open")


@pytest.mark.django_db(transaction=True)
def test_a_change_form_saved_while_tickets_are_sold_sets_nothing_back(client, make_player, make_draw, alice):
    draw = make_draw(description="Old")
    sign_in_boss(client, make_player)
    data = form_data(client.get(page(draw)), add_description="New", reason="More words")
    take(alice, draw, 3)
    assert client.post(page(draw), data).status_code == 302
    draw.refresh_from_db()
    assert (draw.current_participants, draw.description, draw.state) == (3, "Old\nNew", "open")


def test_a_draft_can_be_deleted_and_a_published_draw_never(client, boss, make_draft, draw):
    draft = make_draft()
    assert client.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not Draw.objects.filter(pk=draft.pk).exists()
    assert client.get(page(draw, "delete")).status_code == 403
    assert client.post(page(draw, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(
        "/admin/draws/draw/", {"action": "delete_selected", "_selected_action": draw.pk, "post": "y"}
    )
    assert Draw.objects.filter(pk=draw.pk).exists()


@pytest.mark.parametrize("what", ["change", "publish", "cancel"])
def test_a_draw_that_does_not_exist_is_no_error_of_the_site(client, boss, what):
    for number in ("999", "99999999999999999999", "abc"):
        answer = client.get(f"/admin/draws/draw/{number}/{what}/")
        assert answer.status_code in (302, 404)
    assert not LogEntry.objects.exists()
