"""A stranger downloads the program, a draw's proof and the log over HTTP, and finds that everything holds."""

import json
import re
import resource
import subprocess
import sys
import time
import tracemalloc
import urllib.request

import pytest
from django.db import connection

from draws.beacon import chain
from draws.fairness import QUICKNET
from draws.fairness import lucky11_verify as verifier
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, draw_winners, freeze_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.lifecycle.settle import settle_draw
from draws.models import Draw, LogRecord, Seal, Winner
from draws.notifications.about import LOCAL_LABEL
from draws.proof import documents
from draws.proof.seals import ref_of
from tests.conftest import let_close, let_round_come, unguarded
from tests.support import signing
from tests.support.beacon_draws import let_the_round_stay_away
from tests.support.pages import finish, signed_in, take
from tests.support.prizes import pass_on_prize
from tests.support.proofs import fetch

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stranger(live_server, tmp_path):
    """Downloads files of the site into an empty folder and runs the downloaded checker over them."""

    def download(path, name):
        with urllib.request.urlopen(live_server.url + path, timeout=600) as answer:
            (tmp_path / name).write_bytes(answer.read())

    def run(*arguments):
        command = [sys.executable, "-I", "lucky11_verify.py", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=3000)

    def check(draw, *arguments):
        download(f"/draws/{draw.pk}/proof.json", "proof.json")
        return run("proof.json", *arguments)

    download("/verify/lucky11_verify.py", "lucky11_verify.py")
    check.download, check.run, check.folder = download, run, tmp_path
    return check


