"""The benchmarks' table and command line; what they measure is too slow for a test."""

import pytest

from benchmarks import report
from benchmarks.__main__ import read_options
from benchmarks.runs import Measured


def answer(figures):
    measured = Measured()
    for name, runs in figures.items():
        for figure in runs:
            measured.note(name, f"words of {name}", "ms", figure)
    return report.result({"cores": 2}, measured)


def test_a_ratio_is_that_of_the_medians():
    found = answer({"hot": [1, 80, 100], "spread": [100, 100, 1000]})
    assert found["ratios"] == {"hot_vs_spread": 0.8}


@pytest.mark.parametrize(("large", "missed"), [(12, False), (13, True)])
def test_a_page_that_grows_too_much_is_a_missed_aim(large, missed):
    lines = report.table(answer({"list_small": [10], "list_large": [large]})).splitlines()
    assert ("missed" in lines[-1]) is missed


@pytest.mark.parametrize(("hot", "missed"), [(8, False), (7, True)])
def test_a_hot_draw_that_is_too_slow_is_a_missed_aim(hot, missed):
    lines = report.table(answer({"hot": [hot], "spread": [10]})).splitlines()
    assert ("missed" in lines[-1]) is missed


def test_a_run_has_a_sensible_length_and_parts_that_exist():
    assert read_options(["--only", "closing", "--seconds", "2"]).seconds == 2
    for wrong in (["--seconds", "0"], ["--only", "weather"]):
        with pytest.raises(SystemExit):
            read_options(wrong)
