"""Mistakes are planted in the database's rules, shown to be there, noticed or not, and mended."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from lucky11.development.mutation import reach, report
from lucky11.development.mutation.sql_text import mistakes
from lucky11.embedded import paths

RULE = """
CREATE OR REPLACE FUNCTION may_play(p text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    -- Never if a < b, not even here.
    IF old < 18 OR rests IS NOT NULL THEN
        RAISE EXCEPTION 'Only if x < y AND z.';
    END IF;
    PERFORM 1 FROM users WHERE id = p AND day BETWEEN a AND b ORDER BY id FOR UPDATE SKIP LOCKED;
END $$;
CREATE OR REPLACE TRIGGER kept BEFORE UPDATE OR DELETE ON users FOR EACH ROW
    WHEN (NEW.a IS DISTINCT FROM OLD.a AND OLD.b) EXECUTE FUNCTION refuse_change();
"""


def planted(within):
    return {found.what for found in mistakes(RULE) if within in (found.within, found.trigger)}


def test_each_part_of_a_function_is_changed_once_and_no_comment_or_sentence():
    assert planted("may_play") == {
        "never: old < 18 OR rests IS NOT NULL",
        "without OR rests IS NOT NULL",
        "without old < 18 OR",
        "< → <=",
        "IS NOT NULL → IS NULL",
        "without AND day BETWEEN a AND b",
        "without id = p AND",
        "without ORDER BY id",
        "without FOR UPDATE",
        "without SKIP LOCKED",
    }


def test_a_trigger_is_dropped_narrowed_and_its_condition_changed():
    assert planted("users.kept") == {
        "trigger kept dropped",
        "without OR DELETE",
        "without UPDATE OR",
        "IS DISTINCT FROM → IS NOT DISTINCT FROM",
        "without AND OLD.b",
        "without NEW.a IS DISTINCT FROM OLD.a AND",
    }


def test_a_mistake_leaves_the_rest_of_the_file_as_it_was():
    for found in mistakes(RULE):
        changed = found.planted(RULE)
        assert changed != RULE
        assert changed.startswith(RULE[: found.start])
        assert changed.endswith(RULE[found.end :])


def test_the_quickest_tests_that_reach_a_rule_are_found_by_call_or_by_sentence():
    recorded = {
        "slow": {"seconds": 2, "functions": ["take_tickets"], "errors": []},
        "quick": {"seconds": 1, "functions": ["take_tickets", "refuse_change"], "errors": ["Rows stay."]},
    }
    assert reach.tests_of_function(recorded, "take_tickets") == ["quick", "slow"]
    assert reach.tests_of_error(recorded, "^Rows .*") == ["quick"]


def test_the_table_counts_what_was_noticed_and_names_what_was_not(tmp_path):
    results = report.Results(tmp_path / "results.json")
    keys = [f"draws/sql/entry.sql: line {n}: dropped" for n in range(4)]
    outcomes = (report.NOTICED, report.NOTICED, report.SURVIVED, report.INVALID)
    for key, outcome in zip(keys, outcomes, strict=True):
        results.add(key, {"outcome": outcome})
    again = report.Results(tmp_path / "results.json")
    text = report.table(again, keys)
    assert "| draws/sql | 3 | 2 | 1 | 0 | 0 | 67 % |" in text
    assert f"- survived: `{keys[2]}`" in text
    assert [key for key in keys if again.due(key, again=True)] == [keys[2]]
    assert not any(again.due(key, again=False) for key in keys)


@pytest.mark.slow
@pytest.mark.nightly
def test_one_command_plants_mistakes_and_names_those_that_no_test_notices(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DJANGO"))}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    ended = subprocess.run(
        [
            *("bin/mutate", "draws/sql/participations_triggers.sql", "--most", "2"),
            *(
                "--tests",
                "tests/draws/entries/test_least_privilege.py",
                "--report",
                str(tmp_path / "report.md"),
            ),
        ],
        cwd=paths.ROOT,
        env=environment | {"LUCKY11_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    kept = json.loads((tmp_path / "data/results.json").read_text())
    assert len(kept) == 2, ended.stdout + ended.stderr
    assert {found["outcome"] for found in kept.values()} <= {
        report.NOTICED,
        report.SURVIVED,
        report.UNREACHED,
    }
    assert Path(tmp_path / "report.md").read_text().startswith("| where |")
    assert ended.returncode == int(any(found["outcome"] != report.NOTICED for found in kept.values()))
