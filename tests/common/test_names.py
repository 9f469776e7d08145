"""Names are the field's terms: what a reader who knows Django has met before."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

PRIVATE = re.compile(
    r"(?:^|_)(?:telling|tell|pace|alone|acting|door|standing|filling|finding|forgetting|forget|packing|pack|packed"
    r"|crew|cast|place)(?:_|$)"
)


def names_in(app: str) -> Iterator[str]:
    """Modules, classes, functions and parameters."""
    for path in (settings.BASE_DIR / app).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        yield path.stem
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower()
            elif isinstance(node, ast.arg):
                yield node.arg


@pytest.mark.parametrize("app", ["common", "accounts", "ledger"])
def test_no_name_is_a_private_gerund_or_metaphor(app):
    names = set(names_in(app))
    assert len(names) > 50
    assert {name for name in names if PRIVATE.search(name)} == set()
