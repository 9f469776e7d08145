"""A draft opens only as a draw that is fair and can be read: the service says so, and the database."""

import hashlib
import json
import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from common.database.service_flag import as_service
from common.text.hidden import hidden_sign
from draws.exceptions import NotPublishable
from draws.lifecycle import terms
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Seal, WholeTerms

pytestmark = pytest.mark.django_db

ZALGO = "Gu\u0334\u0358\u0321\u0489\u0324itar"


def closing(**later):
    return timezone.now().replace(microsecond=0) + timedelta(**later)


UNFAIR = [
    ("too_many_winners", {"winner_count": 11}, "more winners than tickets"),
    ("too_many_per_player", {"max_per_player": 11}, "more tickets than there are"),
    ("too_many_tickets", {"max_participants": 1_000_001}, "more than 1,000,000 tickets"),
    ("no_prize", {"prize_coins": 0}, "It has no prize"),
    ("too_many_coins", {"prize_coins": 50_000_001, "winner_count": 2}, "more than 100,000,000 coins"),
    ("closing_too_late", {"draw_time": closing(days=367)}, "open for more than a year"),
    ("early_access_too_long", {"early_access_until": closing(days=2)}, "Early access would end only after"),
    ("title_empty", {"title": "★ !!! 🎁"}, "Its title shows no letter"),
    ("title_hidden", {"title": "Lis\u200bbon"}, r"sees \(U\+200B\)"),
    ("title_hidden", {"title": "Lisbon \u202eowt rof"}, r"sees \(U\+202E\)"),
    ("title_hidden", {"title": "Lisbon\u3164"}, r"sees \(U\+3164\)"),
    ("title_marks", {"title": ZALGO}, "Its title stacks marks"),
    ("title_too_long", {"title": "A" * 201}, "more than 200 characters"),
    ("text_hidden", {"description": "Two\u2066 nights"}, r"sees \(U\+2066\)"),
    ("text_hidden", {"prize_details": "A guitar\u0007"}, r"sees \(U\+0007\)"),
    ("text_marks", {"prize_details": ZALGO}, "One of its texts stacks marks"),
    ("description_too_long", {"description": "A" * 5001}, "more than 5,000 characters"),
    ("details_too_long", {"prize_details": "A" * 5001}, "more than 5,000 characters"),
    ("too_many_items", {"prize_details": "A pick\n" * 31}, "more than 30 items"),
    ("picture_not_shown", {"prize_image_url": "https://elsewhere.example/guitar.jpg"}, "not see its picture"),
    ("picture_not_shown", {"prize_image_url": "//elsewhere.example/guitar.jpg"}, "not see its picture"),
    ("picture_not_shown", {"prize_image_url": f"/pictures/{'0' * 32}-480.webp"}, "not see its picture"),
]


def open_in_the_database(draw):
    """What a program does that asks no service."""
    Seal.objects.filter(pk=draw.pk).delete()
    with as_service("publish_draw"):
        Draw.objects.filter(pk=draw.pk).update(published_at=timezone.now(), is_active=True)


@pytest.mark.parametrize(("rule", "fields", "sentence"), UNFAIR)
@pytest.mark.owner
def test_a_draft_that_is_unfair_or_unreadable_does_not_open(make_draft, rule, fields, sentence):
    draft = make_draft(**fields)
    with pytest.raises(NotPublishable, match=sentence) as refused:
        publish_draw(draft.pk)
    assert len(refused.value.problems) == 1
    with pytest.raises(DatabaseError, match=rule) as refusal, transaction.atomic():
        open_in_the_database(draft)
    assert refusal.value.__cause__.diag.constraint_name == rule
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "券 2", "max_participants": 1_000_000, "max_per_player": 1_000_000},
        {"title": "Émile’s e\u0301clair 👨\u200d👩\u200d👧"},
        {"title": "A" * 200, "description": "B" * 5000, "prize_details": "C\n" * 30},
        {"draw_time": closing(days=365), "winner_count": 10},
        {"prize_image_url": "/static/img/icon.svg"},
    ],
)
def test_what_is_only_unusual_opens(make_draft, fields):
    assert publish_draw(make_draft(**fields).pk).is_open


