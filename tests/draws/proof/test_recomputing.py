"""`check_integrity` recomputes what was published of a beacon draw, and names what does not follow."""

import pytest
from django.core.management import call_command

from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Round, Seal
from draws.proof import recompute, seals
from tests.conftest import defects, let_close, unguarded
from tests.support import signing
from tests.support.pages import take

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def drawn(beacon, make_draw, alice, bob):
    """A drawn beacon draw."""
    draw = make_draw(fairness_mode="beacon", reserve_count=1)
    for player in (alice, bob):
        take(player, draw, 2)
    let_close(draw)
    fetch_rounds()
    beacon.release(Seal.objects.get().round)
    fetch_rounds()
    close_due_draws()
    assert defects() == []
    return draw


CHANGES = {
    "UPDATE draw_seals SET server_seed = sha256('x')": "server_seed",
    "UPDATE draw_seals SET round = round + 1": "round",
    "UPDATE draw_seals SET terms = replace(terms, 'Lisbon', 'Porto')": "open_hash",
    "UPDATE draw_seals SET open_hash = sha256('x')": "open_hash",
    "UPDATE draw_seals SET chain_hash = sha256('x')": "open_hash",
    "UPDATE draw_seals SET root = sha256('x')": "root",
    "UPDATE draw_seals SET freeze_hash = sha256('x')": "freeze_hash",
    "UPDATE frozen_lists SET refs = sha256('x') || substring(refs FROM 33)": "root",
    "UPDATE draw_seals SET signature = set_byte(signature, 40, get_byte(signature, 40) # 1)": "signature",
    "UPDATE draw_seals SET places = ARRAY[places[2], places[1]]": "places",
    "UPDATE draw_seals SET result_hash = sha256('x')": "result_hash",
    "UPDATE draws SET reserve_count = 0": "open_hash",
}


@pytest.mark.parametrize(("statement", "named"), CHANGES.items(), ids=list(CHANGES.values()))
def test_what_does_not_follow_is_named(drawn, statement, named):
    with unguarded() as cursor:
        cursor.execute(statement)
    defect = recompute.check_records()
    assert (defect.row["draw_id"], defect.row["differs"]) == (drawn.pk, named)


def test_tickets_of_several_players_that_were_frozen_as_one_players_are_named(
    make_draw, alice, bob, monkeypatch
):
    draw = make_draw()
    take(alice, draw, 2)
    take(bob, draw, 2)
    let_close(draw)
    held = seals.packed_refs
    # What the thief runs in place of the site's own program: all else follows from this list.
    monkeypatch.setattr(seals, "packed_refs", lambda record: [4 * b"".join(held(record))[:32]])
    close_due_draws()
    defect = recompute.check_records()
    assert (defect.row["draw_id"], defect.row["differs"]) == (draw.pk, "entries")


def test_a_round_that_the_beacon_did_not_sign_is_named(drawn):
    number = Seal.objects.get().round
    forged = signing.sign(signing.DEFAULT_SECRET + 1, number)
    with unguarded() as cursor:
        cursor.execute("UPDATE beacon_rounds SET signature = %s", [forged])
    for check in (recompute.check_newest_rounds, recompute.check_all_rounds):
        assert "is not lucky11-tests's signature" in check().row["why"]


def test_only_the_newest_rounds_are_verified_unless_all_are_asked_for(drawn, monkeypatch, capsys):
    rows = [
        Round(chain_hash=bytes(32), round=1, signature=bytes(48), source="x"),
        Round(
            chain_hash=signing.beacon_chain().chain_hash,
            round=2,
            signature=signing.sign(signing.DEFAULT_SECRET, 2),
            source="x",
        ),
    ]
    Round.objects.bulk_create(rows)
    monkeypatch.setattr(recompute, "NEWEST_ROUNDS", 1)
    call_command("check_integrity")
    assert "Clean" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("check_integrity", "--rounds")
    assert "It is of another chain." in capsys.readouterr().out


def test_a_list_of_several_parts_is_recomputed_part_by_part(
    drawn, monkeypatch, make_draw, alice, bob, beacon
):
    from draws.models import FrozenList

    monkeypatch.setattr(FrozenList, "TICKETS_A_PART", 3)
    draw = make_draw(fairness_mode="local")
    for player in (alice, bob):
        take(player, draw, 4)
    let_close(draw)
    close_due_draws()
    assert FrozenList.objects.filter(draw=draw).count() == 3
    assert defects() == []
