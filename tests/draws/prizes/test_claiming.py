"""A winner says once, in time, where the prize goes; nobody reads it in the database."""

import pytest
from django.db import connection

from accounts.models import Message, OutboxEmail
from draws.exceptions import (
    AlreadyClaimed,
    ClaimInvalid,
    ClaimLapsed,
    ClaimNotYours,
    NothingToClaim,
    NotSendable,
)
from draws.models import Claim, Winner
from draws.prizes.claims import (
    HandOverDetails,
    Publicity,
    choose_publicity,
    claim_prize,
    details_of,
    mark_sent,
    remind_of_claims,
)
from tests.races.together import at_once, refusals
from tests.support.prizes import (
    DETAILS,
    HIDDEN,
    claimed,
    everything_about,
    let_time_run_out,
    plant_claim_by,
    won,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def winner(make_draw, alice):
    return won(make_draw, [alice])


def test_a_claim_is_taken_and_its_winner_is_told(winner, alice):
    claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    winner.refresh_from_db()
    assert winner.hand_over == "claimed"
    assert details_of(Claim.objects.get()) == DETAILS
    told = Message.objects.get(user=alice, key=f"claimed:{winner.pk}")
    assert told.url == f"/winners/{winner.pk}/claim/"
    mail = OutboxEmail.objects.get(recipient=alice.email, key=told.key)
    assert "Long Street" not in mail.text + mail.html


def test_where_a_prize_goes_is_nowhere_readable_in_the_database(winner, alice):
    claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
    copy = "".join(everything_about(table) for table in tables)
    assert alice.email in copy
    for secret in ("Quill", "Long Street", "Lisbon\nPortugal", "Ring twice"):
        assert secret not in copy


@pytest.mark.parametrize("who", ["somebody else", "nobody won this"])
def test_somebody_elses_prize_and_none_at_all_are_the_same_refusal(winner, bob, alice, who):
    number, player = (winner.pk, bob) if who == "somebody else" else (winner.pk + 1, alice)
    with pytest.raises(ClaimNotYours) as refusal:
        claim_prize(number, player.pk, DETAILS, HIDDEN)
    assert refusal.value.message == "There is no such prize to claim."
    assert not Claim.objects.exists()


def test_the_first_of_two_claims_stands(winner, alice):
    claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    with pytest.raises(AlreadyClaimed):
        claim_prize(winner.pk, alice.pk, HandOverDetails("Eve", "Elsewhere"), Publicity("alias", "Eve"))
    winner.refresh_from_db()
    assert details_of(Claim.objects.get()) == DETAILS
    assert not winner.is_public


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_is_taken(make_draw, alice):
    winner = won(make_draw, [alice])
    outcomes = at_once(
        [lambda: claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN) for _ in range(6)],
    )
    assert refusals(outcomes) == ["AlreadyClaimed"] * 5
    assert Claim.objects.count() == 1


def test_a_claim_a_second_late_is_refused_even_before_the_prize_was_passed_on(winner, alice):
    let_time_run_out(winner)
    with pytest.raises(ClaimLapsed, match="has passed"):
        claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    winner.refresh_from_db()
    assert winner.hand_over == "to_claim"
    assert not Claim.objects.exists()


def test_the_databases_clock_decides_and_no_other(winner, alice, time_machine):
    time_machine.move_to("2090-01-01")
    claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    assert Winner.objects.get().hand_over == "claimed"


def test_coins_alone_are_not_claimed(make_draw, alice):
    winner = won(make_draw, [alice], prize_amount=0, prize_coins=100)
    with pytest.raises(NothingToClaim):
        claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)


def with_details(**changes):
    return HandOverDetails(**({"name": "Ada", "address": "A street"} | changes))