def passes(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


@pytest.fixture
def site(make_draw, make_player, alice, bob, settings, monkeypatch):
    """Draws in every state, Alice with a ticket in each but the empty one; one waited for a beacon."""
    settings.BEACON_RELAYS = ["http://127.0.0.1:1"]
    # Nobody moves the log's clock: a prize is lost at once.
    settings.CLAIM_DAYS = 0
    monkeypatch.setattr(chain, "CHAIN", QUICKNET)
    draws = {
        "open": make_draw(title="Open “now” 🎟"),
        "frozen": make_draw(),
        "drawn": make_draw(winner_count=2, prize_policy="one_prize_per_ticket"),
        "passed on": make_draw(prize_amount=90, reserve_count=2),
        "cancelled": make_draw(),
        "below the minimum": make_draw(min_participants=9),
        "void after freezing": make_draw(fairness_mode="beacon"),
        "empty": make_draw(),
    }
    cleo = make_player("cleo", coins=500)
    for name, draw in draws.items():
        for player in (alice, bob, cleo) if name != "empty" else ():
            take(player, draw)
    cancel_draw(draws["cancelled"].pk, reason='The host said “no”, \\ and "why".')
    for name in ("void after freezing", "frozen"):
        let_close(draws[name])
        freeze_draw(draws[name].pk)
        if name != "frozen":
            let_the_round_stay_away(draws[name])
    for name in ("drawn", "passed on", "below the minimum", "empty"):
        let_close(draws[name])
        freeze_draw(draws[name].pk)
        draw_winners(draws[name].pk)
    for draw in draws.values():
        settle_draw(draw.pk)
    pass_on_prize(Winner.objects.get(draw=draws["passed on"], place=0).pk)
    return draws


def test_the_documents_of_every_state_and_the_log_pass(site, stranger):
    stranger.download("/log.json", "log.json")
    for name, draw in site.items():
        done = stranger(draw, "--log", "log.json")
        if name in ("open", "frozen"):
            assert (done.returncode, "The draw is not finished" in done.stdout) == (1, True)
            continue
        said = passes(done)
        assert (str(LOCAL_LABEL) in said) == (draw.fairness_mode == Draw.Mode.LOCAL), name
        listed = name in ("cancelled", "below the minimum")
        assert ("Would have won, had the draw not been void" in said) == listed, name
        assert ("took the prize of place 1" in said) == (name == "passed on")
    passes(stranger.run("--log", "log.json"))


def test_a_player_finds_their_ticket_and_the_hash_they_kept(stranger, alice, bob, draw):
    take(bob, draw)
    take(alice, draw)
    let_close(draw)
    opening = bytes(Seal.objects.get(pk=draw.pk).open_hash).hex()
    close_due_draws()
    page = signed_in(alice).get(f"/draws/{draw.pk}/").content.decode()
    page = " ".join(page.split())
    command = r'<code translate="no">\s?python3 lucky11_verify.py lucky11-draw-\d+.json ([^<]*)</code>'
    line = re.search(command, page)[1]
    said = passes(stranger(draw, *line.split(), "--witnessed", opening))
    assert "in this draw and hold 1 ticket: 2." in said
    other = line.replace("--ticket 2", "--ticket 1").split()
    assert stranger(draw, *other).returncode == 1
    assert stranger(draw, "--witnessed", "00" * 32).returncode == 1


def test_a_document_that_somebody_changed_fails(stranger, alice, draw):
    take(alice, draw)
    finish(draw)
    stranger.download(f"/draws/{draw.pk}/proof.json", "proof.json")
    proof = json.loads((stranger.folder / "proof.json").read_text())
    proof["open"]["terms"]["prize_coins"] += 1
    (stranger.folder / "proof.json").write_text(json.dumps(proof))
    done = stranger.run("proof.json")
    assert (done.returncode, "open" in done.stdout + done.stderr) == (1, True)


def test_the_documents_of_a_beacon_draw_pass(beacon, make_draw, alice, bob, settings):
    settings.CLAIM_DAYS = 0
    # The program itself accepts the real beacon only, whose rounds nobody can sign.
    chain = signing.beacon_chain()
    draw = make_draw(fairness_mode="beacon", reserve_count=1, prize_amount=50)
    for player in (alice, bob):
        take(player, draw)

    def check(unfinished=False):
        report = verifier.check(fetch(f"/draws/{draw.pk}/proof.json"), chain=chain)
        assert report.failed == ("document" if unfinished else None), report
        assert not unfinished or "not finished" in report.steps[0].sentence

    check(unfinished=True)
    let_close(draw)
    fetch_rounds()
    check(unfinished=True)
    let_round_come(draw)
    beacon.release(Seal.objects.get(pk=draw.pk).round)
    fetch_rounds()
    close_due_draws()
    check()
    pass_on_prize(Winner.objects.get(draw=draw, place=0).pk)
    check()
    pass_on_prize(Winner.objects.get(draw=draw, place=1).pk)
    check()
    assert LogRecord.objects.last().kind == "lapse"
    assert verifier.check_log(fetch("/log.json")).failed is None


TICKETS, PLAYERS, BATCH = 1_000_000, 2_000, 100
# A payment buys 100 tickets of one player, and the players take turns.
MANY_TICKETS = """
    WITH turns AS (SELECT g AS turn, u.id AS player FROM generate_series(0, %(turns)s - 1) g
                   JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM users
                         WHERE email LIKE 'crowd-%%') u ON u.nth = g %% %(players)s),
    paid AS (INSERT INTO transactions (user_id, type, amount, balance_after, user_seq, idempotency_key,
                                       reference, hash)
             SELECT player, 'entry', -%(batch)s, 0, 10 + turn, 'crowd:' || turn, 'draw:' || %(draw)s, ''
             FROM turns RETURNING id, user_id, idempotency_key)
    INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id)
    SELECT p.user_id, %(draw)s, split_part(p.idempotency_key, ':', 2)::integer * %(batch)s + n, p.id
    FROM paid p CROSS JOIN generate_series(1, %(batch)s) n
"""


@pytest.mark.nightly
@pytest.mark.plants_defects
def test_a_million_tickets_are_frozen_drawn_published_downloaded_and_checked(make_draw, stranger, capsys):
    draw = make_draw(
        entry_fee=1, max_participants=TICKETS, max_per_player=TICKETS, winner_count=3, reserve_count=7
    )
    with unguarded() as cursor:
        cursor.execute(
            """INSERT INTO users (id, email, password)
               SELECT md5(n::text), 'crowd-' || n || '@lucky11.example', '!' FROM generate_series(1, %s) n""",
            [PLAYERS],
        )
        cursor.execute(
            MANY_TICKETS,
            {"turns": TICKETS // BATCH, "players": PLAYERS, "batch": BATCH, "draw": draw.pk},
        )
        cursor.execute("UPDATE draws SET current_participants = %s WHERE id = %s", [TICKETS, draw.pk])
        cursor.execute("ANALYZE participations")
    let_close(draw)
    figures = {}

    def measured(name, act):
        begun = time.monotonic()
        result = act()
        figures[name] = time.monotonic() - begun
        return result

    assert measured("freeze", lambda: freeze_draw(draw.pk))
    assert measured("draw", lambda: draw_winners(draw.pk))
    size = measured("write the document", lambda: sum(map(len, documents.proof_of(draw.pk).stream())))
    tracemalloc.start()
    largest = max(map(len, documents.proof_of(draw.pk).stream()))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    done = measured("download and check", lambda: stranger(draw))
    passes(done)
    text = measured("write the list", lambda: sum(map(len, documents.list_as_text(draw.pk))))
    seal = Seal.objects.get(pk=draw.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id FROM participations WHERE draw_id = %s AND ticket_number = 777777", [draw.pk]
        )
        holder = cursor.fetchone()[0]
    ref = ref_of(seal, holder).hex()
    page = measured("find a pseudonym", lambda: fetch(f"/draws/{draw.pk}/tickets/?find={ref}").decode())
    assert f"{TICKETS // PLAYERS} tickets with this pseudonym" in page
    assert size < 256 * 2**20
    assert held < 8 * 2**20, "in memory is one part of the list at a time"
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with capsys.disabled():
        print(f"\ndocument {size:,} bytes, list {text:,} bytes, largest piece {largest:,} bytes")
        print(f"the site held at most {held:,} bytes while it wrote the document")
        print(f"checker: at most {memory} MiB; " + ", ".join(f"{k} {v:.1f} s" for k, v in figures.items()))
