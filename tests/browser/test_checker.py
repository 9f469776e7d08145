"""The browser's checker, document by document: known answers, every change, signatures, garbage."""

import json
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.checking import BEACON, CASES, KNOWN, STEPS, changed, check_many, log_record, proof, voided
from tests.browser.made_draws import made
from tests.support.nightly import at_night

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Where a hash or number that is changed to another of its kind is noticed; the longest name decides.
NOTICED = {
    "draw_id": "seed",
    "open": "open",
    "open.seed_commit": "seed",
    "server_seed": "seed",
    "entries": "entries",
    "freeze": "entries",
    "freeze.freeze_hash": "freeze",
    "beacon": "beacon",
    "winners": "winners",
    "result_hash": "result",
    "log": "log",
}
GARBAGE = {
    "nothing": "",
    "a word": "proof",
    "a list": "[]",
    "a page": "<!doctype html><title>Lucky11</title>",
    "half a document": json.dumps(proof("one ticket"))[:700],
    "two documents": json.dumps(proof("one ticket")) * 2,
    "a deep nest": '{"v":' + "[" * 100_000,
    "a long list": '{"winners":[' + "0," * 1_000_000 + "0]}",
    "a number with an exponent": json.dumps(proof("one ticket")).replace('"total": 1', '"total": 1e0'),
    "a comma too many": json.dumps(proof("one ticket"))[:-1] + ",}",
    "a byte order mark": "\ufeff" + json.dumps(proof("one ticket")),
    "half a character": json.dumps(proof("one ticket")).replace("\\ud83c", "", 1),
}

INHERITED = """async (text) => {
    const { parse } = await import("/static/js/verify/json.js");
    const read = await parse(new TextEncoder().encode(text)).catch((refusal) => refusal.message);
    return [String(({}).planted), read instanceof Map ? "a map" : read];
}"""
STOPWATCH = """() => {
    const file = document.querySelector("[data-file]");
    const ended = new MutationObserver(() => { window.took = performance.now() - window.began; });
    file.addEventListener("change", () => { window.began = performance.now(); });
    ended.observe(document.querySelector("[data-headline]"), { childList: true });
}"""


@pytest.fixture
def window(live_server, visit, draw):
    opened = visit(live_server.url)
    opened.go(f"/draws/{draw.pk}/verify/")
    yield opened
    assert opened.complaints == []


def test_every_known_document_passes_with_its_known_values(window):
    outcomes = check_many(window.page, [json.dumps(case["proof"]) for case in CASES])
    for case, outcome in zip(CASES, outcomes, strict=True):
        document, values = case["proof"], outcome["values"]
        assert (outcome["verdict"], outcome["failed"]) == ("pass", None), case["name"]
        assert values["prk"] == case["prk"]
        assert values["rolls"] == len(case["candidates"])
        assert values["winners"] == document["winners"]
        assert values["root"] == document["freeze"]["root"]
        assert values["heads"] == [record["head"] for record in document["log"]]


# A draw of 100 players has ten times the fields of another.
BY_NIGHT = {"recent round, 100 players, 10 prizes"}
CHANGED = [at_night(name) if name in BY_NIGHT else name for name in (case["name"] for case in CASES)]


@pytest.mark.parametrize("case", CHANGED)
def test_every_change_of_a_field_fails_at_a_named_step(window, case):
    changes = list(changed(proof(case)))
    assert len(changes) > 400
    outcomes = check_many(window.page, [text for _, _, text in changes])
    for (where, what, _), outcome in zip(changes, outcomes, strict=True):
        assert outcome["failed"] in STEPS, f"{where}: {what}"
        if what in ("missing", "doubled", "misnamed", "unknown", "half", "too large"):
            assert outcome["failed"] == "document", f"{where}: {what}"
        if what == "flipped" and outcome["failed"] != "document":
            name = max((name for name in NOTICED if where.startswith(name)), key=len)
            assert outcome["failed"] == NOTICED[name], where


@pytest.mark.parametrize("known", KNOWN["lucky11_draw_v1"]["voids"], ids=lambda known: known["code"])
def test_a_void_draw_passes_and_its_record_cannot_be_changed(window, known):
    document = voided(known)
    changes = [text for where, _, text in changed(document) if where.startswith(("void", "log"))]
    outcomes = check_many(window.page, [json.dumps(document), *changes])
    assert outcomes[0]["verdict"] == "pass", outcomes[0]
    assert outcomes[0]["values"]["void_hash"] == known["record_hash"]
    assert all(outcome["verdict"] == "fail" for outcome in outcomes[1:])


def test_re_draws_pass_on_to_reserves_and_no_further(window):
    once = proof("33 players, four prizes")
    log_record(once, "redraw", KNOWN["lucky11_draw_v1"]["redraw"]["record_hash"])
    twice = json.loads(json.dumps(once))
    log_record(twice, "redraw", "ab" * 32)
    first, second = check_many(window.page, [json.dumps(once), json.dumps(twice)])
    assert first["verdict"] == "pass"
    assert second["failed"] == "log"


def test_a_draw_that_is_not_finished_is_said_to_be_so(window):
    document = proof("five players, one prize") | {"winners": None, "result_hash": None, "beacon": None}
    document["log"].pop()
    (outcome,) = check_many(window.page, [json.dumps(document)])
    assert outcome["failed"] == "document"
    assert "not finished" in outcome["sentences"][0]


def test_what_is_no_document_is_refused_with_a_sentence(window):
    outcomes = check_many(window.page, list(GARBAGE.values()))
    for what, outcome in zip(GARBAGE, outcomes, strict=True):
        assert outcome["failed"] == "document", what
        assert outcome["sentences"][0].endswith("."), what