REFUSED = {
    "no name": (with_details(name=" "), HIDDEN, "name"),
    "no address": (with_details(address="\n \n"), HIDDEN, "address"),
    "100 kB of address": (with_details(address="a" * 100_000), HIDDEN, "address"),
    "an address one too long": (with_details(address="a" * 1_001), HIDDEN, "address"),
    "a name one too long": (with_details(name="a" * 101), HIDDEN, "name"),
    "a note one too long": (with_details(note="a" * 1_001), HIDDEN, "note"),
    "two lines of name": (with_details(name="Ada\nEve"), HIDDEN, "name"),
    "a NUL": (with_details(address="A\0street"), HIDDEN, "address"),
    "a control character": (with_details(note="bell \x07"), HIDDEN, "note"),
    "a line separator": (with_details(name="Ada\u2028Eve"), HIDDEN, "name"),
    "text that turns round": (with_details(name="Ada\u202eevE"), HIDDEN, "name"),
    "no choice": (with_details(), Publicity(""), "publicity"),
    "another choice": (with_details(), Publicity("loud"), "publicity"),
    "an empty alias": (with_details(), Publicity("alias", " "), "alias"),
    "an alias one too long": (with_details(), Publicity("alias", "a" * 41), "alias"),
    "two lines of alias": (with_details(), Publicity("alias", "Ada\nStaff"), "alias"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_taken_is_refused_whole(winner, alice, what):
    details, publicity, field = REFUSED[what]
    with pytest.raises(ClaimInvalid) as refusal:
        claim_prize(winner.pk, alice.pk, details, publicity)
    assert (refusal.value.status, refusal.value.field) == (400, field)
    winner.refresh_from_db()
    assert (winner.hand_over, winner.is_public, winner.public_name) == ("to_claim", False, "")
    assert not Claim.objects.exists()
    assert not Message.objects.filter(key__startswith="claimed:").exists()


def test_what_is_exactly_long_enough_is_taken_and_line_breaks_stay(winner, alice):
    address = "a" * 499 + "\r\n" + "b" * 500
    details = HandOverDetails("n" * 100, address, "ü" * 1_000)
    claim_prize(winner.pk, alice.pk, details, Publicity("alias", "a" * 40))
    assert details_of(Claim.objects.get()).address == "a" * 499 + "\n" + "b" * 500


def test_the_winner_decides_whether_they_are_named_and_may_change_their_mind(winner, alice):
    claim_prize(winner.pk, alice.pk, DETAILS, Publicity("name"))
    assert Winner.objects.get().shown_name() == "Alice"
    choose_publicity(winner.pk, alice.pk, Publicity("alias", "  The Fox "))
    assert Winner.objects.get().shown_name() == "The Fox"
    choose_publicity(winner.pk, alice.pk, HIDDEN)
    hidden = Winner.objects.get()
    assert (hidden.is_public, hidden.public_name, hidden.shown_name()) == (False, "", "a player")


def test_a_player_without_a_first_name_cannot_be_named_by_it(make_draw, make_player):
    nameless = make_player("dora", first_name="")
    winner = won(make_draw, [nameless])
    with pytest.raises(ClaimInvalid, match="no first name"):
        claim_prize(winner.pk, nameless.pk, DETAILS, Publicity("name"))


def test_nobody_else_decides_whether_a_winner_is_named(winner, bob):
    with pytest.raises(ClaimNotYours):
        choose_publicity(winner.pk, bob.pk, Publicity("alias", "Bob"))


def test_a_claimed_prize_is_sent_once_and_its_winner_gets_the_tracking(make_draw, alice, bob):
    winner = claimed(make_draw, [alice])
    mark_sent(winner.pk, "PT 12345", bob)
    winner.refresh_from_db()
    assert winner.hand_over == "sent"
    sent = Claim.objects.get()
    assert (sent.tracking, sent.sent_by, details_of(sent)) == ("PT 12345", bob, DETAILS)
    assert "PT 12345" in OutboxEmail.objects.get(key=f"sent:{winner.pk}").text
    assert "PT 12345" in Message.objects.get(key=f"sent:{winner.pk}").body
    with pytest.raises(NotSendable):
        mark_sent(winner.pk, "PT 99999", bob)
    assert Claim.objects.get().tracking == "PT 12345"


def test_a_prize_that_nobody_claimed_is_not_sent(winner, bob):
    with pytest.raises(NotSendable):
        mark_sent(winner.pk, "PT 12345", bob)


def test_a_winner_is_reminded_once_and_only_near_the_end(winner, alice):
    assert remind_of_claims() == 0
    plant_claim_by(winner, "clock_timestamp() + interval '2 days 23 hours'")
    assert [remind_of_claims(), remind_of_claims()] == [1, 0]
    assert OutboxEmail.objects.filter(recipient=alice.email, subject__startswith="Claim your").count() == 1


@pytest.mark.parametrize("over", ["claimed", "too late"])
def test_who_claimed_or_is_too_late_is_not_reminded(winner, alice, over):
    plant_claim_by(winner, "clock_timestamp() + interval '1 day'")
    if over == "claimed":
        claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN)
    else:
        let_time_run_out(winner)
    assert remind_of_claims() == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_remind_at_once_remind_once(make_draw, alice):
    plant_claim_by(won(make_draw, [alice]), "clock_timestamp() + interval '1 day'")
    assert sum(at_once([remind_of_claims for _ in range(4)])) == 1
    assert Message.objects.filter(key__startswith="claim-reminder:").count() == 1
