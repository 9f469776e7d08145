"""What no file of the site does: run text as code, write text as markup, hash weakly, or guess at random."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("accounts", "common", "draws", "ledger", "lucky11")
# Builtins that turn text into code.
RUN_TEXT = {"eval", "exec", "compile", "__import__"}
SHELL = {".system", ".popen", ".getoutput", ".getstatusoutput", ".create_subprocess_shell"}
WEAK = {"md5", "sha1"}
# Memory that Python does not look after.
UNSAFE = {"ctypes", "cffi"}
# Which relay is asked first is no secret.
MAY_GUESS = {"draws/beacon/relays.py"}
AS_CODE = re.compile(r"\beval\(|\bFunction\(|set(?:Timeout|Interval)\(\s*[\"'`]|import\(\s*[^\"')]*\+")
# The one cookie that a script sets is the device's time zone.
KEPT = re.compile(
    r"localStorage|sessionStorage|indexedDB|\bcaches\.|document\.cookie(?! = `time_zone=\$\{zone\};|\.split)"
)
AS_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe"
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def called(tree: ast.Module) -> set[str]:
    """Names of what is called without naming whose it is, and of methods with a dot before them."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names.add(node.func.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names.add(f".{node.func.attr}")
    return names


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(str(node.module).partition(".")[0])
    return names


def test_no_module_runs_text_as_code():
    found = {path: called(tree) & RUN_TEXT for path, tree in modules()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_module_hashes_weakly():
    weak = WEAK | {f".{name}" for name in WEAK}
    found = {path: called(tree) & weak for path, tree in modules()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_module_asks_a_shell():
    found = {path: called(tree) & SHELL for path, tree in modules()}
    assert {path: names for path, names in found.items() if names} == {}
    with_shell = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert with_shell == []


def test_no_module_takes_memory_into_its_own_hands():
    found = {path: imported(tree) & UNSAFE for path, tree in modules()}
    assert {path: names for path, names in found.items() if names} == {}


def test_what_must_not_be_guessed_comes_from_no_guessable_generator():
    assert {path for path, tree in modules() if "random" in imported(tree)} == MAY_GUESS


@pytest.mark.parametrize("script", sorted((ROOT / "static/js").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_turns_text_into_code_or_markup(script):
    text = script.read_text()
    assert AS_CODE.findall(text) == []
    assert AS_MARKUP.findall(text) == []


@pytest.mark.parametrize("script", sorted((ROOT / "static/js").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_keeps_anything_but_the_time_zone_of_the_device(script):
    # The service worker keeps the page for the time without a network: tests/gate/test_offline.py says what.
    kept = {"caches."} if script.name == "offline.js" else set()
    assert set(KEPT.findall(script.read_text())) == kept
