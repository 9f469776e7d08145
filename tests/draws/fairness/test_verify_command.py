"""`lucky11_verify.py` as a stranger runs it: one file in an empty folder, a real process, plain answers."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents
from tests.support.known_draws import BEACON_CASES, FIVE, KNOWN, voided_after_freezing

SOURCE = Path(verifier.__file__)
OPENING = BEACON_CASES[1]["opening"]
NUMBER = FIVE["entries"].index(OPENING["ref"]) + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a copy of the checker, and one document."""
    shutil.copy(SOURCE, tmp_path / "lucky11_verify.py")
    (tmp_path / "proof.json").write_bytes(fairness_documents.text(FIVE))
    return tmp_path


def run(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the copy alone: no site packages, no environment, no current folder on its path."""
    command = [sys.executable, "-I", "-W", "error", "lucky11_verify.py", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", **options)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_a_right_document_passes_with_its_winner_in_plain_words(folder):
    done = run(folder, "proof.json")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("  PASS")] == list(verifier.STEPS)
    assert (
        f"  Prize 1:      ticket {FIVE['winners'][0] + 1:>9}  held by {FIVE['entries'][FIVE['winners'][0]]}"
        in lines
    )
    assert lines[-1] == "PASS: everything in the document holds."
    assert lines[0] == f"“{FIVE['open']['terms']['title']}”, beacon draw {FIVE['draw_id']}"
    words = " ".join(done.stdout.split())
    assert all(sentence in words for sentence in verifier.NOT_PROVED)


def test_a_draw_run_by_the_operator_is_labelled(folder):
    local = KNOWN["cases"][-1]["proof"]
    (folder / "proof.json").write_bytes(fairness_documents.text(local))
    done = run(folder, "proof.json")
    assert done.returncode == 0
    assert verifier.LOCAL_LABEL in " ".join(done.stdout.split())
    assert "operator-run draw" in done.stdout.splitlines()[0]


def test_a_changed_document_fails_and_names_the_step(folder):
    (folder / "proof.json").write_bytes(fairness_documents.text({**FIVE, "winners": [3]}))
    done = run(folder, "proof.json")
    assert done.returncode == 1
    assert "FAIL winners" in done.stdout
    assert done.stdout.splitlines()[-1] == "FAIL: step “winners” does not hold. Do not trust this document."
    assert "Prize 1" not in done.stdout


def test_programs_get_one_json_object(folder):
    done = run(folder, "proof.json", "--json")
    found = json.loads(done.stdout)
    assert (found["verdict"], found["failed"], found["values"]["winners"]) == ("pass", None, FIVE["winners"])
    assert [step["name"] for step in found["steps"]] == list(verifier.STEPS)
    (folder / "proof.json").write_bytes(b"{")
    done = run(folder, "proof.json", "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (2, "unreadable")


def test_a_document_comes_through_standard_input_too(folder):
    done = run(folder, "-", input=(folder / "proof.json").read_text("utf-8"))
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.json"], "missing.json cannot be read: No such file or directory."),
        (["."], ". cannot be read: Is a directory."),
        (["empty"], "it is empty."),
        (["garbage"], "This is not a document: it does not begin with a brace."),
        (["cut"], "This is not a whole document: it ends too early."),
        (["large"], "The document has more than 268435456 bytes."),
        (["--log", "garbage"], "This is not a log"),
        (["--log", "missing.json"], "missing.json cannot be read"),
        (["a\x1b[31mb"], r"a\x1b[31mb cannot be read"),
        ([], "name a draw's document"),
        (["proof.json", "--salt", "00" * 32], "--user-id and --salt belong together"),
        (["proof.json", "--witnessed", "12"], "64 digits of hex are needed"),
        (["proof.json", "--ticket", "first"], "invalid int value"),
        (["--log", "log.json", "--ticket", "1"], "need a draw's document"),
        (["-", "--log", "-"], "standard input can be read once only"),
        (["proof.json", "--colour"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_read_exits_with_2_and_a_sentence(folder, arguments, sentence):
    (folder / "empty").touch()
    (folder / "garbage").write_bytes(os.urandom(1024) * 1024)
    (folder / "cut").write_bytes(fairness_documents.text(FIVE)[:-1])
    with (folder / "large").open("wb") as large:
        large.truncate(verifier.MAX_DOCUMENT + 1)
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_hundred_megabytes_of_garbage_are_refused(folder):
    with (folder / "garbage").open("wb") as file:
        file.write(b'{"v":"lucky11-draw/1","entries":[')
        for _ in range(100):
            file.write(bytes(1024 * 1024))
    done = run(folder, "garbage")
    assert done.returncode == 2
    assert "This is not JSON: something else stands at byte 34." in done.stderr


def test_a_closed_pipe_is_no_traceback(folder):
    command = f"{sys.executable} -I lucky11_verify.py proof.json | true"
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_missing_streams_are_no_traceback(folder):
    for redirect in (">&-", "<&- >&-", "2>&-"):
        command = f"{sys.executable} -I lucky11_verify.py proof.json {redirect}"
        done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True)
        assert done.returncode == (0 if redirect == "2>&-" else 2)
        assert "Traceback" not in done.stderr


def test_an_interrupted_check_decides_nothing(folder):
    command = [sys.executable, "-I", "lucky11_verify.py", "-"]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        # More than a pipe holds: once it is written, the checker is reading.
        process.stdin.write("{" + " " * 1_000_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert (process.returncode, output) == (2, "")
    assert errors == "UNREADABLE: Stopped before the end: nothing is decided.\n"


def test_a_large_list_shows_its_progress_on_a_terminal_only(folder):
    published = fairness_documents.crowd(total=50_000, holders=50_000, winners=1, seed=2)
    (folder / "proof.json").write_bytes(fairness_documents.text(published.document))
    screen, terminal = os.openpty()
    command = [sys.executable, "-I", "lucky11_verify.py", "proof.json"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=terminal)
    os.close(terminal)
    shown = b""
    while part := read_screen(screen):
        shown += part
    os.close(screen)
    assert done.returncode == 0
    assert b"entries  49%" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert run(folder, "proof.json").stderr == ""


def read_screen(screen: int) -> bytes:
    """What is left on a pseudo-terminal whose other side is closed."""
    try:
        return os.read(screen, 65536)
    except OSError:
        return b""


def test_a_terminal_that_knows_only_ascii_gets_an_answer(folder):
    command = [sys.executable, "lucky11_verify.py", "proof.json"]
    environment = {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("??mile")


def test_a_reason_cannot_move_the_terminal(folder):
    proof = voided_after_freezing(BEACON_CASES[1], "\x1b[2J\u202eforged\nPASS: all holds")
    (folder / "proof.json").write_bytes(fairness_documents.text(proof))
    done = run(folder, "proof.json")
    assert done.returncode == 0
    assert r"Reason: \x1b[2J\u202eforged\nPASS: all holds" in done.stdout
    assert "\x1b" not in done.stdout


def test_players_find_their_tickets(folder):
    mine = ["--user-id", OPENING["user_id"], "--salt", OPENING["salt"]]
    done = run(folder, "proof.json", "--ticket", str(NUMBER), *mine)
    assert done.returncode == 0
    assert f"You are {OPENING['ref']} in this draw and hold 1 ticket: {NUMBER}." in " ".join(
        done.stdout.split()
    )
    assert run(folder, "proof.json", *mine).returncode == 0
    other = run(folder, "proof.json", "--ticket", str(NUMBER + 1), *mine)
    assert (other.returncode, other.stdout.splitlines()[-1]) == (
        1,
        "FAIL: the answer to your question (“ticket”) is no.",
    )
    assert f"Ticket {NUMBER + 1} is not yours." in other.stdout
    stranger = run(folder, "proof.json", "--user-id", "nobody", "--salt", OPENING["salt"])
    assert stranger.returncode == 1
    assert "No ticket of the list is yours" in stranger.stdout


def test_the_winner_reads_which_prize_it_is(folder):
    (folder / "proof.json").write_bytes(fairness_documents.text(BEACON_CASES[0]["proof"]))
    opening = BEACON_CASES[0]["opening"]
    done = run(folder, "proof.json", "--user-id", opening["user_id"], "--salt", opening["salt"])
    assert "hold 1 ticket: 1. It won prize 1 of 1." in " ".join(done.stdout.split())


@pytest.mark.parametrize("number", ["0", "6", "-1", "99999999999999999999"])
def test_a_ticket_beyond_the_list_is_a_no(folder, number):
    done = run(folder, "proof.json", f"--ticket={number}")
    assert done.returncode == 1
    assert f"There is no ticket {number}: the list has 5 tickets." in done.stdout


def test_a_kept_hash_is_found_or_not(folder):
    kept = {
        FIVE["open"]["open_hash"]: "the open hash",
        FIVE["freeze"]["freeze_hash"].upper(): "the freeze hash",
        FIVE["result_hash"]: "the result hash",
        FIVE["log"][1]["head"]: "the log's head after record 5 (freeze)",
        FIVE["entries"][2]: "the pseudonym of a ticket's holder",
    }
    for digest, name in kept.items():
        done = run(folder, "proof.json", "--witnessed", digest)
        assert done.returncode == 0
        assert f"{digest.lower()} is {name}" in " ".join(done.stdout.split())
    done = run(folder, "proof.json", "--witnessed", "00" * 32)
    assert done.returncode == 1
    assert "is not there: what you kept is of something else." in " ".join(done.stdout.split())


def test_a_void_draw_shows_what_it_hid_to_whoever_has_the_round(folder):
    (folder / "proof.json").write_bytes(fairness_documents.text(voided_after_freezing(BEACON_CASES[1])))
    done = run(folder, "proof.json")
    assert done.returncode == 0
    assert "Void (beacon missing): every ticket is refunded." in done.stdout
    assert "Whom that hit can be computed with round 1000." in " ".join(done.stdout.split())
    done = run(folder, "proof.json", "--round-signature", FIVE["beacon"]["signature"])
    assert done.returncode == 0
    assert "Would have won, had the draw not been void\n  Prize 1:      ticket         3" in done.stdout
    wrong = BEACON_CASES[2]["proof"]["beacon"]["signature"]
    done = run(folder, "proof.json", "--round-signature", wrong)
    assert done.returncode == 1
    assert "is not quicknet's signature of round 1000" in " ".join(done.stdout.split())


def test_a_redraw_is_shown_with_its_places_once_its_reason_is_known(folder):
    published = next(
        one
        for one in fairness_documents.documents(1, 500)
        if [row[2] for row in one.redraws] == ["Under age."] and one.document["open"]["mode"] == "local"
    )
    (folder / "proof.json").write_bytes(fairness_documents.text(published.document))
    failed, reserve, _ = published.redraws[0]
    places = published.document["winners"]
    done = run(folder, "proof.json")
    assert done.returncode == 0
    assert "Which and why is not in the document" in " ".join(done.stdout.split())
    done = run(folder, "proof.json", "--reason", "Under age.")
    assert done.returncode == 0
    assert (
        f"reserve 1, ticket {places[reserve] + 1}, took the prize of place {failed + 1}, "
        f"ticket {places[failed] + 1}. Reason: Under age."
    ) in " ".join(done.stdout.split())
    assert run(folder, "proof.json", "--reason", "Another.").returncode == 1


def test_the_log_is_checked_alone_and_with_a_draw_of_it(folder):
    published, log = fairness_documents.site(11, 12)
    (folder / "log.json").write_bytes(fairness_documents.log_text(log))
    alone = run(folder, "--log", "log.json")
    assert alone.returncode == 0
    said = " ".join(alone.stdout.split())
    assert f"{len(log['records'])} records, none left out" in said
    assert "no hash of the log covers them" in said
    assert run(folder, "--log", "log.json", "--witnessed", log["head"]).returncode == 0
    draw = next(one for one in published if one.chain is None)
    (folder / "proof.json").write_bytes(fairness_documents.text(draw.document))
    both = run(folder, "proof.json", "--log", "log.json")
    assert both.returncode == 0
    assert both.stdout.endswith(
        "PASS: everything in the document holds. It is in the site's log, which holds too.\n"
    )
    log["records"][3]["time"] += 1
    (folder / "log.json").write_bytes(fairness_documents.log_text(log))
    broken = run(folder, "--log", "log.json")
    assert broken.returncode == 1
    assert broken.stdout.endswith("FAIL: the site's log does not hold (step “site log”).\n")
    (folder / "proof.json").write_bytes(fairness_documents.text(FIVE))
    (folder / "log.json").write_bytes(fairness_documents.log_text(fairness_documents.site(11, 12)[1]))
    assert run(folder, "proof.json", "--log", "log.json").returncode == 1


def test_python_three_nine_is_enough_and_nothing_else_is_needed(tmp_path):
    tree = ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 9))
    imports = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert imports <= sys.stdlib_module_names
    vermin = [str(Path(sys.executable).with_name("vermin")), "--no-tips", "--target=3.9-", str(SOURCE)]
    newer = subprocess.run(vermin, capture_output=True, text=True)
    assert newer.returncode == 0, newer.stdout
    control = tmp_path / "control.py"
    control.write_text("import tomllib\n")
    assert subprocess.run([*vermin[:-1], str(control)], capture_output=True).returncode == 1


def test_the_checker_runs_on_the_oldest_python_at_hand(folder):
    for minor in (9, 10, 12, 13, 14):
        python = shutil.which(f"python3.{minor}")
        if python and subprocess.run([python, "--version"], capture_output=True).returncode == 0:
            done = subprocess.run(
                [python, "-I", "lucky11_verify.py", "proof.json"], cwd=folder, capture_output=True, text=True
            )
            assert (done.returncode, done.stderr) == (0, "")