def test_signatures_are_taken_only_from_the_chain_and_for_their_round(window):
    problems = window.page.evaluate(
        """async ({ rounds, invalid_cases, chains }) => {
            const { signatureProblem } = await import("/static/js/verify/beacon.js");
            const { selfCheck } = await import("/static/js/verify/chains.js");
            const { unhex } = await import("/static/js/verify/bytes.js");
            const known = (name) => ({
                beaconId: chains[name].beacon_id, chainHash: chains[name].chain_hash,
                scheme: chains[name].scheme, period: chains[name].period, genesis: chains[name].genesis_time,
                publicKey: chains[name].public_key, groupHash: chains[name].group_hash,
            });
            for (const name in chains) selfCheck(known(name));
            const problem = ({ chain, round, signature }, more = 0) =>
                signatureProblem(known(chain), round + more, unhex(signature));
            return {
                right: rounds.map((round) => problem(round)),
                next: rounds.map((round) => problem(round, 1)),
                invalid: invalid_cases.map((round) => problem(round)),
            };
        }""",
        BEACON,
    )
    assert problems["right"] == [""] * len(BEACON["rounds"])
    assert all(problems["next"])
    assert all(problems["invalid"])


def test_a_signature_has_one_spelling_only(window):
    known = next(one for one in BEACON["rounds"] if one["round"] == 1000)
    signature = int(known["signature"], 16)
    prime = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
    x = signature & ((1 << 381) - 1)
    others = {
        "other root": signature ^ (1 << 381),
        "not compressed": signature & ~(1 << 383),
        "infinity with a body": signature | (1 << 382),
        "infinity, other sign": (0b111 << 381),
        "x is zero": 1 << 383,
    }
    if x + prime < 1 << 381:
        others["x plus the prime"] = signature + prime
    for what, other in others.items():
        document = proof("five players, one prize")
        document["beacon"]["signature"] = other.to_bytes(48).hex()
        (outcome,) = check_many(window.page, [json.dumps(document)])
        assert outcome["failed"] == "beacon", what


def test_the_pinned_chain_must_have_its_hash(window):
    broken = window.page.evaluate(
        """async () => {
            const { QUICKNET, selfCheck } = await import("/static/js/verify/chains.js");
            selfCheck(QUICKNET);
            try { selfCheck({ ...QUICKNET, publicKey: QUICKNET.publicKey.replace("83cf", "83ce") }); }
            catch (error) { return error.message; }
        }"""
    )
    assert "pinned beacon" in broken


def test_the_tree_is_the_one_of_rfc_6962(window):
    tree = KNOWN["rfc6962"]
    roots = window.page.evaluate(
        """async (leaves) => {
            const { Tree } = await import("/static/js/verify/tree.js");
            const { hex, join, u8, unhex } = await import("/static/js/verify/bytes.js");
            const { sha256 } = await import("/static/vendor/noble/noble.js");
            return leaves.map((_, last) => {
                const tree = new Tree();
                for (const leaf of leaves.slice(0, last + 1)) tree.add(sha256(join(u8(0), unhex(leaf))));
                return hex(tree.root());
            }).concat(hex(new Tree().root()));
        }""",
        tree["leaves_hex"],
    )
    assert roots == [*tree["roots_by_size_from_1"], tree["empty_root"]]


def test_lists_of_every_shape_pass_whoever_holds_the_tickets(window):
    for total in (1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1000):
        chance = random.Random(total)
        texts = [
            json.dumps(made([chance.randrange(players) for _ in range(total)], seed, winners=3, reserves=2))
            for seed, players in enumerate([1, 2, total, 10 * total])
        ]
        assert [outcome["failed"] for outcome in check_many(window.page, texts)] == [None] * 4, total


def test_one_holder_of_nearly_every_ticket_still_leaves_three_winners(window):
    holders = [0] * 100_000
    holders[40_000], holders[70_000], holders[99_999] = 1, 2, 3
    (outcome,) = check_many(window.page, [json.dumps(made(holders, 5, winners=3))])
    assert outcome["verdict"] == "pass"
    assert len(outcome["values"]["winners"]) == 3
    assert outcome["values"]["rolls"] > 10_000


@pytest.mark.nightly
def test_a_million_tickets_are_checked_in_the_browser(window, browser, tmp_path):
    page = window.page
    chance = random.Random(11)
    file = tmp_path / "million.json"
    holders = [chance.randrange(200_000) for _ in range(1_000_000)]
    document = made(holders, 11, winners=7, reserves=3)
    file.write_text(json.dumps(document))
    page.evaluate(STOPWATCH)
    page.locator("[data-file]").set_input_files(file)
    expect(page.locator("[data-headline]")).to_have_text("PASS: every step holds", timeout=600_000)
    shown = page.locator(".verify__places .mini").all_inner_texts()
    assert shown == [f"{index + 1:04}" for index in document["winners"]]
    took = page.evaluate("window.took")
    print(f"\nA million tickets: {file.stat().st_size:,} bytes, {took:,.0f} ms, {_largest(browser):,} kB")


def _largest(browser):
    """The most memory that a process of a page ever held, in kB; 0 where the system does not tell."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    peaks = [0]
    for process in processes:
        status = Path(f"/proc/{process['id']}/status")
        if process["type"] == "renderer" and status.is_file():
            peaks.append(int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]))
    return max(peaks)


@pytest.mark.parametrize("name", ["__proto__", "constructor", "prototype"])
def test_no_document_gives_every_object_a_property(window, name):
    planted, read = window.page.evaluate(INHERITED, json.dumps({name: {"planted": "everywhere"}}))
    assert planted == "undefined"
    assert read == "a map" or "not a draw document" in read
