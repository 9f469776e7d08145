"""Rounds that people carry: files in the watched folder, and the form in the admin."""

import json
import os

import pytest

from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, LogRecord, Round, Seal
from draws.proof.sealed_secrets import secrets_of
from tests.conftest import defects, let_close
from tests.support import signing
from tests.support.beacon_server import OTHER_SECRET, answer
from tests.support.pages import take, words
from tests.support.staff import form_data, logged, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(beacon, make_draw, alice):
    """A frozen beacon draw whose round no relay has."""
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.state == Draw.State.CLOSED
    return draw


@pytest.fixture
def number(waiting):
    return Seal.objects.get(draw=waiting).round


@pytest.fixture
def signature(number):
    return signing.sign(signing.DEFAULT_SECRET, number)


@pytest.fixture
def folder(settings, tmp_path):
    settings.BEACON_FOLDER = str(tmp_path)
    return tmp_path


def left_out(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "draws.beacon.folder"]


FILES = {
    "drand's JSON under any name": ("note.txt", lambda number, signature: answer(number, signature)),
    "the signature, named by its round": ("{number}", lambda number, signature: signature.hex().encode()),
    "the same with an ending": ("{number}.hex", lambda number, signature: signature.hex().encode() + b"\n"),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=list(FILES))
def test_a_round_carried_into_the_folder_decides(waiting, folder, number, signature, name, content):
    (folder / name.format(number=number)).write_bytes(content(number, signature))
    fetch_rounds()
    close_due_draws()
    waiting.refresh_from_db()
    assert waiting.state == Draw.State.DRAWN
    assert Round.objects.get().source == f"file: {name.format(number=number)}"
    assert defects() == []


def test_files_that_hold_no_round_are_left_out_and_said_once(waiting, folder, number, signature, caplog):
    (folder / "half.json").write_bytes(answer(number, signature)[:100])
    (folder / "empty").write_bytes(b"")
    (folder / "big.json").write_bytes(b" " * 20_000_000 + answer(number, signature))
    (folder / "nameless").write_bytes(signature.hex().encode())
    (folder / "forged.json").write_bytes(answer(number, signing.sign(OTHER_SECRET, number)))
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / ".hidden").write_bytes(answer(number, signature))
    for _ in range(3):
        fetch_rounds()
    said = left_out(caplog)
    names = ["big.json", "empty", "forged.json", "half.json", "nameless"]
    assert sorted(line.split()[3] for line in said) == names
    assert not Round.objects.exists()
    (folder / "half.json").write_bytes(answer(number, signature))
    fetch_rounds()
    assert Round.objects.get().source == "file: half.json"
    assert len(left_out(caplog)) == len(names)


def test_a_folder_that_is_not_there_is_said_once(waiting, settings, caplog):
    settings.BEACON_FOLDER = "/nowhere/at/all"
    for _ in range(3):
        fetch_rounds()
    [line] = left_out(caplog)
    assert "/nowhere/at/all" in line


def test_a_round_that_lies_in_the_folder_before_freezing_voids_the_draw(beacon, make_draw, alice, folder):
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    number = Seal.objects.get().round
    (folder / str(number)).write_bytes(signing.sign(signing.DEFAULT_SECRET, number).hex().encode())
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.void_code == Draw.VoidCode.NOT_FROZEN_IN_TIME


# -- the form --


def page(draw):
    return f"/admin/draws/draw/{draw.pk}/round/"


def paste(client, draw, text):
    return client.post(page(draw), form_data(client.get(page(draw)), round=text, reason="No network"))


@pytest.mark.parametrize("kind", ["json", "hex", "HEX"])
def test_staff_paste_a_round_and_the_log_says_who(client, make_player, waiting, number, signature, kind):
    clerk = sign_in_clerk(client, make_player, "draws.view_draw", "draws.paste_round")
    shown = words(client.get(page(waiting)))
    assert f"Round {number}" in shown
    text = {
        "json": answer(number, signature).decode(),
        "hex": signature.hex(),
        "HEX": signature.hex().upper(),
    }
    assert paste(client, waiting, text[kind]).status_code == 302
    assert bytes(Round.objects.get().signature) == signature
    [(who, said)] = logged(waiting)[-1:]
    assert who == clerk.email
    assert f"Pasted round {number}, signature {signature.hex()}. Why: No network" in said
    close_due_draws()
    waiting.refresh_from_db()
    assert waiting.state == Draw.State.DRAWN
    assert "is not waiting for a round" in words(client.get(page(waiting)))


