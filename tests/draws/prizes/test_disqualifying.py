"""A winner is disqualified by two people, told, heard, and loses the prize only then; nobody can hurry it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now

from accounts.models import Message, OutboxEmail
from accounts.privacy.account_deletion import delete_account
from draws import reasons
from draws.exceptions import (
    ClaimInvalid,
    ClaimNotYours,
    ClaimStopped,
    ConflictOfInterest,
    NotDecidable,
    NotPassable,
    NotSendable,
)
from draws.models import Disqualification, Redraw, Winner
from draws.privacy.account_deletion import pass_on_prizes_of_deleted_accounts
from draws.prizes.claims import claim_prize, mark_sent
from draws.prizes.disqualify import decide, disqualify, object_to
from draws.prizes.pass_on import lapse_overdue_claims, pass_on_lost_prizes
from tests.conftest import defects, new_player, unguarded
from tests.support.prizes import (
    DETAILS,
    EVIDENCE,
    HIDDEN,
    at_place,
    claimed,
    disqualified,
    let_time_run_out,
    let_time_to_object_run_out,
    won,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def players(make_player):
    return [make_player(name) for name in ("ada", "ben", "cleo")]


@pytest.fixture
def winner(make_draw, players):
    return won(make_draw, players, reserve_count=1)


@pytest.fixture
def judge(make_player):
    return make_player("judge", is_staff=True)


def refused(statement, *values):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(error.value)


def holds(winner):
    winner.refresh_from_db()
    return winner.forfeited_at is None and not Redraw.objects.exists()


# -- nobody hurries it --


def test_a_prize_is_not_taken_as_not_claimed_before_its_time_is_over(winner):
    """The attack that worked: "did not answer", a minute after the draw."""
    assert pass_on_lost_prizes() == 0
    for ground in ("not_claimed", "left", "disqualified", ""):
        said = refused(
            "UPDATE winners SET hand_over = 'lapsed', forfeited_at = now(), forfeit_reason = 'x',"
            " forfeit_ground = %s WHERE id = %s",
            *(ground, winner.pk),
        )
        assert "A prize is lost only when its time to claim is over" in said
        assert "A prize is lost only when" in refused(
            "UPDATE winners SET hand_over = 'lapsed', forfeit_ground = %s WHERE id = %s", ground, winner.pk
        )
    assert holds(winner)


def test_nobody_cuts_the_time_to_claim_short(winner):
    for moment in ("now() - interval '1 second'", "NULL", "now()"):
        said = refused(f"UPDATE winners SET claim_by = {moment} WHERE id = %s", winner.pk)
        assert "never cut short" in said
    assert holds(winner)


@pytest.mark.owner
def test_a_disqualification_takes_nothing_before_the_winner_could_object(winner):
    against = disqualified(winner)
    assert against.object_by == against.told_at + timedelta(days=7)
    assert pass_on_lost_prizes() == 0
    for statement in (
        "UPDATE disqualifications SET state = 'done' WHERE id = %s",
        "UPDATE disqualifications SET state = 'upheld' WHERE id = %s",
    ):
        assert "stands when its time to object is over" in refused(statement, against.pk)
    assert "never changes" in refused(
        "UPDATE disqualifications SET object_by = now() WHERE id = %s", against.pk
    )
    assert holds(winner)


def test_nobody_says_that_a_winner_was_told_earlier_or_has_less_than_a_day(winner, judge):
    insert = (
        "INSERT INTO disqualifications (winner_id, reason, evidence, asked_by_id, told_at, object_by)"
        " VALUES (%s, 'accounts', 'Two accounts.', %s, {0}, {1})"
    )
    for told, until in (
        ("now() - interval '8 days'", "now() - interval '1 second'"),
        ("clock_timestamp()", "clock_timestamp() + interval '23 hours'"),
        ("clock_timestamp()", "clock_timestamp()"),
    ):
        said = refused(insert.format(told, until), winner.pk, judge.pk)
        assert "begins now" in said or "disqualifications_time_to_object" in said
    assert not Disqualification.objects.exists()


def test_the_time_to_object_is_never_less_than_a_day_whatever_the_settings_say(winner, judge, settings):
    settings.DISQUALIFICATION_OBJECTION_DAYS = 0
    with pytest.raises(IntegrityError, match="disqualifications_time_to_object"), transaction.atomic():
        disqualify(winner.pk, "accounts", EVIDENCE, asked_by=judge)
    assert holds(winner)


@pytest.mark.parametrize(
    "evidence", ["", "  \n", "12 345 !?", "\u200b\u200b\u200b\u2060", "ab", "\u00ad" * 9]
)
def test_it_says_what_is_held_against_the_winner_in_letters_that_can_be_seen(winner, judge, evidence):
    with pytest.raises(ClaimInvalid):
        disqualify(winner.pk, "accounts", evidence, asked_by=judge)
    said = refused(
        "INSERT INTO disqualifications (winner_id, reason, evidence, asked_by_id, told_at, object_by)"
        " VALUES (%s, 'accounts', %s, %s, clock_timestamp(), clock_timestamp() + interval '7 days')",
        *(winner.pk, evidence, judge.pk),
    )
    assert "says what is held against the winner" in said


@pytest.mark.parametrize("evidence", ["Δύο λογαριασμοί", "二つのアカウント", "два"])
def test_it_may_be_said_in_any_alphabet(winner, judge, evidence):
    assert disqualify(winner.pk, "accounts", evidence, asked_by=judge).evidence == evidence


def test_the_reason_is_one_of_the_list_and_the_public_reads_a_standing_sentence(winner, judge):
    assert set(reasons.DISQUALIFIED) == set(Disqualification.Reason.values)
    with pytest.raises(ClaimInvalid, match="Choose a reason"):
        disqualify(winner.pk, "did not answer", EVIDENCE, asked_by=judge)


# -- who --


def test_nobody_who_holds_a_ticket_disqualifies_approves_or_decides(winner, players, judge):
    reserve = next(player for player in players if player != winner.user)
    for staff in ({"asked_by": reserve, "approved_by": judge}, {"asked_by": judge, "approved_by": reserve}):
        with pytest.raises(ConflictOfInterest):
            disqualified(winner, **staff)
        said = refused(
            "INSERT INTO disqualifications (winner_id, reason, evidence, asked_by_id, approved_by_id,"
            " told_at, object_by) VALUES (%s, 'accounts', 'Two accounts.', %s, %s, clock_timestamp(),"
            " clock_timestamp() + interval '7 days')",
            *(winner.pk, staff["asked_by"].pk, staff["approved_by"].pk),
        )
        assert "Nobody decides about a draw in which they hold a ticket" in said
    against = disqualified(winner, asked_by=judge)
    object_to(winner.pk, winner.user_id, "I have one account.")
    with pytest.raises(ConflictOfInterest):
        decide(winner.pk, uphold=True, why="I want it", by=reserve)
    said = refused(
        "UPDATE disqualifications SET state = 'upheld', decided_by_id = %s, decided_at = now() WHERE id = %s",
        *(reserve.pk, against.pk),
    )
    assert "Nobody decides about a draw in which they hold a ticket" in said


def test_no_re_draw_names_somebody_with_a_ticket_as_who_decided_it(winner, players):
    reserve = next(player for player in players if player != winner.user)
    let_time_to_object_run_out(disqualified(winner))
    pass_on_lost_prizes()
    made = Redraw.objects.values("draw_id", "failed_id", "reserve_id", "reason", "record_hash").get()
    with unguarded() as cursor:
        cursor.execute("DELETE FROM redraws")
    with pytest.raises(DatabaseError, match="Nobody decides about a draw in which they hold a ticket"):
        Redraw.objects.create(**made, actor=reserve)


def test_two_people_ask_and_approve_and_another_one_than_who_asked_upholds(winner, judge):
    with pytest.raises(IntegrityError, match="disqualifications_by_two"), transaction.atomic():
        disqualified(winner, asked_by=judge, approved_by=judge)
    against = disqualified(winner, asked_by=judge)
    object_to(winner.pk, winner.user_id, "I have one account.")
    with pytest.raises(NotDecidable, match="somebody else has to decide"):
        decide(winner.pk, uphold=True, why="It is so", by=judge)
    said = refused(
        "UPDATE disqualifications SET state = 'upheld', decided_by_id = %s, decided_at = now() WHERE id = %s",
        *(judge.pk, against.pk),
    )
    assert "disqualifications_upheld_by_another" in said


# -- what becomes of it --


def test_the_winner_is_told_with_the_reason_and_until_when_to_object(winner):
    against = disqualified(winner)
    mail = OutboxEmail.objects.get(key__startswith="disqualified:")
    assert mail.recipient == winner.user.email
    message = Message.objects.get(key=f"disqualified:{against.pk}")
    until = f"{against.object_by:%Y, %H:%M}"
    for text in (mail.text, mail.html, message.body):
        assert "The reason they give: Played with more than one account" in " ".join(text.split())
        assert until in text
    assert EVIDENCE not in mail.text + message.body


def test_without_an_objection_the_prize_goes_to_the_reserve_when_the_time_is_over(winner):
    against = disqualified(winner)
    let_time_to_object_run_out(against)
    assert (pass_on_lost_prizes(), pass_on_lost_prizes()) == (1, 0)
    against.refresh_from_db()
    winner.refresh_from_db()
    assert (against.state, winner.hand_over, winner.forfeit_ground) == ("done", "lapsed", "disqualified")
    assert at_place(1).hand_over == "to_claim"
    assert Redraw.objects.get().actor == against.asked_by
    assert defects() == []


def test_an_objection_keeps_the_prize_until_a_second_person_decided(winner, judge):
    against = disqualified(winner)
    object_to(winner.pk, winner.user_id, "I have one account.\nAsk my bank.")
    let_time_to_object_run_out(against)
    assert pass_on_lost_prizes() == 0
    with pytest.raises(NotDecidable):
        object_to(winner.pk, winner.user_id, "And another thing.")
    decide(winner.pk, uphold=True, why="Both cards have one name.", by=judge)
    assert pass_on_lost_prizes() == 1
    against.refresh_from_db()
    assert (against.state, against.decided_by) == ("done", judge)
    assert "Both cards have one name." in OutboxEmail.objects.get(key__startswith="objection:").text
    assert defects() == []


def test_whoever_keeps_the_prize_has_as_much_time_to_claim_as_before(winner, judge):
    against = disqualified(winner)
    let_time_to_object_run_out(against)
    before = winner.claim_by
    with pytest.raises(NotDecidable, match="The time to object has passed"):
        object_to(winner.pk, winner.user_id, "Too late, I know.")
    decide(winner.pk, uphold=False, why="We were wrong.", by=judge)
    winner.refresh_from_db()
    assert winner.claim_by - before >= timedelta(days=7)
    assert pass_on_lost_prizes() == 0
    claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)
    assert "you keep the prize" in OutboxEmail.objects.get(key__startswith="objection:").text


def test_whoever_asked_may_drop_it_but_not_uphold_it_before_an_objection(winner, judge):
    disqualified(winner, asked_by=judge)
    with pytest.raises(NotDecidable, match="can still object"):
        decide(winner.pk, uphold=True, why="At once", by=new_player("other", is_staff=True))
    decide(winner.pk, uphold=False, why="A mistake", by=judge)
    assert Disqualification.objects.get().state == "dropped"
    assert disqualified(winner).state == "told"


def test_while_it_is_held_against_them_the_time_stands_still_and_nothing_is_claimed_or_sent(
    make_draw, players, winner, judge
):
    disqualified(winner)
    let_time_run_out(winner)
    assert lapse_overdue_claims() == 0
    with pytest.raises(ClaimStopped):
        claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)
    sendable = claimed(make_draw, players, reserve_count=1)
    disqualified(sendable)
    with pytest.raises(NotSendable, match="until that is decided"):
        mark_sent(sendable.pk, "", judge)
    assert set(Winner.objects.values_list("hand_over", flat=True)) == {"to_claim", "claimed"}


def test_a_prize_that_is_sent_coins_or_disputed_already_is_not_passed_on(make_draw, players, judge):
    sent = claimed(make_draw, players, reserve_count=1)
    mark_sent(sent.pk, "", judge)
    coins = won(make_draw, players, prize_amount=0, prize_coins=10, reserve_count=1)
    twice = won(make_draw, players, reserve_count=1)
    disqualified(twice)
    for winner in (sent, coins, twice):
        with pytest.raises(NotPassable):
            disqualified(winner)
    assert Disqualification.objects.count() == 1


def test_only_the_winner_objects(winner, players):
    disqualified(winner)
    other = next(player for player in players if player != winner.user)
    with pytest.raises(ClaimNotYours):
        object_to(winner.pk, other.pk, "I want it too.")


def test_what_was_said_stays_until_the_account_is_deleted_and_the_prize_goes_on(winner):
    against = disqualified(winner)
    object_to(winner.pk, winner.user_id, "I have one account.")
    for column in ("evidence", "objection"):
        said = refused(f"UPDATE disqualifications SET {column} = '' WHERE id = %s", against.pk)
        assert "stays as it was said" in said
    delete_account(winner.user_id)
    against.refresh_from_db()
    assert (against.evidence, against.objection) == ("", "")
    assert pass_on_prizes_of_deleted_accounts() == 1
    against.refresh_from_db()
    winner.refresh_from_db()
    assert (against.state, winner.forfeit_ground) == ("dropped", "left")
    assert not Disqualification.objects.filter(object_by__lte=Now()).exists()
    assert defects() == []


@pytest.mark.owner
def test_a_disqualification_is_never_removed(winner):
    against = disqualified(winner)
    assert "never changed or removed" in refused("DELETE FROM disqualifications WHERE id = %s", against.pk)
