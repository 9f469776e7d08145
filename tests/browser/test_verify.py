"""The page that checks a draw, as a visitor meets it: by keyboard, by drop, without script, from a folder."""

import json

import pytest
from playwright.sync_api import expect

from draws.lifecycle.cancel import cancel_draw
from draws.models import Winner
from tests.browser.checking import CASES, KNOWN, STEPS, choose, log_record, proof, verdict, voided
from tests.support.pages import finish, take
from tests.support.prizes import pass_on_prize

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FIVE = next(case for case in CASES if case["name"] == "five players, one prize")


@pytest.fixture
def window(live_server, visit, ended):
    opened = visit(live_server.url)
    opened.go(f"/draws/{ended.pk}/verify/")
    yield opened
    assert opened.complaints == []


def test_one_button_repeats_the_draw_and_shows_who_won(live_server, visit, make_draw, make_player):
    draw = make_draw(winner_count=2, reserve_count=1, max_participants=30)
    players = [make_player(f"player{number}") for number in range(4)]
    for count, player in enumerate(players, 1):
        take(player, draw, count)
    finish(draw)
    window = visit(live_server.url, player=players[2])
    page = window.go(f"/draws/{draw.pk}/verify/")
    page.get_by_role("button", name="Check this draw in your browser").click()
    expect(verdict(page)).to_have_text("PASS: every step holds")
    won = Winner.objects.filter(draw=draw).order_by("place").values_list("ticket__ticket_number", flat=True)
    assert page.locator(".verify__places").first.locator(".mini").all_inner_texts() == [
        f"{number:04}" for number in won
    ]
    expect(page.locator("[data-result]")).to_contain_text("Operator-run draw.")
    page.get_by_role("button", name="Find my ticket").click()
    expect(page.locator("[data-mine] [data-answer]")).to_contain_text(
        "Your 3 tickets are in the list: 4, 5, 6."
    )
    assert window.complaints == []


def test_one_button_checks_that_a_draw_was_voided_as_recorded(live_server, visit, make_draw, alice):
    empty, short, off = make_draw(), make_draw(min_participants=5), make_draw()
    take(alice, short)
    take(alice, off)
    cancel_draw(off.pk, actor=None, reason="The host withdrew.")
    finish(empty, short)
    window = visit(live_server.url)
    for draw in (empty, short, off):
        page = window.go(f"/draws/{draw.pk}/verify/")
        page.get_by_role("button", name="Check this draw in your browser").click()
        expect(verdict(page)).to_have_text("PASS: the void record holds")
        draw.refresh_from_db()
        expect(page.locator("[data-result]")).to_contain_text(draw.void_reason)
        would_have_won = page.locator(".verify__places .mini").all_inner_texts()
        assert would_have_won == ([] if draw == empty else ["0001"])
    assert window.complaints == []


def test_what_became_of_a_prize_is_replayed_and_told(live_server, visit, make_draw, alice, bob, settings):
    settings.CLAIM_DAYS = 0
    draw = make_draw(prize_amount=90, reserve_count=1)
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    for place in (0, 1):
        pass_on_prize(Winner.objects.get(draw=draw, place=place).pk)
    first, second = Winner.objects.order_by("place").values_list("ticket__ticket_number", flat=True)
    page = visit(live_server.url).go(f"/draws/{draw.pk}/verify/")
    page.get_by_role("button", name="Check this draw in your browser").click()
    expect(verdict(page)).to_have_text("PASS: every step holds")
    why = "The prize was not claimed in time."
    shown = page.locator("[data-result]")
    expect(shown).to_contain_text(
        f"the prize of ticket {first:04} passed to the next reserve, ticket {second:04}: {why}"
    )
    expect(shown).to_contain_text(f"the prize of ticket {second:04} went to nobody")


