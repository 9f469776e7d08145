"""Every documented column is read by somebody: docs/schema.md says on which page, and this opens it there."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from draws.models import Participation, Winner
from draws.prizes import videos
from draws.prizes.claims import Publicity, choose_publicity, claim_prize, mark_sent
from ledger.models import Transaction
from tests.conftest import unguarded
from tests.database.test_schema import doc_rows, guide_columns
from tests.support.pages import finish, signed_in, take, words
from tests.support.prizes import DETAILS

pytestmark = pytest.mark.django_db

ROWS = doc_rows("Who sees which column")
NOWHERE = "–"
FILM = "https://vimeo.com/4711"


def moment(when, form="DATETIME_FORMAT"):
    return date_format(localtime(when), form)


def won_by(player, make_draw, boss):
    """A prize that was claimed and sent, with a video that its winner agreed to."""
    drawn = make_draw(title="Night train", prize_amount=8123, prize_coins=0)
    take(player, drawn)
    finish(drawn)
    winner = Winner.objects.get(draw=drawn)
    claim_prize(winner.pk, player.pk, DETAILS, Publicity("alias", "Quillfeather of Lisbon"))
    mark_sent(winner.pk, "TRACK-4711", boss)
    videos.set_video(winner.pk, FILM, "A parcel is opened", actor=boss)
    videos.agree(winner.pk, player.pk, FILM, shown=True)
    choose_publicity(winner.pk, player.pk, Publicity("alias", "Quillfeather of Lisbon"))
    return Winner.objects.get(pk=winner.pk)


def plant(player, draw):
    """Figures that stand nowhere else on a page."""
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE users SET coins = 47110, total_participations = 47111, total_wins = 47112,"
            " total_earnings = 47113.25, current_streak = 4714, last_ticket_on = %s WHERE id = %s",
            [timezone.now().date(), player.pk],
        )
        cursor.execute("UPDATE draws SET current_participants = 47115 WHERE id = %s", [draw.pk])
    player.refresh_from_db()


@pytest.fixture
def world(make_player, make_draw):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    player = make_player("alice", first_name="Alicia", last_name="Quillfeather", is_vip=True, coins=60)
    draw = make_draw(
        title="Lisbon by tram",
        description="Two nights near the harbour",
        prize_amount=9123,
        entry_fee=47,
        max_participants=812_345,
        prize_image_url="/static/img/icon.svg",
    )
    take(player, draw)
    winner = won_by(player, make_draw, boss)
    plant(player, draw)
    ticket = Participation.objects.get(draw=draw)
    return {
        "boss": boss,
        "player": player,
        "draw": draw,
        "drawn": winner.draw,
        "winner": winner,
        "ticket": ticket,
        "transaction": Transaction.objects.get(pk=ticket.transaction_id),
    }


def values(world):
    """What each column says on its page."""
    player, draw, winner = world["player"], world["draw"], world["winner"]
    ticket, paid = world["ticket"], world["transaction"]
    return {
        "users.id": player.pk,
        "users.email": player.email,
        "users.first_name": "Alicia",
        "users.last_name": "Quillfeather",
        "users.coins": "47,110",
        "users.total_participations": "47,111",
        "users.total_wins": "47,112",
        "users.total_earnings": "47,113.25",
        "users.current_streak": "4714",
        "users.is_vip": "VIP",
        "users.created_at": moment(player.created_at),
        "draws.id": f"Draw {draw.pk}",
        "draws.title": "Lisbon by tram",
        "draws.description": "Two nights near the harbour",
        "draws.prize_amount": "9,123",
        "draws.entry_fee": "47 coins",
        "draws.max_participants": "812,345",
        "draws.current_participants": "47,115",
        "draws.draw_time": f'data-closes="{localtime(draw.draw_time).isoformat()}"',
        "draws.prize_image_url": "/static/img/icon.svg",
        "draws.is_active": "Enter this draw",
        "draws.winner_id": "Quillfeather of Lisbon",
        "participations.user_id": player.email,
        "participations.draw_id": "Lisbon by tram",
        "participations.participated_at": moment(ticket.participated_at),
        "transactions.id": f"{paid.pk}",
        "transactions.user_id": player.email,
        "transactions.type": str(Transaction.Type.ENTRY.label),
        "transactions.amount": "−47",
        "transactions.description": "Lisbon by tram",
        "transactions.created_at": moment(paid.created_at),
        "winners.id": f">{winner.pk}</a>",
        "winners.user_id": player.email,
        "winners.draw_id": "Night train",
        "winners.prize_amount": "8,123.00",
        "winners.won_at": moment(winner.won_at),
        "winners.celebration_video_url": FILM,
        "winners.is_public": "Quillfeather of Lisbon",
        "winners.video_text": "A parcel is opened",
        "claims.tracking": "TRACK-4711",
    }


def test_every_documented_column_has_a_row():
    documented = {f"{table}.{column}" for table, column in guide_columns()}
    assert documented | {"winners.video_text", "claims.tracking"} == {column for column, _, _ in ROWS}


def test_a_column_that_nobody_sees_says_why():
    for column, page, who in ROWS:
        assert (page == NOWHERE) == who.startswith("nobody: "), column


def test_each_column_stands_on_the_page_that_the_table_names(world):
    readers = {
        "everyone": Client(),
        "the player": signed_in(world["player"]),
        "staff": signed_in(world["boss"]),
    }
    pages, said, missing = {}, values(world), []
    shown = [row for row in ROWS if row[1] != NOWHERE]
    for column, page, who in shown:
        address = re.sub(r"<(\w+)>", lambda found: str(world[found[1]].pk), page.strip("`"))
        if (address, who) not in pages:
            pages[address, who] = readers[who].get(address)
        answer = pages[address, who]
        assert answer.status_code == 200, address
        if str(said[column]) not in f"{words(answer)} {answer.content.decode()}":
            missing.append(f"{column}: {said[column]} on {address}")
    assert missing == []
