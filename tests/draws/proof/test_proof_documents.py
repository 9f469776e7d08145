"""The proof of a draw, as a stranger downloads it: whole and exact in every state, secrets only when due."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.privacy.account_deletion import delete_account
from draws import fairness
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, draw_winners, freeze_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Seal
from draws.notifications.sweeps import send_list_fingerprints, send_receipts, send_results
from draws.proof import documents, sealed_secrets
from draws.proof.public_seals import pseudonym_of
from draws.proof.seals import ref_of
from tests.accounts.privacy.leaver import everywhere
from tests.conftest import let_close, let_round_come
from tests.support.beacon_draws import let_the_round_stay_away
from tests.support.pages import finish, signed_in, take
from tests.support.prizes import at_place, everything_about, pass_on_prize, won
from tests.support.proofs import body, document, fetch

pytestmark = pytest.mark.django_db

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "fairness_vectors.json").read_text())
CASES = VECTORS["lucky11_draw_v1"]["cases"]
EXAMPLE, BEACON_EXAMPLE = (
    next(case["proof"] for case in CASES if case["proof"]["open"]["mode"] == mode)
    for mode in ("local", "beacon")
)


def shape(value):
    """The keys of a document in their order, all the way down, and of a list its first member."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value)


def shape_of(example):
    """The shape of a known answer of version 1 in version 1.1."""
    terms = example["open"]["terms"] | {"claim_days": 14, "disqualify": 1}
    opened = example["open"] | {"terms": terms}
    return shape(example | {"open": opened, "listed": None, "passes": []})


def secrets_of(draw):
    seal = Seal.objects.get(pk=draw.pk)
    found = sealed_secrets.secrets_of(seal)
    return found.server_seed.hex(), found.entry_secret.hex()


def test_a_drawn_draw_has_the_form_of_the_known_answers(alice, bob, make_draw):
    draw = make_draw(winner_count=2)
    take(alice, draw, 2)
    take(bob, draw)
    finish(draw)
    assert shape(document(draw)) == shape_of(EXAMPLE)


def test_a_drawn_draw_says_what_anyone_computes(alice, bob, draw):
    take(alice, draw, 2)
    take(bob, draw)
    finish(draw)
    proof, seal = document(draw), Seal.objects.get(pk=draw.pk)
    refs = [ref_of(seal, owner.pk) for owner in (alice, alice, bob)]
    assert proof["entries"] == [ref.hex() for ref in refs]
    root, seed = fairness.ticket_root(refs), bytes.fromhex(proof["server_seed"])
    frozen = fairness.freeze_hash(
        fairness.Mode.LOCAL, bytes.fromhex(proof["open"]["open_hash"]), root, 3, None
    )
    assert proof["freeze"] == {"root": root.hex(), "total": 3, "freeze_hash": frozen.hex()}
    key = fairness.pick_key(fairness.Mode.LOCAL, frozen, b"", seed)
    policy = fairness.Policy.from_label(proof["open"]["policy"])
    assert proof["winners"] == fairness.pick_winners(key, refs, winners=1, reserves=0, policy=policy)
    assert fairness.seed_commit(bytes.fromhex(proof["draw_id"]), seed).hex() == proof["open"]["seed_commit"]
    assert proof["open"]["terms"]["title"] == draw.title
    assert [record["kind"] for record in proof["log"]] == ["open", "freeze", "result"]
    assert proof["log"][2]["record_hash"] == proof["result_hash"]


def test_what_has_not_come_to_be_is_null(alice, draw):
    take(alice, draw)
    later = (
        *("server_seed", "entries", "freeze", "beacon", "winners", "result_hash", "void"),
        *("listed", "passes"),
    )
    proof = document(draw)
    assert [key for key, value in proof.items() if value is None] == list(later)
    let_close(draw)
    freeze_draw(draw.pk)
    proof = document(draw)
    assert [key for key, value in proof.items() if value is None] == [
        key for key in later if key not in ("entries", "freeze")
    ]
    assert len(proof["entries"]) == proof["freeze"]["total"] == 1


