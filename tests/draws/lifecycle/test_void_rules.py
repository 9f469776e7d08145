"""The database itself refuses to end a draw for a reason that its time or its ticket list is against."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from draws import fairness
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, freeze_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, FrozenList, Seal
from draws.proof.seals import packed_refs, write_list
from tests.conftest import let_close
from tests.support.beacon_draws import plant, round_of
from tests.support.pages import take

pytestmark = pytest.mark.django_db

NO_TICKETS, BELOW_MINIMUM, CANCELLED, LATE, MISSING = Draw.VoidCode
REFUSED = "its time or its ticket list is against it"


def void_by_hand(draw, code, listing=write_list):
    """What somebody does who holds the site's database role, and knows how its services name themselves."""
    draw.refresh_from_db()
    with transaction.atomic(), connection.cursor() as cursor:
        if draw.current_participants and draw.frozen_at is None:
            tree = listing(draw, Seal.objects.get(pk=draw.pk))
            Seal.objects.filter(pk=draw.pk).update(root=tree.root(), total=tree.total)
        cursor.execute("SELECT set_config('lucky11.service', 'void', true)")
        cursor.execute(
            "UPDATE draws SET cancelled_at = clock_timestamp(), is_active = false, void_code = %s,"
            " void_reason = 'We did not like the winner.' WHERE id = %s",
            [code, draw.pk],
        )


def refused(draw, *codes):
    for code in codes:
        with pytest.raises(DatabaseError, match=REFUSED):
            void_by_hand(draw, code)
    draw.refresh_from_db()
    return draw.cancelled_at is None


def test_an_open_draw_can_be_cancelled_and_ended_for_no_other_reason(draw, alice):
    assert refused(draw, NO_TICKETS, BELOW_MINIMUM, LATE, MISSING)
    take(alice, draw)
    assert refused(draw, NO_TICKETS, BELOW_MINIMUM, LATE, MISSING)
    void_by_hand(draw, CANCELLED)


def with_nothing(draw, record):
    """A list of nobody's tickets."""
    return fairness.TicketTree()


def with_half(draw, record):
    """The first ticket alone."""
    tree = fairness.TicketTree()
    refs = next(packed_refs(record))[:32]
    FrozenList.objects.create(draw=draw, part=0, refs=refs)
    tree.extend([refs])
    return tree


@pytest.mark.parametrize("listing", [with_nothing, with_half])
def test_a_draw_with_tickets_is_void_only_with_the_list_of_them(draw, alice, listing):
    take(alice, draw, 2)
    with pytest.raises(DatabaseError, match="only with the list of them"):
        void_by_hand(draw, CANCELLED, listing)
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert FrozenList.objects.get(draw=draw).refs == next(packed_refs(Seal.objects.get(pk=draw.pk)))


@pytest.mark.owner
def test_the_list_of_a_void_draw_never_changes(draw, alice):
    take(alice, draw, 2)
    cancel_draw(draw.pk, reason="The host withdrew.")
    for change in ({"total": 1}, {"root": bytes(32)}, {"root": None, "total": None}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Seal.objects.filter(pk=draw.pk).update(**change)


def test_a_draw_that_has_closed_is_cancelled_no_more(draw, alice):
    take(alice, draw)
    let_close(draw)
    assert refused(draw, NO_TICKETS, BELOW_MINIMUM, CANCELLED, LATE, MISSING)


def test_a_draw_without_tickets_is_void_for_that_and_not_for_being_late(draw):
    let_close(draw)
    assert refused(draw, BELOW_MINIMUM, CANCELLED, LATE, MISSING)
    void_by_hand(draw, NO_TICKETS)


@pytest.mark.parametrize(("tickets", "allowed"), [(4, True), (5, False)])
def test_a_draw_is_below_its_minimum_with_one_ticket_less_and_not_with_as_many(
    make_draw, alice, tickets, allowed
):
    draw = make_draw(min_participants=5)
    take(alice, draw, tickets)
    let_close(draw)
    if allowed:
        void_by_hand(draw, BELOW_MINIMUM)
    else:
        assert refused(draw, BELOW_MINIMUM)


def test_a_draw_is_late_only_after_the_time_sealed_for_freezing(draw, alice):
    take(alice, draw)
    let_close(draw)
    plant("UPDATE draw_seals SET freeze_by = extract(epoch FROM clock_timestamp())::bigint + 1000")
    assert refused(draw, LATE)
    plant("UPDATE draw_seals SET freeze_by = extract(epoch FROM clock_timestamp())::bigint - 1")
    void_by_hand(draw, LATE)


def test_a_round_that_is_known_before_freezing_is_a_reason_too(beacon, make_draw, alice):
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    assert refused(draw, LATE)
    beacon.release(round_of(draw))
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.void_code == LATE


def test_a_frozen_draw_without_a_beacon_is_never_void(draw, alice):
    take(alice, draw)
    let_close(draw)
    freeze_draw(draw.pk)
    plant("UPDATE draws SET frozen_at = frozen_at - interval '30 days'")
    assert refused(draw, *Draw.VoidCode)


def test_a_frozen_beacon_draw_is_void_after_seven_days_without_its_round(frozen, beacon):
    plant("UPDATE draws SET frozen_at = frozen_at - interval '6 days 23 hours'")
    assert refused(frozen, *Draw.VoidCode)
    plant("UPDATE draws SET frozen_at = frozen_at - interval '2 hours'")
    assert refused(frozen, NO_TICKETS, BELOW_MINIMUM, CANCELLED, LATE)
    beacon.release(round_of(frozen))
    fetch_rounds()
    assert refused(frozen, MISSING)


def test_a_drawn_draw_is_never_void(draw, alice):
    take(alice, draw)
    let_close(draw)
    close_due_draws()
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN
    assert refused(draw, *Draw.VoidCode)