def test_what_is_not_the_round_is_refused_with_a_sentence(client, make_player, waiting, number, signature):
    sign_in_boss(client, make_player)
    turned = bytes([signature[0] ^ 0x20]) + signature[1:]
    cases = {
        "hello": "neither a round in JSON nor a signature",
        answer(number + 1, signature).decode(): f"It is round {number + 1}, but this draw is waiting for",
        answer(number, turned).decode(): "not lucky11-tests's signature",
        signing.sign(OTHER_SECRET, number).hex(): "not lucky11-tests's signature",
        "00" * 48: "Nothing was changed",
        json.dumps({"round": str(number), "signature": signature.hex()}): "no round number",
        json.dumps([1]): "not an object",
        signature.hex()[:-2]: "neither",
        "\ud800": "neither",
    }
    for text, sentence in cases.items():
        response = paste(client, waiting, text.encode("utf-8", "replace").decode())
        assert response.status_code == 400, text
        assert sentence in words(response).replace("&#x27;", "'"), text
    assert not Round.objects.exists()
    assert logged(waiting) == []


@pytest.mark.parametrize("permissions", [["draws.view_draw"], ["draws.view_draw", "draws.publish_draw"]])
def test_only_whoever_may_paste_sees_the_form(client, make_player, waiting, permissions):
    sign_in_clerk(client, make_player, *permissions)
    assert client.get(page(waiting)).status_code == 403
    change = client.get(f"/admin/draws/draw/{waiting.pk}/change/")
    assert "Paste the beacon" not in words(change)


def test_a_draw_that_waits_for_nothing_takes_no_round(client, make_player, draw, make_draft):
    sign_in_boss(client, make_player)
    for other in (draw, make_draft()):
        assert "This draw is not waiting for a round of the beacon." in words(client.get(page(other)))
        client.post(page(other), {"round": "00" * 48, "reason": "x"})
    assert not Round.objects.exists()


# -- choosing the mode --


@pytest.mark.parametrize(("relays", "mode"), [([], "local"), (["https://relay.example"], "beacon")])
def test_a_new_draft_is_a_beacon_draw_where_there_is_a_beacon(client, make_player, settings, relays, mode):
    settings.BEACON_RELAYS = relays
    sign_in_boss(client, make_player)
    form = client.get("/admin/draws/draw/add/")
    assert form.context["adminform"].form["fairness_mode"].value() == mode
    shown = words(form)
    assert "Nobody can predict or influence them, not even you." in shown
    assert "the operator could know or influence the result" in shown


def test_a_draft_in_beacon_mode_without_a_beacon_says_why_it_cannot_open(client, make_player, make_draft):
    sign_in_boss(client, make_player)
    draft = make_draft(fairness_mode="beacon")
    for what in ("change", "publish"):
        assert "No beacon is configured" in words(client.get(f"/admin/draws/draw/{draft.pk}/{what}/"))
    client.post(f"/admin/draws/draw/{draft.pk}/publish/", {"reason": "x", "seen": "x"})
    draft.refresh_from_db()
    assert (draft.state, draft.fairness_mode) == (Draw.State.DRAFT, "beacon")
    assert not LogRecord.objects.exists()


def test_staff_see_the_seal_of_a_waiting_draw_and_its_seed(client, make_player, waiting, number):
    sign_in_boss(client, make_player)
    seal = Seal.objects.get()
    shown = words(client.get(f"/admin/draws/seal/{waiting.pk}/change/"))
    assert secrets_of(seal).server_seed.hex() in shown
    assert f"{number}, published" in shown
    assert secrets_of(seal).entry_secret.hex() not in shown
