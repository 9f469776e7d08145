"""`check_integrity` names a record of the log that is dated when it could not be made."""

import pytest

from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from tests.conftest import defects, let_close, unguarded
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db


def dated(kind, time):
    with unguarded() as cursor:
        cursor.execute(
            f"UPDATE fairness_log l SET time = {time} FROM draw_seals s"
            " WHERE s.draw_id = l.draw_id AND l.kind = %s",
            [kind],
        )
    return [defect for defect in defects() if defect.startswith("log times: ")]


@pytest.mark.parametrize(
    ("kind", "time", "found"),
    [
        ("open", "s.closes_at", 0),
        ("open", "s.closes_at + 1", 1),
        ("freeze", "s.closes_at", 0),
        ("freeze", "s.closes_at - 1", 1),
        ("freeze", "s.freeze_by", 0),
        ("freeze", "s.freeze_by + 1", 1),
    ],
)
def test_a_list_frozen_too_early_or_too_late_is_named(draw, alice, kind, time, found):
    take(alice, draw)
    finish(draw)
    assert len(dated(kind, time)) == found


@pytest.mark.parametrize(("time", "found"), [("s.closes_at - 1", 0), ("s.closes_at", 1)])
def test_a_draw_cancelled_after_closing_is_named(draw, alice, time, found):
    take(alice, draw)
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert len(dated("void", time)) == found


@pytest.mark.parametrize(("time", "found"), [("s.closes_at", 0), ("s.closes_at - 1", 1)])
def test_a_draw_that_was_void_before_it_closed_is_named(draw, time, found):
    let_close(draw)
    close_due_draws()
    assert len(dated("void", time)) == found


def test_a_draw_cancelled_with_a_frozen_list_is_named(draw, alice):
    take(alice, draw)
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert dated("void", "s.closes_at - 1") == []
    with unguarded() as cursor:
        cursor.execute("UPDATE draw_seals SET freeze_hash = open_hash")
    assert len(dated("void", "s.closes_at - 1")) == 1


def test_a_ticket_taken_after_closing_is_named(draw, alice):
    take(alice, draw)
    finish(draw)
    assert defects() == []
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE participations p SET participated_at = d.draw_time + interval '2 seconds'"
            " FROM draws d WHERE d.id = p.draw_id"
        )
    [defect] = [defect for defect in defects() if defect.startswith("late tickets: ")]
    assert f"draw_id {draw.pk}" in defect
