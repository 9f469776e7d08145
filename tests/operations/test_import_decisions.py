"""Every row that needs a decision is reported, and is decided by a file, as a whole, once."""

import csv
import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from draws.models import OldTicket
from ledger.models import Transaction
from lucky11.importing.rules import RULES, code_of
from lucky11.models import OperationRun
from tests.conftest import defects
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]


@pytest.fixture
def site(db: None) -> Iterator[str]:
    with old_site(Shape()) as url:
        yield url


def imported(url: str, *options: str) -> tuple[int, str]:
    """The exit code and the output of an import."""
    out = io.StringIO()
    try:
        call_command("import_lucky11", url, *options, stdout=out)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue()
    return 0, out.getvalue()


def rows_of(folder: Path) -> list[dict[str, str]]:
    """The rows of a report, after a look that both files say the same."""
    with (folder / "rows.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    array: list[dict[str, str]] = json.loads((folder / "rows.json").read_text())
    assert [row["id"] for row in found] == [row["id"] for row in array]
    return array


def reported(url: str, folder: Path, *options: str) -> list[dict[str, str]]:
    imported(url, "--report", str(folder), *options)
    return rows_of(folder)


def decided(rows: list[dict[str, str]], path: Path, decisions: dict[tuple[str, str], str]) -> Path:
    """The rows as a file with these decisions, by code and id; `*` stands for every id."""
    for row in rows:
        code = row["code"]
        row["decision"] = decisions.get((code, row["id"]), decisions.get((code, "*"), ""))
    if path.suffix == ".json":
        path.write_text(json.dumps(rows))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return path


def refused(url: str, path: Path) -> str:
    before = written(whole=True)
    with pytest.raises(CommandError) as refusal:
        imported(url, "--apply", "--decisions", str(path))
    assert written(whole=True) == before
    assert not OperationRun.objects.filter(kind="import_decisions").exists()
    assert refusal.value.returncode == 1
    return str(refusal.value)


ALL = {
    ("balance-differs", "*"): "leave",
    ("balance-differs", str(FIRST + 4)): "settle",
    ("draw-not-drawn", "*"): "leave",
    ("draw-not-drawn", "19"): "refund",
    ("transaction-held-back", "*"): "leave",
}


def test_the_report_has_every_row_and_only_its_owner_can_read_it(site, tmp_path):
    rows = reported(site, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    for kind, found in summary["found"].items():
        assert sum(row["code"] == code_of(kind) for row in rows) == found["count"], kind
    held = next(row for row in rows if row["code"] == "transaction-held-back")
    assert held == {
        "table": "transactions",
        "id": str(5000000 + FIRST + 16),
        "code": "transaction-held-back",
        "needed": "yes",
        "values": f"-100000 of player {FIRST + 16}",
        "without_decision": RULES["transaction held back"].rule,
        "possible": "leave",
        "decision": "",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["decided.csv", "decided.json"])
def test_a_file_decides_each_row_and_the_import_is_clean(site, tmp_path, name):
    path = decided(reported(site, tmp_path), tmp_path / name, ALL)
    dry = imported(site, "--decisions", str(path))
    assert dry[0] == 0
    assert User.objects.count() == 0
    code, said = imported(site, "--apply", "--decisions", str(path))
    assert (code, said.splitlines()[-1]) == (0, "Clean: no decisions are left.")
    assert (
        said.replace("Imported.", "Dry run: nothing was changed.").splitlines()[1:3]
        == dry[1].splitlines()[1:3]
    )
    settled = Transaction.objects.filter(reference__startswith="old-settlement:")
    assert [(row.user_id, row.amount) for row in settled] == [(str(FIRST + 4), 15)]
    refunds = Transaction.objects.filter(reference__startswith="old-refund:")
    assert refunds.count() == OldTicket.objects.filter(draw=19).count() > 0
    assert defects() == []
    run = OperationRun.objects.get(kind="import_decisions")
    assert run.ok
    assert run.details["by"]
    assert len(run.details["sha256"]) == 64
    # The same file again does nothing more.
    first = written(whole=True)
    assert imported(site, "--apply", "--decisions", str(path))[0] == 0
    assert written(whole=True) == first


def test_another_file_does_not_post_what_was_posted(site, tmp_path):
    rows = reported(site, tmp_path)
    imported(site, "--apply", "--decisions", str(decided(rows, tmp_path / "one.csv", ALL)))
    first = written(whole=True)
    other = decided(rows, tmp_path / "two.csv", ALL | {("draw-not-drawn", "20"): "refund"})
    with pytest.raises(CommandError, match="users 10000004, balance-differs: no such row is open"):
        imported(site, "--apply", "--decisions", str(other))
    assert written(whole=True) == first


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("decision", "burn", "“burn” is no decision for balance-differs (possible: leave, settle)"),
        ("code", "no-such", "no problem has this code"),
        ("id", "4711", "users 4711, balance-differs: no such row is open"),
        ("values", "other", "the old site now has “player"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_line_and_changes_nothing(
    site, tmp_path, column, value, says
):
    rows = reported(site, tmp_path)
    number = next(n for n, row in enumerate(rows) if row["code"] == "balance-differs")
    rows[number] |= {"decision": "leave", column: value}
    with (tmp_path / "wrong.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sentence = refused(site, tmp_path / "wrong.csv")
    assert says in sentence
    assert sentence.startswith(f"Line {number + 2}: ")


def test_an_email_and_an_owner_are_what_the_file_says(site, tmp_path, make_player):
    squatter = make_player("squatter", confirmed=False)
    boss = User.objects.create_superuser("boss@lucky11.example", "tall-orange-kettle")
    with psycopg.connect(site) as source:
        for number, player in ((27, boss), (28, squatter)):
            source.execute("UPDATE users SET email = %s WHERE id = %s", [player.email, str(FIRST + number)])
        source.execute("UPDATE transactions SET amount = 5 WHERE id = 6000020")
    decisions = {
        ("invalid-email", str(FIRST + 8)): "email=Eight@New.example",
        ("email-taken", str(FIRST + 27)): f"link={boss.pk}",
        ("email-taken", str(FIRST + 28)): "leave",
        ("transaction-of-nobody", "6000020"): f"give={FIRST + 29}",
    }
    rows = reported(site, tmp_path)
    early = decided(rows, tmp_path / "early.csv", decisions)
    assert f"there is no open account of player {FIRST + 29} here" in refused(site, early)
    decisions["transaction-of-nobody", "6000020"] = f"give={squatter.pk}"
    imported(site, "--apply", "--decisions", str(decided(rows, tmp_path / "now.csv", decisions)))
    assert User.objects.get(pk=str(FIRST + 8)).email == "eight@new.example"
    boss.refresh_from_db()
    assert boss.coins == sum(amount for _, amount in moves_of(Shape(), 27))
    assert not User.objects.filter(pk=str(FIRST + 27)).exists()
    squatter.refresh_from_db()
    assert squatter.coins == 5
    assert User.objects.get(pk=str(FIRST + 28)).email is None
    assert defects() == []


def test_an_email_that_another_account_has_is_given_to_nobody(site, tmp_path):
    taken = {("invalid-email", str(FIRST + 8)): "email=player27@old.example"}
    path = decided(reported(site, tmp_path), tmp_path / "taken.csv", taken)
    assert "another account has the email player27@old.example" in refused(site, path)
    twice = {("invalid-email", "*"): "email=one@new.example"}
    path = decided(reported(site, tmp_path), tmp_path / "twice.csv", twice)
    assert "one@new.example is given to more than one account" in refused(site, path)


def test_a_cell_of_the_report_is_never_a_formula(site, tmp_path):
    with psycopg.connect(site) as source:
        source.execute("UPDATE users SET email = '=1+1' WHERE id = %s", [str(FIRST + 8)])
    rows = reported(site, tmp_path)
    assert "'=1+1" in (tmp_path / "rows.csv").read_text()
    with (tmp_path / "rows.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    kept = {("invalid-email", str(FIRST + 8)): "leave"}
    assert imported(site, "--decisions", str(decided(table, tmp_path / "kept.csv", kept)))[0] == 1
    assert rows


def test_a_file_that_is_none_is_refused(site, tmp_path):
    assert "cannot be read" in refused(site, tmp_path / "missing.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert "it has no column code, decision, id, table, values" in refused(site, tmp_path / "other.csv")
    (tmp_path / "other.json").write_text('{"a": 1}')
    assert "not a list of rows" in refused(site, tmp_path / "other.json")