def test_a_beacon_draw_shows_its_seed_at_freezing_and_the_round_with_the_result(alice, beacon, make_draw):
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    seed, entry_secret = secrets_of(draw)
    sealed, opened = Seal.objects.get(pk=draw.pk), document(draw)
    assert opened["open"]["mode"] == "beacon"
    assert opened["open"]["beacon"] == {
        "chain_hash": bytes(sealed.chain_hash).hex(),
        "scheme": sealed.scheme,
        "round": sealed.round,
    }
    assert (opened["server_seed"], opened["beacon"]) == (None, None)
    let_close(draw)
    freeze_draw(draw.pk)
    frozen = document(draw)
    assert (frozen["server_seed"], frozen["beacon"], frozen["winners"]) == (seed, None, None)
    let_round_come(draw)
    sealed.refresh_from_db()
    signature = beacon.release(sealed.round)
    fetch_rounds()
    close_due_draws()
    drawn = document(draw)
    assert drawn["beacon"] == {"round": sealed.round, "signature": signature.hex()}
    assert drawn["winners"] == [0]
    assert shape(drawn) == shape_of(BEACON_EXAMPLE)
    assert entry_secret not in json.dumps([opened, frozen, drawn])


def test_a_void_draw_says_why_and_shows_its_list_and_seed(alice, bob, make_draw):
    draw = make_draw(min_participants=5)
    take(alice, draw)
    take(bob, draw)
    seed, entry_secret = secrets_of(draw)
    finish(draw)
    text = fetch(f"/draws/{draw.pk}/proof.json").decode()
    proof = json.loads(text)
    assert proof["void"]["code"] == "below_minimum"
    assert proof["void"]["reason"] == "Too few tickets were taken: 2, and the draw needed 5."
    assert proof["void"]["record_hash"] == proof["log"][-1]["record_hash"]
    assert (proof["freeze"], proof["winners"], proof["server_seed"]) == (None, None, seed)
    assert proof["entries"] == [ref_of(Seal.objects.get(), player.pk).hex() for player in (alice, bob)]
    root = fairness.ticket_root(map(bytes.fromhex, proof["entries"]))
    assert proof["listed"] == {"root": root.hex(), "total": 2}
    assert entry_secret not in text


def test_a_void_draw_without_tickets_keeps_its_secret(draw):
    seed, _ = secrets_of(draw)
    finish(draw)
    text = fetch(f"/draws/{draw.pk}/proof.json").decode()
    proof = json.loads(text)
    assert (proof["entries"], proof["listed"], proof["server_seed"]) == (None, None, None)
    assert seed not in text


def test_a_void_after_freezing_leaves_list_and_seed_public(alice, beacon, make_draw):
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    freeze_draw(draw.pk)
    let_the_round_stay_away(draw)
    seed, _ = secrets_of(draw)
    proof = document(draw)
    assert proof["server_seed"] == seed
    assert len(proof["entries"]) == 1
    assert [record["kind"] for record in proof["log"]] == ["open", "freeze", "void"]


def test_a_cancelled_draw_carries_the_reason_in_any_letters(draw):
    cancel_draw(draw.pk, reason='“Fermé” \\ "zu" 🎟')
    assert document(draw)["void"]["reason"] == '“Fermé” \\ "zu" 🎟'


def test_a_prize_passed_on_adds_its_record_and_changes_nothing_else(make_draw, make_player):
    players = [make_player(name) for name in ("ada", "ben", "cleo")]
    winner = won(make_draw, players, reserve_count=2)
    before = document(winner.draw)
    pass_on_prize(winner.pk)
    after = document(winner.draw)
    assert after["log"][:-1] == before["log"]
    assert after["log"][-1]["kind"] == "redraw"
    assert {**after, "log": None, "passes": []} == {**before, "log": None}
    reason = "The prize was not claimed in time."
    assert after["passes"] == [{"from": 0, "to": 1, "code": "not_claimed", "reason": reason}]


def test_the_seed_is_on_no_page_before_the_result(alice, bob, draw):
    take(alice, draw)
    seed, entry_secret = secrets_of(draw)
    paths = ("", "proof.json", "tickets/", "tickets.txt")

    def seen():
        pages = [Client().get(f"/draws/{draw.pk}/{path}") for path in paths]
        pages += [Client().get("/log.json"), Client().get("/log/"), Client().get("/")]
        return b"".join(body(page) for page in pages).decode()

    assert seed not in seen()
    let_close(draw)
    freeze_draw(draw.pk)
    assert seed not in seen()
    draw_winners(draw.pk)
    assert seed in seen()
    assert entry_secret not in seen()