def test_a_document_that_opens_no_re_draw_says_so_in_its_headline(window):
    document = proof("33 players, four prizes")
    log_record(document, "redraw", KNOWN["lucky11_draw_v1"]["redraw"]["record_hash"])
    choose(window.page, document)
    expect(verdict(window.page)).to_contain_text("PASS, RE-DRAWS NOT OPENED")


def test_whoever_presses_twice_starts_one_check(window):
    page = window.page
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.locator("[data-check]").evaluate("button => { button.click(); button.click(); }")
    expect(verdict(page)).to_have_text("PASS: every step holds")
    assert [url.rpartition("/")[2] for url in fetched].count("proof.json") == 1


def test_a_site_that_does_not_answer_is_said_plainly(window):
    page = window.page
    page.context.set_offline(True)
    page.locator("[data-check]").click()
    expect(page.locator("[data-problem]")).to_contain_text("could not be downloaded")
    expect(page.locator("[data-problem]")).to_be_focused()
    page.context.set_offline(False)
    page.locator("[data-check]").click()
    expect(verdict(page)).to_have_text("PASS: every step holds")
    window.complaints.clear()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_known_document_passes_and_shows_its_winning_tickets(window, case):
    page, document = window.page, case["proof"]
    choose(page, document)
    expect(verdict(page)).to_have_text("PASS: every step holds")
    numbers = [f"{index + 1:04}" for index in document["winners"]]
    assert page.locator(".verify__places .mini").all_inner_texts() == numbers
    expect(page.locator("[data-step][data-verdict=pass]")).to_have_count(len(STEPS))
    expect(page.locator("[data-limit-list] li")).to_have_count(4)
    operator_run = page.get_by_text("the operator could know or influence the result.", exact=False)
    assert page.locator("[data-result]").get_by_text("Operator-run draw.").count() == (
        document["open"]["mode"] == "local"
    )
    assert operator_run.count() > 0 or document["open"]["mode"] == "beacon"


def test_a_changed_winner_fails_by_name_and_the_page_stays_usable(window):
    page = window.page
    choose(page, proof("five players, one prize") | {"winners": [1]})
    expect(verdict(page)).to_have_text("FAIL at the step “winners”")
    expect(page.locator("[data-step=winners]")).to_contain_text("Does not hold")
    expect(page.locator("[data-step=log]")).to_contain_text("Not looked at")
    expect(page.locator("[data-look]")).to_be_hidden()
    choose(page, FIVE["proof"])
    expect(page.locator("[data-headline]")).to_have_text("PASS: every step holds")


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b'{"v":1}'], ids=repr)
def test_a_wrong_file_is_refused_with_a_sentence_and_the_next_one_is_checked(window, body):
    page = window.page
    choose(page, body, "holiday.png")
    expect(verdict(page)).to_have_text("FAIL at the step “document”")
    choose(page, FIVE["proof"])
    expect(page.locator("[data-headline]")).to_have_text("PASS: every step holds")


@pytest.mark.parametrize(
    ("megabytes", "sentence"), [(100, "This is not a draw document"), (257, "larger than 256 MB")]
)
def test_a_huge_file_is_refused(window, tmp_path, megabytes, sentence):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    window.page.locator("[data-file]").set_input_files(huge)
    expect(verdict(window.page)).to_have_text("FAIL at the step “document”")
    expect(window.page.locator("[data-result]")).to_contain_text(sentence)


