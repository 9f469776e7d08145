"""What documents, docstrings and comments name is there: files, modules, commands, settings, functions."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.support.prose import ROOT, code_words, files, folders, prose

APPS = "accounts|benchmarks|common|draws|ledger|lucky11|tests"
# A name in capitals stands for any: NAME.sql.
FILE = re.compile(
    r"(?<![\w./:@…}>*])(?![\w/]*\b[A-Z]+\.(?!md))((?:[\w*-]+/)*[\w*-]+\.(?:py|sql|md|html|css|js|toml))(?![\w/-])"
)
FOLDER = re.compile(rf"`((?:{APPS}|bin|docs|static|templates)(?:/[\w-]+)*)/?`")
SCRIPT = re.compile(r"(?<![\w./])bin/[a-z][\w-]*")
MODULE = re.compile(rf"(?<![\w./@:-])(?:{APPS})(?:\.[a-z_]\w*)+(?![\w/-])(?!\.\w)")
COMMAND = re.compile(r"`[^`\n]*manage\.py\s+([a-z]\w*)|manage\.py\s+([a-z]+_\w+)|`(db_[a-z_]+)[` ]")
SETTING = re.compile(r"(?<![\w<{])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)")
NAME = re.compile(r"`\.?((?:\w+\.)*[a-z]\w*_\w*)(?:\(.*?\))?`")

# Files that the site makes, or that are somebody else's.
ELSEWHERE = {"lucky11-check.html"}
# Which says what the functions before 1.0.0 became.
OF_THE_PAST = "docs/decisions/sql.md"
# A variable of the database, a unit of systemd, a dump and a domain look like modules.
NO_MODULES = {"lucky11.service", "lucky11.target", "lucky11.dump", "lucky11.example", "lucky11.security"}
# Roles are named after the database, four tables are allauth's; the others are terms of the protocols and of
# PostgreSQL.
NOT_IN_CODE = {
    *("account_emailconfirmation", "usersessions_usersession"),
    *("socialaccount_socialaccount", "socialaccount_socialtoken"),
    *("lucky11_app", "lucky11_owner", "head_n", "BLS12381G1_XMD"),
    *("ON_ERROR_STOP", "superuser_reserved_connections"),
}


def missing_files(text: str, where: str) -> Iterator[str]:
    for name in FILE.findall(text):
        if (
            "*" not in name
            and name not in ELSEWHERE
            and not any(f"/{each}".endswith(f"/{name}") for each in files())
        ):
            yield name


def missing_folders(text: str, where: str) -> Iterator[str]:
    yield from (name for name in FOLDER.findall(text) if name not in folders() and name not in files())
    yield from (name for name in SCRIPT.findall(text) if name not in files())


def missing_modules(text: str, where: str) -> Iterator[str]:
    yield from (name for name in MODULE.findall(text) if name not in NO_MODULES and not is_there(name))


def is_there(dotted: str) -> bool:
    """Whether it is a module, something in one, a column of a table, or a permission."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[:length])
        if path in folders() or f"{path}.py" in files():
            if length == len(parts):
                return True
            within = length > 1 and has(".".join(parts[:length]), parts[length:])
            return within or is_of_the_database(*parts[:2])
    return False


def has(module: str, names: list[str]) -> bool:
    found: object = import_module(module)
    for name in names:
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True


def is_of_the_database(table: str, name: str) -> bool:
    models = [model for model in apps.get_models() if table in (model._meta.db_table, model._meta.app_label)]
    columns = {field.column for model in models for field in model._meta.fields}
    permissions = {codename for model in models for codename, _ in model._meta.permissions}
    standard = {
        f"{verb}_{model._meta.model_name}" for model in models for verb in ("add", "change", "delete", "view")
    }
    return name in columns | permissions | standard


def missing_commands(text: str, where: str) -> Iterator[str]:
    commands = get_commands()
    for pair in COMMAND.findall(text):
        name = "".join(pair)
        if name not in commands:
            yield name


def known_words() -> frozenset[str]:
    return code_words() | NOT_IN_CODE


def missing_settings(text: str, where: str) -> Iterator[str]:
    yield from (name for name in SETTING.findall(text) if name not in known_words())


def missing_names(text: str, where: str) -> Iterator[str]:
    for dotted in NAME.findall(text if where != OF_THE_PAST else ""):
        if not set(dotted.split(".")) <= known_words():
            yield dotted


LOOKS = [missing_files, missing_folders, missing_modules, missing_commands, missing_settings, missing_names]


@pytest.mark.parametrize("look", LOOKS)
def test_what_prose_names_is_there(look):
    found = [f"{where}: {name}" for where, text in prose() for name in look(text, where)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (missing_files, "See `draws/lifecycle/closing.py`, or accounts/nothing.sql."),
        (missing_folders, "In `draws/nowhere/`; run bin/nothing."),
        (missing_modules, "As `draws.lifecycle.closing` does, or draws.lifecycle.close.nothing."),
        (missing_commands, "Run `manage.py nothing~like~it`, then `db~nothing`."),
        (missing_settings, "See `NO~SUCH~SETTING` and OTHER~SUCH~SETTING."),
        (missing_names, "Then `is~not~there()` calls `not~there~either`."),
    ],
)
def test_control_what_is_not_there_is_found(look, text):
    # With underscores here, the names would be words of the code.
    assert len(list(look(text.replace("~", "_"), "here"))) == 2


def test_every_document_is_read():
    read = dict(prose())
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} <= read.keys()
    assert "Lock players by ascending id" in read["draws/prizes/pass_on.py"]
    assert (ROOT / "docs" / "operations.md").read_text() == read["docs/operations.md"]