def test_no_message_or_mail_ever_carries_a_secret(alice, bob, make_draw):
    draw = make_draw(prize_amount=90, reserve_count=1)
    take(alice, draw)
    take(bob, draw)
    seed, entry_secret = secrets_of(draw)
    finish(draw)
    for send in (send_receipts, send_list_fingerprints, send_results):
        send()
    pass_on_prize(at_place(0).pk)
    said = everything_about("messages") + everything_about("outbox_emails")
    assert document(draw)["freeze"]["freeze_hash"] in said
    assert [secret for secret in (seed, entry_secret) if secret in said] == []
    assert signed_in(alice).get(f"/admin/draws/seal/{draw.pk}/change/").status_code in (302, 403)


def test_a_salt_is_stored_in_copies_of_emails_alone_and_nobody_gets_it_once_the_account_is_gone(
    alice, bob, draw
):
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    for send in (send_receipts, send_list_fingerprints, send_results):
        send()
    client, mine = signed_in(alice), pseudonym_of(alice, draw.pk)
    assert mine.salt in client.get(f"/draws/{draw.pk}/").content.decode()
    assert set(everywhere(mine.salt)) == {"outbox_emails.text", "outbox_emails.html"}
    delete_account(alice.pk)
    assert everywhere(mine.salt) == []
    assert mine.salt not in client.get(f"/draws/{draw.pk}/").content.decode()
    assert mine.ref in document(draw)["entries"], "the list stays as it is"
    stored = "stand in the emails about your tickets and in our copies of these, and nowhere else"
    assert stored in " ".join(fetch("/privacy/").decode().split())


def test_drafts_and_unknown_draws_have_no_documents(make_draft):
    for number in (make_draft().pk, 999, 2**40):
        for path in ("proof.json", "tickets/", "tickets.txt"):
            response = Client().get(f"/draws/{number}/{path}")
            assert response.status_code == 404
            assert "There is no such draw" in response.content.decode()


def test_the_list_is_text_with_a_line_a_ticket(alice, bob, draw):
    assert Client().get(f"/draws/{draw.pk}/tickets.txt").status_code == 404
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    lines = fetch(f"/draws/{draw.pk}/tickets.txt").decode().splitlines()
    assert lines == [f"{n} {ref}" for n, ref in enumerate(document(draw)["entries"], 1)]


def test_who_has_the_newest_document_is_not_sent_it_again(alice, bob, make_draw):
    draw = make_draw(prize_amount=90, reserve_count=1)
    take(alice, draw)
    take(bob, draw)
    path = f"/draws/{draw.pk}/proof.json"
    first = Client().get(path)
    assert first["Content-Type"] == "application/json"
    assert first["Content-Disposition"] == f'attachment; filename="lucky11-draw-{draw.pk}.json"'
    known = {"headers": {"If-None-Match": first["ETag"]}}
    assert Client().get(path, **known).status_code == 304
    assert "no-cache" in first["Cache-Control"]
    finish(draw)
    second = Client().get(path, **known)
    assert second.status_code == 200
    assert "no-cache" in second["Cache-Control"], "the prize can still be passed on"
    pass_on_prize(at_place(0).pk)
    pass_on_prize(at_place(1).pk)
    last = Client().get(path)
    assert len({first["ETag"], second["ETag"], last["ETag"]}) == 3
    assert "max-age" in last["Cache-Control"]
    assert body(Client().head(path)) == b""


def test_a_draw_that_closes_while_its_document_streams_does_not_change_it(alice, draw):
    take(alice, draw)
    let_close(draw)
    freeze_draw(draw.pk)
    stream = documents.proof_of(draw.pk).stream()
    begun = next(stream)
    close_due_draws()
    proof = json.loads(begun + b"".join(stream))
    assert (proof["winners"], proof["server_seed"]) == (None, None)
    assert [record["kind"] for record in proof["log"]] == ["open", "freeze"]
    assert document(draw)["winners"] == [0]


def test_the_facts_of_a_document_are_read_by_one_statement(alice, draw):
    take(alice, draw)
    finish(draw)
    with CaptureQueriesContext(connection) as captured:
        documents.proof_of(draw.pk)
    assert len(captured) == 1


def test_the_program_that_the_site_draws_with_can_be_downloaded():
    response = Client().get("/verify/lucky11_verify.py")
    assert response["Content-Type"] == "text/x-python"
    assert "attachment" in response["Content-Disposition"]
    module = Path(fairness.__file__).with_name("lucky11_verify.py")
    assert body(response) == module.read_bytes()