def test_a_file_can_be_dropped_on_the_page(window):
    page = window.page
    files = page.evaluate_handle(
        """text => {
            const files = new DataTransfer();
            files.items.add(new File([text], "proof.json"));
            return files;
        }""",
        json.dumps(FIVE["proof"]),
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": files})
    page.dispatch_event("main", "drop", {"dataTransfer": files})
    expect(verdict(page)).to_have_text("PASS: every step holds")


def test_the_keyboard_alone_is_enough(window, tmp_path):
    page, opening = window.page, FIVE["opening"]
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(FIVE["proof"]))

    # The browser asks us instead of showing its dialogue from here on.
    page.on("filechooser", lambda chooser: None)

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab does not lead to {selector}")

    tab_to("[data-check]")
    tab_to("[data-file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    expect(verdict(page)).to_have_text("PASS: every step holds")
    for name in ("user_id", "salt"):
        tab_to(f"[name={name}]")
        page.keyboard.type(opening[name])
    page.keyboard.press("Enter")
    place = FIVE["proof"]["entries"].index(opening["ref"]) + 1
    expect(page.locator("[data-mine] [data-answer]")).to_contain_text(f"Your ticket is in the list: {place}.")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_player_finds_every_ticket_of_theirs_and_no_other(window, case):
    page, opening, entries = window.page, case["opening"], case["proof"]["entries"]
    choose(page, case["proof"])
    verdict(page)
    page.get_by_label("Player number").fill(opening["user_id"])
    page.get_by_label("Salt").fill(opening["salt"].upper())
    page.get_by_role("button", name="Find my ticket").click()
    mine = [str(i + 1) for i, ref in enumerate(entries) if ref == opening["ref"]]
    answer = page.locator("[data-mine] [data-answer]")
    expect(answer).to_contain_text(f"in the list: {', '.join(mine)}.")
    page.get_by_label("Player number").fill("somebody else")
    page.get_by_role("button", name="Find my ticket").click()
    expect(answer).to_contain_text("No ticket in the list has your reference")
    page.get_by_label("Salt").fill("salt")
    page.get_by_role("button", name="Find my ticket").click()
    expect(answer).to_contain_text("Enter the salt: 64 characters")


def test_a_hash_somebody_kept_is_found_or_not(window):
    page, document = window.page, FIVE["proof"]
    choose(page, document)
    verdict(page)
    kept = {
        document["open"]["open_hash"]: "Yes. It is the seal of the opening record.",
        document["freeze"]["freeze_hash"].upper(): "Yes. It is the hash of the frozen list’s record.",
        document["log"][2]["head"]: "Yes. It is the head of the site’s log after record 6 (result).",
        document["entries"][3]: "Yes. It is the reference on ticket 4.",
        "ab" * 32: "No. The document does not hold this hash.",
        "ab": "Enter a hash: 64 characters",
    }
    for hash_, answer in kept.items():
        page.get_by_label("Hash", exact=True).fill(f" {hash_} ")
        page.get_by_role("button", name="Look for it").click()
        expect(page.locator("[data-kept] [data-answer]")).to_contain_text(answer)


def test_with_the_round_anyone_sees_whom_a_voiding_hit(window):
    page = window.page
    known = next(void for void in KNOWN["lucky11_draw_v1"]["voids"] if void["freeze_hash"])
    choose(page, voided(known))
    expect(verdict(page)).to_have_text("PASS: the void record holds")
    beacon = proof("one ticket")["beacon"]
    page.get_by_label("Round").fill(str(beacon["round"]))
    page.get_by_label("Signature").fill("00" * 48)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-step=winners]")).to_contain_text("not a compressed point")
    page.get_by_label("Signature").fill(beacon["signature"])
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-result]")).to_contain_text(
        "Tickets that would have won if the draw had not been voided"
    )
    assert page.locator(".verify__places .mini").all_inner_texts() == ["0001"]


def test_a_draw_that_is_not_finished_shows_what_is_sealed_so_far(live_server, visit, draw):
    window = visit(live_server.url)
    page = window.go(f"/draws/{draw.pk}/verify/")
    expect(page.get_by_role("heading", name="This draw is not finished")).to_be_visible()
    expect(page.locator("main")).to_contain_text(bytes(draw.seal.open_hash).hex())
    expect(page.locator("[data-check]")).to_have_count(0)
    choose(page, FIVE["proof"])
    expect(verdict(page)).to_have_text("PASS: every step holds")
    assert window.complaints == []
