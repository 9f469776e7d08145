"""Taking one's data along: everything, for its player only, once, safe to open."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone

from accounts.models import DataExport, Message, MessageChoice, PlayBreak, User
from accounts.notifications.outbox import enqueue
from accounts.privacy import data_export
from accounts.privacy.export_archive import cell
from accounts.tasks import make_data_exports
from draws.models import Draw, FrozenList
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from ledger.models import SpendLimit
from tests.support.pages import finish, take

SECRET = "JBSWY3DPEHPK3PXP"


def files_of(export):
    export.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(bytes(export.content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(files, name):
    """A part's rows, after checking that both forms hold the same."""
    rows = json.loads(files[f"{name}.json"])
    table = list(csv.DictReader(io.StringIO(files[f"{name}.csv"], newline="")))
    assert len(table) == len(rows)
    for row, entry in zip(rows, table, strict=True):
        assert {key: "" if value is None else str(cell(value)) for key, value in row.items()} == entry
    return rows


def packed(user: User) -> DataExport:
    export = data_export.ask(user)
    assert make_data_exports() == 1
    export.refresh_from_db()
    return export


@pytest.fixture
def won(make_draw, alice) -> Draw:
    """Alice took three tickets, won, and said where the prize goes."""
    draw: Draw = make_draw(prize_amount=350, prize_coins=0)
    take(alice, draw, 3)
    finish(draw)
    details = HandOverDetails("Alice A.", "=1 Long Street\nLisbon", "ring twice")
    claim_prize(draw.winners.get().pk, alice.pk, details, Publicity("alias", "Ace"))
    return draw


@pytest.mark.django_db
def test_everything_kept_about_a_player_is_in_the_download(alice, make_player, won):
    staff = make_player("clerk", is_staff=True)
    Authenticator.objects.create(user=alice, type="totp", data={"secret": SECRET})
    UserSession.objects.create(user=alice, ip="203.0.113.9", session_key="s" * 40, user_agent="Firefox/1")
    PlayBreak.objects.create(user=alice, kind="break", ends_at=timezone.now() + timedelta(days=1))
    SpendLimit.objects.create(user=alice, period="week", coins=40)
    MessageChoice.objects.create(user=alice, kind="welcome", by_email=False)
    enqueue("a-mail", alice.email, "A mail to Alice", "text")
    LogEntry.objects.log_actions(staff.pk, [alice], CHANGE, "Named VIP. Why: a kind player")
    files = files_of(packed(alice))
    assert rows_of(files, "profile")[0]["email"] == alice.email
    assert [row["verified"] for row in rows_of(files, "addresses")] == [True]
    assert rows_of(files, "sessions")[0]["ip"] == "203.0.113.9"
    assert rows_of(files, "second_factors")[0]["type"] == "totp"
    assert len(rows_of(files, "rules_accepted")) == 1
    assert [row["kind"] for row in rows_of(files, "breaks")] == ["break"]
    assert [row["coins"] for row in rows_of(files, "limits")] == [40]
    assert len(rows_of(files, "messages")) == Message.objects.filter(user=alice).count() - 1  # "it is ready"
    assert [row["by_email"] for row in rows_of(files, "message_choices")] == [False]
    assert "A mail to Alice" in [row["subject"] for row in rows_of(files, "mails")]
    assert [row["amount"] for row in rows_of(files, "transactions")] == [50, -15]
    tickets = rows_of(files, "tickets")
    assert [(row["ticket_number"], row["draw_title"]) for row in tickets] == [
        (number, "Lisbon for two") for number in (1, 2, 3)
    ]
    assert rows_of(files, "wins")[0]["public_name"] == "Ace"
    assert json.loads(rows_of(files, "claims")[0]["details"])["address"] == "=1 Long Street\nLisbon"
    assert "a kind player" in rows_of(files, "staff_notes")[0]["note"]
    assert staff.email not in "".join(files.values())


@pytest.mark.django_db
def test_nothing_secret_and_nothing_of_others_is_in_the_download(alice, bob, won, make_draw):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": SECRET})
    theirs = make_draw(title="Only Bob is here", prize_amount=9, prize_coins=0)
    take(bob, theirs)
    finish(theirs)
    details = HandOverDetails("Bob", "Bob Street", "")
    claim_prize(theirs.winners.get().pk, bob.pk, details, Publicity("hidden"))
    whole = "".join(files_of(packed(alice)).values())
    assert SECRET not in whole
    assert alice.password not in whole
    assert bob.pk not in whole
    assert "Only Bob" not in whole
    assert "Bob Street" not in whole
    assert bob.email not in whole


@pytest.mark.django_db
def test_a_player_finds_their_tickets_in_the_frozen_list(alice, won):
    [mine] = rows_of(files_of(packed(alice)), "pseudonyms")
    listed = bytes(FrozenList.objects.get(draw=won).refs).hex()
    assert listed == mine["ref"] * 3


@pytest.mark.django_db
def test_the_readme_explains_every_file(alice):
    files = files_of(packed(alice))
    explained = set(re.findall(r"^(\w+): \S", files["README.txt"], re.MULTILINE))
    assert explained == {name.partition(".")[0] for name in files} - {"README"}
    assert {f"{name}.{kind}" for name in explained for kind in ("json", "csv")} == set(files) - {"README.txt"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_looks_like_a_formula_is_defused(text):
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_text_stays_text():
    assert [cell(value) for value in (-5, 0, "Lisbon", "", None)] == [-5, 0, "Lisbon", "", None]


@pytest.mark.django_db
def test_a_formula_in_a_name_is_defused_in_the_csv_alone(make_player):
    eve = make_player("eve", first_name='=HYPERLINK("http://x")')
    files = files_of(packed(eve))
    assert json.loads(files["profile.json"])[0]["first_name"] == '=HYPERLINK("http://x")'
    assert rows_of(files, "profile")
    assert ",'=HYPERLINK" in files["profile.csv"].replace('"', "")
