"""Draws in beacon mode on their way to a round."""

import pytest

from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw
from tests.conftest import let_close
from tests.support.pages import take


@pytest.fixture
def entered(beacon, make_draw, alice, bob):
    """A beacon draw with tickets of Alice and Bob, past its closing time."""
    draw = make_draw(fairness_mode="beacon", min_participants=2)
    take(alice, draw, 3)
    take(bob, draw, 2)
    let_close(draw)
    return draw


@pytest.fixture
def frozen(entered):
    """The same with its list frozen; the beacon has not published the round."""
    fetch_rounds()
    entered.refresh_from_db()
    assert entered.state == Draw.State.CLOSED
    return entered