def test_every_rule_of_the_database_has_a_sentence_and_every_sentence_a_rule():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'why_not_publish'")
        [[source]] = cursor.fetchall()
    rules = {line.split("'")[1] for line in source.splitlines() if line.strip().startswith("(")} - {"\\S"}
    named = {rule for rule in rules if rule.replace("_", "").isalpha()}
    assert named == {*terms.SENTENCES, "closing_too_soon"}


def test_a_draw_is_open_for_an_hour_at_least_unless_the_site_says_otherwise(make_draft, settings):
    settings.MIN_OPEN_MINUTES = 60
    draft = make_draft(draw_time=closing(minutes=59))
    with pytest.raises(NotPublishable, match="open for less than 60 minutes"):
        publish_draw(draft.pk)
    settings.MIN_OPEN_MINUTES = 30
    assert publish_draw(draft.pk).is_open


@pytest.mark.parametrize("year", [1, 1999, 2100, 9999])
@pytest.mark.parametrize("field", ["draw_time", "early_access_until"])
def test_a_draft_has_no_date_that_breaks_other_time_zones(make_draft, year, field):
    moment = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(DatabaseError, match="draws_dates_make_sense"), transaction.atomic():
        make_draft(**{field: moment})
    draw = Draw(title="x", max_participants=1, **({"draw_time": closing(days=1)} | {field: moment}))
    with pytest.raises(ValidationError, match="Dates must be from 2000 to 2099"):
        draw.full_clean()


def test_what_nobody_sees_is_the_same_to_the_database_and_to_who_is_told(db):
    """Surrogates cannot be stored, joiners depend on their neighbours, and unassigned signs on the year."""
    apart = {"Cs", "Cn"}
    signs = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in apart and chr(code) not in "\n\u200c\u200d"
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT s FROM unnest(%s::text[]) AS s WHERE hidden_in('a' || s || 'b')", [signs])
        refused = {sign for (sign,) in cursor.fetchall()}
    assert {sign for sign in signs if hidden_sign(f"a{sign}b")} == refused


def test_letters_are_what_unicode_calls_letters_and_numbers(db):
    signs = [chr(code) for code in range(1, 0x3400) if unicodedata.category(chr(code))[0] in "LNPSZ"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT s FROM unnest(%s::text[]) AS s WHERE letters_in(s)", [signs])
        letters = {sign for (sign,) in cursor.fetchall()}
    wrong = {sign for sign in signs if unicodedata.category(sign)[0] in "PSZ"} & letters
    assert not [sign for sign in wrong if ord(sign) < 0x250 or 0x2000 <= ord(sign) < 0x2100]
    assert {sign for sign in signs if unicodedata.category(sign) in {"Lu", "Ll", "Nd"}} <= letters


def test_everything_that_is_published_is_kept_word_for_word_with_its_hash(make_draft):
    draft = make_draft(
        description="Two nights\nin “Lisbon”", prize_details='A room\nA "tram" \\ ride', illustration="tram"
    )
    publish_draw(draft.pk)
    kept = WholeTerms.objects.get(pk=draft.pk)
    said = json.loads(kept.terms)
    assert kept.terms == json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert bytes(kept.terms_hash) == hashlib.sha256(kept.terms.encode()).digest()
    assert said["description"] == draft.description
    [prize] = said["prizes"]
    assert (prize["text"], prize["coins"], prize["winners"]) == (draft.prize_details, 100, 1)
    with open("static/img/art/tram.svg", "rb") as file:
        assert said["picture"] == hashlib.sha256(file.read()).hexdigest()


@pytest.mark.owner
@pytest.mark.parametrize("sql", ["UPDATE draw_terms SET terms = 'x'", "DELETE FROM draw_terms"])
def test_whole_terms_never_change(draw, sql):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.owner
def test_a_draw_does_not_open_with_other_whole_terms_than_its_own(make_draft):
    draft = make_draft(prize_details="A guitar")
    terms.write_down(draft)
    Draw.objects.filter(pk=draft.pk).update(prize_details="A guitar pick")
    with pytest.raises(DatabaseError, match="whole terms are not written down"), transaction.atomic():
        open_in_the_database(draft)
