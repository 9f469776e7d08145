"""Deleting an account: nothing names the player any more, and the books and draws go on."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import (
    Approval,
    DataExport,
    Message,
    OutboxEmail,
    RulesAcceptance,
    Session,
    User,
)
from accounts.notifications import outbox
from accounts.players import create_player
from accounts.privacy.account_deletion import StaffStays, delete_account, given_up
from accounts.privacy.retention import blank_emails_of_deleted_accounts
from accounts.tasks import purge_data
from draws.models import Claim, Draw, Participation, Winner
from draws.privacy.account_deletion import pass_on_prizes_of_deleted_accounts
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from ledger.models import Transaction
from ledger.services import balance, history
from tests.accounts.privacy.leaver import MAIL, TRACES, everywhere, player_with_traces
from tests.conftest import PASSWORD, defects
from tests.support.pages import finish, signed_in, take


@pytest.fixture
def zeb(db: None) -> User:
    return player_with_traces()


def log(staff: User, row, sentence: str) -> None:
    LogEntry.objects.log_actions(staff.pk, [row], CHANGE, sentence, single_object=True)


@pytest.fixture
def staff(make_player):
    return make_player("clerk", is_staff=True, is_superuser=True)


@pytest.mark.django_db(transaction=True)
def test_nothing_in_the_whole_database_names_a_player_who_left(zeb, staff, make_draw, mail_server):
    won = make_draw(prize_amount=350, prize_coins=0)
    take(zeb, won)
    finish(won)
    winner = won.winners.get()
    details = HandOverDetails("Zebulonia Quåtermain", "Rua das Flores 7", "ring twice")
    claim_prize(winner.pk, zeb.pk, details, Publicity("alias", "Zebby"))
    Claim.objects.update(tracking="TRACK-77")
    log(staff, zeb, f"Confirmed the email {MAIL}. Why: Zebulonia wrote in")
    log(staff, winner, "Read where the prize of Zebulonia goes")
    log(staff, won, f"Cancelled? No: {MAIL.upper()} and Zebulonia Quåtermain asked")
    Approval.objects.create(
        kind="x",
        subject=f"user:{zeb.pk}",
        summary=f"+500 coins for {MAIL}",
        payload={"user_id": zeb.pk, "reason": "Quåtermain asked"},
        reason="Zebulonia was right",
        asked_by=staff,
        state="withdrawn",
        decided_at=timezone.now(),
    )
    assert all(everywhere(word) for word in TRACES if word not in ("Rua das Flores", "ring twice"))
    delete_account(zeb.pk)
    assert {place for word in TRACES for place in everywhere(word)} <= {
        f"outbox_emails.{column}" for column in ("recipient", "text", "html")
    }
    outbox.deliver_due()
    assert [mail["To"] for mail in mail_server.accepted if MAIL in str(mail["To"])] == [MAIL]
    assert blank_emails_of_deleted_accounts() == 1
    assert {word: everywhere(word) for word in TRACES if everywhere(word)} == {}
    assert Claim.objects.get().details == ""
    assert not OutboxEmail.objects.filter(key="waiting").exists()


@pytest.mark.django_db(transaction=True)
def test_coins_tickets_and_wins_stay_under_a_number(zeb, make_draw):
    drawn, running = make_draw(prize_amount=10), make_draw()
    for draw in (drawn, running):
        take(zeb, draw, 2)
    finish(drawn)
    kept = [Transaction, Participation, Winner, RulesAcceptance]
    before = [list(model.objects.filter(user=zeb).values_list("pk")) for model in kept]
    coins = balance(zeb.pk)
    delete_account(zeb.pk)
    assert [list(model.objects.filter(user=zeb).values_list("pk")) for model in kept] == before
    assert balance(zeb.pk) == coins
    zeb.refresh_from_db()
    assert (zeb.email, zeb.first_name, zeb.last_name, zeb.is_active) == (None, "", "", False)
    assert zeb.closed_at is not None
    assert not zeb.has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_their_draw_goes_on_and_a_prize_goes_to_the_reserve(zeb, alice, make_draw):
    draw: Draw = make_draw(prize_amount=350, prize_coins=7, reserve_count=1, max_participants=2)
    take(zeb, draw)
    take(alice, draw)
    delete_account(zeb.pk)
    finish(draw)
    first = draw.winners.get(place=0)
    if first.user_id == zeb.pk:
        assert balance(zeb.pk) == 50 - 5 + 7
        assert pass_on_prizes_of_deleted_accounts() == 1
        first.refresh_from_db()
        assert first.hand_over == Winner.HandOver.LAPSED
        assert draw.winners.get(place=1).user_id == alice.pk
    assert pass_on_prizes_of_deleted_accounts() == 0
    assert not Message.objects.filter(user=zeb).exists()
    assert not OutboxEmail.objects.filter(recipient=MAIL).exclude(key__startswith="goodbye:").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("claimed", [False, True])
def test_a_prize_that_was_not_sent_goes_to_the_reserve(zeb, alice, bob, make_draw, claimed):
    draw: Draw = make_draw(prize_amount=350, prize_coins=0, reserve_count=2, max_participants=3)
    for player in (zeb, alice, bob):
        take(player, draw)
    finish(draw)
    winner = draw.winners.get()
    if claimed:
        claim_prize(winner.pk, winner.user_id, HandOverDetails("N", "A"), Publicity("hidden"))
    delete_account(winner.user_id)
    assert pass_on_prizes_of_deleted_accounts() == 1
    winner.refresh_from_db()
    assert (winner.hand_over, winner.forfeit_reason) == ("lapsed", "The winner closed their account.")
    assert draw.winners.exclude(pk=winner.pk).get().hand_over == "to_claim"


@pytest.mark.django_db(transaction=True)
def test_the_books_are_clean_after_many_left(make_player, make_draw):
    draw = make_draw(min_participants=5)
    players = [make_player(f"p{n}") for n in range(4)]
    for player in players:
        take(player, draw)
    for player in players[:3]:
        delete_account(player.pk)
    finish(draw)
    assert {row.type for row in history(players[0].pk)} == {"signup_bonus", "entry", "refund"}
    assert defects() == []


@pytest.mark.django_db
def test_all_sessions_end_and_signing_in_is_refused(zeb, client):
    browsers = [signed_in(zeb), signed_in(zeb)]
    delete_account(zeb.pk)
    assert Session.objects.count() == 0
    for browser in browsers:
        assert browser.get("/profile/")["Location"].startswith("/accounts/login/")
    response = client.post("/accounts/login/", {"login": MAIL, "password": PASSWORD})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_somebody_whose_address_looks_alike_is_left_alone(zeb, staff, make_player):
    twin = create_player(f"jo.{MAIL}", PASSWORD, confirmed=True)
    browser = signed_in(twin)
    Session.objects.create(sid="twin", sess={"email": twin.email}, expire=timezone.now())
    outbox.enqueue("to-twin", twin.email, "Hello", "Text")
    log(staff, twin, f"Wrote to {twin.email}")
    delete_account(zeb.pk)
    assert browser.get("/profile/").status_code == 200
    assert Session.objects.filter(sid="twin").exists()
    assert OutboxEmail.objects.get(key="to-twin").recipient == twin.email
    assert LogEntry.objects.get(object_id=twin.pk).change_message == f"Wrote to {twin.email}"


@pytest.mark.django_db
def test_deleting_twice_does_nothing_more(zeb):
    delete_account(zeb.pk)
    closed_at = User.objects.get(pk=zeb.pk).closed_at
    delete_account(zeb.pk)
    assert User.objects.get(pk=zeb.pk).closed_at == closed_at
    assert OutboxEmail.objects.filter(key__startswith="goodbye:").count() == 1


@pytest.mark.django_db
def test_staff_cannot_delete_themselves(staff):
    with pytest.raises(StaffStays):
        delete_account(staff.pk)
    staff.refresh_from_db()
    assert (staff.closed_at, staff.is_active) == (None, True)


@pytest.mark.django_db
def test_a_failure_on_the_way_leaves_everything_as_it_was(zeb, monkeypatch):
    def fail(*args):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("accounts.privacy.account_deletion._say_goodbye", fail)
    with pytest.raises(RuntimeError):
        delete_account(zeb.pk)
    assert User.objects.get(pk=zeb.pk).email == MAIL
    assert Message.objects.filter(user=zeb, key="to-zeb").exists()
    assert DataExport.objects.filter(user=zeb).exists()
    assert EmailAddress.objects.filter(user=zeb).count() == 2


@pytest.mark.django_db
def test_a_decided_approval_can_lose_its_names_and_nothing_else(zeb, staff):
    approval = Approval.objects.create(
        kind="x",
        subject="x",
        summary="x",
        reason=MAIL,
        asked_by=staff,
        state="withdrawn",
        decided_at=timezone.now(),
    )
    delete_account(zeb.pk)
    approval.refresh_from_db()
    assert approval.reason == "[deleted]"
    approval.reason = "something else"
    with pytest.raises(Exception, match="never changed"):
        approval.save()


# -- what is given up --


@pytest.mark.django_db(transaction=True)
def test_what_is_given_up_is_said_exactly(zeb, make_draw):
    won, running, other = (make_draw(title=title, prize_amount=9) for title in ("A kite", "B", "C"))
    take(zeb, won)
    finish(won)
    take(zeb, running, 2)
    take(zeb, other)
    coins = balance(zeb.pk)
    zeb.refresh_from_db()
    assert given_up(zeb) == [
        f"{coins:,} coins, which nobody else will get.",
        "3 tickets in 2 draws still to be drawn: they stay in the lists and are not refunded, and a prize "
        "they win goes to the next reserve, if there is one.",
        "Your prize in “A kite”: it has not been sent yet, and goes to the next reserve, if there is one.",
    ]


@pytest.mark.django_db
def test_a_deleted_account_gets_no_names_and_no_addresses_back(zeb):
    delete_account(zeb.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=zeb.pk).update(first_name="Zebulonia")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=zeb.pk).update(is_active=True)
    EmailAddress.objects.create(user=zeb, email="late@lucky11.example")
    purge_data()
    assert everywhere("late@lucky11.example") == []
