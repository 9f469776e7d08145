"""The programs that the tests need are got once, by one start for all."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lucky11.development import browser
from lucky11.development import test as bin_test
from lucky11.development.process_group import ProcessGroup
from lucky11.embedded import locks
from tests.operations.processes import eventually


def test_a_start_waits_while_another_gets_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("LUCKY11_DATA", str(tmp_path / "data"))
    said: list[str] = []
    waited: list[bool] = []
    try_lock = locks.try_lock

    def noted(number: int, kind: int) -> bool:
        waited.append(try_lock(number, kind))
        return waited[-1]

    monkeypatch.setattr(locks, "try_lock", noted)
    monkeypatch.setattr(bin_test, "find_or_get_browser", lambda group: said.append("second"))
    monkeypatch.setattr(bin_test, "find_or_get_promtool", lambda: None)
    first = locks.open_lock(tmp_path, "tools")
    assert try_lock(first, locks.EXCLUSIVE)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(bin_test.find_or_get_tools, ProcessGroup("bin/test"))
        assert eventually(lambda: waited)
        said.append("first")
        os.close(first)
        second.result(30)
    assert (said, waited[0], waited[-1]) == (["first", "second"], False, True)


def test_debians_chromium_with_windows_makes_way_for_the_headless_one_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUCKY11_DATA", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "_on_this_machine", lambda: browser.DEBIANS)
    monkeypatch.setattr(browser, "_headless", lambda: "headless")
    group = ProcessGroup("bin/test")
    assert browser.find_or_get_browser(group) == "headless"
    monkeypatch.setattr(browser, "_headless", lambda: None)
    assert browser.find_or_get_browser(group) == browser.DEBIANS
    monkeypatch.setattr(browser, "_headless", lambda: "headless")
    monkeypatch.setenv("CHROMIUM", browser.DEBIANS)
    assert browser.find_or_get_browser(group) == browser.DEBIANS
