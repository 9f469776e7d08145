"""Mistakes that can be planted in a file of SQL, found in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Comments and strings, which hold no code. What stands between $$ and $$ does.
_NO_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_CONDITION = re.compile(r"(?<!END )\b(?:IF|ELSIF)\b(?! (?:NOT )?EXISTS\s+\w+\s*;)(?P<what>[^;]*?)\bTHEN\b")
_JOINT = re.compile(r"\b(?P<word>AND|OR)\b(?!\s+REPLACE)")
_BETWEEN = re.compile(r"\bBETWEEN\b[^;]*?\bAND\b")
_LOCK = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)(?: OF \w+)?\b(?=[^;]*;)")
_SKIP = re.compile(r"\bSKIP LOCKED\b")
_ORDER = re.compile(r"\bORDER BY\b")
_TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (?P<name>\w+)\s[^;]*?\bON (?P<table>\w+)[^;]*;"
)
_FUNCTION = re.compile(r"CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (?P<name>\w+)\s*\(")
# Words at which a term of a condition ends, and at which it begins.
_ENDS = r"AND|OR|AS|THEN|ORDER|GROUP|FOR|LIMIT|RETURNING|UNION|INTO|LOOP|WHEN|ELSE|END|ON|FROM|WHERE|EXECUTE"
_END = re.compile(rf"[(),;]|\b(?:{_ENDS})\b")
_BEGIN = re.compile(r"[(),;]|\b(?:IF|ELSIF|WHERE|WHEN|ON|HAVING|RETURN|AND|OR|SELECT|THEN|BEFORE|AFTER)\b")
_CLAUSE_END = re.compile(r"[();]|\b(?:LIMIT|FOR|INTO|UNION)\b")

WEAKER = {
    "<=": "<",
    ">=": ">",
    "<": "<=",
    ">": ">=",
    "<>": "=",
    "IS NULL": "IS NOT NULL",
    "IS NOT NULL": "IS NULL",
    "IS DISTINCT FROM": "IS NOT DISTINCT FROM",
    "IS NOT DISTINCT FROM": "IS DISTINCT FROM",
}
_COMPARISON = re.compile(r"(?<![<>:=!-])(?:<=|>=|<>|<|>)(?![<>=])|\bIS (?:NOT )?(?:NULL|DISTINCT FROM)\b")


@dataclass(frozen=True)
class Mistake:
    """A change of a text from `start` to `end`, with the name of the function or trigger that it is in."""

    start: int
    end: int
    instead: str
    what: str
    within: str
    trigger: str = ""

    def planted(self, text: str) -> str:
        """Return the text with the mistake in it."""
        return text[: self.start] + self.instead + text[self.end :]


def mistakes(text: str) -> Iterator[Mistake]:
    """Yield every mistake for what a file makes (its text before the line that begins its undoing)."""
    code = _NO_CODE.sub(lambda found: " " * len(found[0]), text)
    places = sorted((found.start(), found["name"]) for found in _FUNCTION.finditer(code))
    triggers = [(*found.span(), found["name"], found["table"]) for found in _TRIGGER.finditer(code)]
    for start, end, instead, what in [*_changes(code), *_dropped(triggers)]:
        trigger = next((f"{table}.{name}" for a, b, name, table in triggers if a <= start < b), "")
        within = "" if trigger else next((name for at, name in reversed(places) if at <= start), "")
        yield Mistake(start, end, instead, what, within, trigger)


def _dropped(triggers: list[tuple[int, int, str, str]]) -> Iterator[tuple[int, int, str, str]]:
    for start, end, name, table in triggers:
        yield start, end, f"DROP TRIGGER IF EXISTS {name} ON {table};", f"trigger {name} dropped"


def _changes(code: str) -> Iterator[tuple[int, int, str, str]]:
    for found in _CONDITION.finditer(code):
        yield *found.span("what"), " false ", f"never: {_short(found['what'])}"
    # The FROM of one comparison begins no clause, and the AND of the other joins no conditions.
    terms = code.replace("DISTINCT FROM", "DISTINCT     ")
    terms = _BETWEEN.sub(lambda found: found[0][:-3] + "   ", terms)
    for found in _JOINT.finditer(terms):
        for start, end, instead in _terms(terms, found):
            yield start, end, instead, f"without {_short(code[start:end])}"
    for found in _COMPARISON.finditer(code):
        yield *found.span(), WEAKER[found[0]], f"{found[0]} → {WEAKER[found[0]]}"
    for pattern in (_LOCK, _SKIP):
        for found in pattern.finditer(code):
            yield *found.span(), "", f"without {found[0]}"
    for found in _ORDER.finditer(code):
        end = _forward(code, found.end(), _CLAUSE_END)
        yield found.start(), end, "", f"without {_short(code[found.start() : end])}"


def _terms(code: str, joint: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Yield a condition without what is behind AND or OR and, if it is the first, without what is before."""
    end = _forward(code, joint.end(), _END)
    yield joint.start(), end, ""
    begin, word = _backward(code, joint.start())
    if word not in ("AND", "OR") and code[begin : joint.start()].strip():
        yield begin, joint.end(), " "


def _forward(code: str, start: int, stop: re.Pattern[str]) -> int:
    depth = 0
    for found in stop.finditer(code, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth < 0 or (depth == 0 and found[0] not in "()"):
            return found.start()
    return len(code)


def _backward(code: str, end: int) -> tuple[int, str]:
    depth = 0
    for found in reversed(list(_BEGIN.finditer(code, 0, end))):
        depth += {")": 1, "(": -1}.get(found[0], 0)
        if depth < 0 or (depth == 0 and found[0] not in "()"):
            return found.end(), found[0]
    return 0, ""


def _short(code: str) -> str:
    return " ".join(code.split())[:70]
