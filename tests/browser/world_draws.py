"""A draw in every state that its page can show, made by the services."""

from datetime import datetime, timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from common.database.clock import database_now
from draws.lifecycle import close, rounds
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.publish import publish_draw
from draws.lifecycle.text_changes import add_to_texts
from draws.models import Draw, Seal
from draws.pictures import uploads
from draws.pictures.files import read
from tests.conftest import let_close, let_round_come, new_draft
from tests.races.together import wait_until
from tests.support import signing
from tests.support.pages import finish, take
from tests.support.photos import ALT, saved, scene, upload

LONG = "A title that is as long as staff can be expected to write one " * 2
# Publishing asks only whether anybody brings the rounds; here the tests do.
BEACON = {"BEACON_RELAYS": ["http://127.0.0.1:1"]}
# Which draws get tickets, and of whom how many.
TICKETS = {
    "alice": {
        **dict.fromkeys(("panorama", "photo_over"), 1),
        **dict.fromkeys(("open", "limit", "won", "prizes", "sent", "void", "off", "drawing", "passed_on"), 1),
        **dict.fromkeys(("lost", "closing", "waiting", "photo", "changed"), 1),
        **{"beacon": 2, "many": 3},
    },
    "bob": {"open": 3, "passed_on": 1, "prizes": 1, "waiting": 2, "beacon": 1, "many": 2},
    "rich": {"full": 2, "lost": 2, "many": 1},
    "busy": {"many": 1},
    "stale": {"many": 1},
}
# Where those shall be that are not open.
STATES = {
    **dict.fromkeys(("drawing", "waiting"), Draw.State.CLOSED),
    **dict.fromkeys(("won", "prizes", "sent", "lost", "many", "passed_on", "beacon"), Draw.State.DRAWN),
    **dict.fromkeys(("void", "nobody", "late"), Draw.State.VOID),
    **{"closing": Draw.State.CLOSING, "off": Draw.State.CANCELLED},
}
# Photos of every shape: what is won, how wide and high the photo is, and what it says to who does not see it.
PHOTOS: dict[str, tuple[dict[str, Any], int, int, str]] = {
    "photo": ({"title": "A red city bicycle with a basket and nine gears"}, 1600, 1200, ALT),
    "tall": (
        {"title": "A lamp", "vip_only": True},
        900,
        1400,
        "A long description of what there is to win " * 5,
    ),
    "panorama": ({"title": "Panorama"}, 2000, 900, ALT),
    "photo_over": ({"title": "A red city bicycle, drawn"}, 1600, 1200, ALT),
}


def make_draws(players: dict[str, User]) -> dict[str, Draw]:
    """All of them, by a short name."""
    late = _frozen_too_late(players["alice"])
    with override_settings(**BEACON):
        draws = {name: publish_draw(new_draft(**given).pk) for name, given in _terms().items()}
    draws |= {"late": late} | {name: _with_photo(*photo) for name, photo in PHOTOS.items()}
    for name, taken in TICKETS.items():
        for draw, count in taken.items():
            take(players[name], draws[draw], count)
    _end(draws)
    _change_text(draws["changed"])
    return draws | {"draft": new_draft()}


def _soon(**more: int) -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(**more)


def _frozen_too_late(player: User) -> Draw:
    """A draw whose list had to be frozen in the second in which it closes, while nobody was at work."""
    with override_settings(FREEZE_WINDOW_SECONDS=0):
        late = publish_draw(
            new_draft(title="Late in the night", draw_time=_soon(seconds=5)).pk, shortest=timedelta(0)
        )
    take(player, late)
    return late


def _terms() -> dict[str, dict[str, Any]]:
    goods = {"prize_amount": 90, "prize_coins": 0}
    return {
        "open": {
            "title": "Lisbon for two, one long weekend",
            "illustration": "tram",
            "max_participants": 100,
        },
        "vip": {"vip_only": True, "illustration": "telescope"},
        "early": {"early_access_until": _soon(minutes=30), "illustration": "bicycle"},
        "dear": {"entry_fee": 900, "title": LONG},
        "steep": {"entry_fee": 30, "illustration": "headphones"},
        "full": {"max_participants": 2, "illustration": "moka"},
        "limit": {"max_per_player": 1, "illustration": "vinyl", "min_participants": 5},
        "changed": {"description": "Two nights near the river.", "prize_details": "Two nights\nThe train"},
        "made": {"title": "A box of letters from the night train", "max_participants": 40},
        "next": {"fairness_mode": "beacon", "illustration": "coins", "title": "The next round"},
        "won": {"illustration": "headphones"},
        "prizes": {**goods, "winner_count": 2, "reserve_count": 1},
        "sent": {"prize_coins": 0, "prize_amount": 45},
        "lost": {"prize_amount": 350, "illustration": "coins"},
        "many": {
            "winner_count": 3,
            "reserve_count": 2,
            "illustration": "vinyl",
            "title": "Three record players",
        },
        "void": {"min_participants": 9},
        "nobody": {"title": "Nobody’s bicycle", "illustration": "bicycle"},
        "off": {"title": LONG},
        "passed_on": {**goods, "reserve_count": 2, "illustration": "vinyl"},
        "drawing": {},
        "closing": {"illustration": "moka", "title": "A moka pot, closing now"},
        # Of another round than the one that the tests bring.
        "waiting": {
            **{"fairness_mode": "beacon", "illustration": "telescope"},
            **{"title": "Waiting for the sky", "draw_time": _soon(hours=2)},
        },
        "beacon": {"fairness_mode": "beacon", "illustration": "tram", "title": "Drawn by the sky"},
    }


def _with_photo(terms: dict[str, Any], width: int, height: int, alt: str) -> Draw:
    draft = new_draft(**terms)
    files = read(upload(saved(scene(width, height))))
    uploads.set_picture(draft.pk, files, alt, actor=None)
    return publish_draw(draft.pk)


def _end(draws: dict[str, Draw]) -> None:
    """Bring each draw to where it shall stay; whatever sweeps the others comes before what must not move."""
    cancel_draw(draws["off"].pk, actor=None, reason="The host withdrew.")
    late = Seal.objects.get(pk=draws["late"].pk)
    wait_until(lambda: database_now().timestamp() > late.freeze_by, "the time to freeze is over")
    _let_the_beacon_draw(draws["beacon"])
    over = ("won", "prizes", "sent", "lost", "many", "void", "nobody", "passed_on", "photo_over")
    finish(*(draws[name] for name in over))
    for name in ("drawing", "waiting"):
        let_close(draws[name])
        close.freeze_draw(draws[name].pk)
    let_close(draws["closing"])
    for name, state in STATES.items():
        draws[name].refresh_from_db()
        assert draws[name].state == state, f"{name} is {draws[name].state}"
    assert draws["late"].void_code == Draw.VoidCode.NOT_FROZEN_IN_TIME


def _let_the_beacon_draw(draw: Draw) -> None:
    let_close(draw)
    close.freeze_draw(draw.pk)
    let_round_come(draw)
    number = Seal.objects.values_list("round", flat=True).get(pk=draw.pk)
    assert number
    rounds.keep(number, signing.sign(signing.DEFAULT_SECRET, number), "the tests")


def _change_text(draw: Draw) -> None:
    add_to_texts(draw.pk, {"description": "Two nights near the harbour."}, actor=None)
