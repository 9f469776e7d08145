"""What players read about a prize holds: it is added to, or corrected by two and told to all who entered."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Message, OutboxEmail
from draws import tasks
from draws.exceptions import ConflictOfInterest, TextNotChangeable
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.text_changes import add_to_texts, correct_texts
from draws.models import CorrectionToTell, Draw, TextChange
from draws.notifications.sweeps import send_receipts
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db

GUITAR, PICK = "Guitar\nCase", "A guitar pick"


@pytest.fixture
def guitar(make_draw):
    return make_draw(title="Guitar", description="A guitar with its case", prize_details=GUITAR)


@pytest.fixture
def ann(make_player):
    return make_player("ann", is_staff=True)


@pytest.fixture
def ben(make_player):
    return make_player("ben", is_staff=True)


def correct(draw, ann, ben, new=PICK, shown=GUITAR):
    return correct_texts(
        draw.pk,
        {"prize_details": shown},
        {"prize_details": new},
        reason="The shop has none",
        asked_by=ann,
        approved_by=ben,
    )


def details(draw):
    return Draw.objects.values_list("prize_details", flat=True).get(pk=draw.pk)


def in_the_database(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_one_person_adds_to_a_text_and_what_stood_there_stays(guitar, ann):
    [change] = add_to_texts(guitar.pk, {"prize_details": "A strap", "description": ""}, actor=ann)
    assert details(guitar) == "Guitar\nCase\nA strap"
    assert (change.kind, change.old, change.added, change.actor) == ("addition", GUITAR, "A strap", ann)
    assert not CorrectionToTell.objects.exists()


def test_one_person_alone_turns_no_guitar_into_a_pick(guitar, ann, alice):
    take(alice, guitar, 3)
    by_hand = "UPDATE draws SET prize_details = %s WHERE id = %s"
    with pytest.raises(DatabaseError, match="only by an addition or an approved correction"):
        in_the_database(by_hand, PICK, guitar.pk)
    record = (
        "INSERT INTO draw_text_changes (draw_id, field, kind, old, new, reason, actor_id, approved_by_id)"
    )
    values = f"{record} VALUES (%s, 'prize_details', %s, %s, %s, 'typo', %s, %s)"
    for kind, approver in (("addition", None), ("correction", None), ("correction", ann.pk), ("", None)):
        with pytest.raises(DatabaseError, match="added to, or corrected by two"):
            in_the_database(values, guitar.pk, kind, GUITAR, PICK, ann.pk, approver)
    with pytest.raises(DatabaseError, match="not the text of a published draw"):
        in_the_database(values, guitar.pk, "addition", "", PICK, ann.pk, None)
    assert details(guitar) == GUITAR


def test_a_correction_of_two_is_kept_with_both_and_told_to_everyone_who_entered(
    guitar, ann, ben, alice, bob, make_player
):
    take(alice, guitar, 2)
    take(bob, guitar)
    send_receipts()
    Message.objects.all().delete()
    OutboxEmail.objects.all().delete()
    [change] = correct(guitar, ann, ben)
    take(make_player("late"), guitar)
    assert details(guitar) == PICK
    assert (change.kind, change.actor, change.approved_by) == ("correction", ann, ben)
    assert [tasks.send_corrections(), tasks.send_corrections()] == [1, 0]
    told = Message.objects.filter(kind="corrected")
    assert {message.user for message in told} == {alice, bob}
    for text in (told[0].body, OutboxEmail.objects.filter(subject="Corrected: Guitar")[0].text):
        assert "Case" in text
        assert PICK in text
        assert "The shop has none" in text
    assert OutboxEmail.objects.filter(subject="Corrected: Guitar").count() == 2


def test_a_correction_changes_what_was_shown_to_who_asked_and_nothing_later(guitar, ann, ben):
    add_to_texts(guitar.pk, {"prize_details": "A strap"}, actor=ben)
    with pytest.raises(TextNotChangeable, match="changed since the correction was asked for"):
        correct(guitar, ann, ben)


def test_a_correction_is_not_used_twice(guitar, ann, ben):
    correct(guitar, ann, ben)
    correct(guitar, ann, ben, new=GUITAR, shown=PICK)
    with pytest.raises(DatabaseError, match="only by an addition or an approved correction"):
        in_the_database("UPDATE draws SET prize_details = %s WHERE id = %s", PICK, guitar.pk)


def test_nobody_corrects_a_draw_in_which_they_hold_a_ticket(guitar, ann, alice):
    take(alice, guitar)
    with pytest.raises(ConflictOfInterest):
        correct(guitar, ann, alice)
    with pytest.raises(ConflictOfInterest):
        correct(guitar, alice, ann)


@pytest.mark.parametrize("field", ["title", "prize_amount"])
def test_what_is_sealed_is_not_corrected(guitar, ann, ben, field):
    with pytest.raises(TextNotChangeable, match="Only the description and"):
        correct_texts(
            guitar.pk,
            {field: getattr(guitar, field)},
            {field: "Another"},
            reason="A typo",
            asked_by=ann,
            approved_by=ben,
        )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [("A\u202eb", "U\\+202E"), ("A" * 5000, "at most 5,000"), ("A\n" * 29, "at most 30 items")],
)
def test_an_addition_keeps_the_rules_of_a_text(guitar, ann, more, sentence):
    with pytest.raises(TextNotChangeable, match=sentence):
        add_to_texts(guitar.pk, {"prize_details": more}, actor=ann)


def drawn(draw):
    finish(draw)


def cancelled(draw):
    cancel_draw(draw.pk, reason="The shop has closed")


@pytest.mark.parametrize("end", [drawn, cancelled])
def test_a_text_never_changes_once_the_draw_has_ended(guitar, ann, ben, alice, end):
    take(alice, guitar)
    end(guitar)
    with pytest.raises(TextNotChangeable, match="has ended"):
        correct(guitar, ann, ben)
    with pytest.raises(TextNotChangeable, match="has ended"):
        add_to_texts(guitar.pk, {"description": "A strap"}, actor=ann)
    record = (
        "INSERT INTO draw_text_changes (draw_id, field, kind, old, new) VALUES (%s, %s, 'addition', '', 'x')"
    )
    with pytest.raises(DatabaseError, match="has not ended"):
        in_the_database(record, guitar.pk, "description")
    assert not TextChange.objects.exists()


def test_a_texts_rules_do_not_hold_for_a_draft(make_draft, ann):
    draft = make_draft(description="Old")
    Draw.objects.filter(pk=draft.pk).update(description="New")
    with pytest.raises(TextNotChangeable, match="is a draft"):
        add_to_texts(draft.pk, {"description": "More"}, actor=ann)
