"""What a check found, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.checks import ERROR, CheckMessage


class State(StrEnum):
    """How a check ended. Only a problem makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


SERIOUSNESS = (State.OK, State.WARNING, State.PROBLEM)


@dataclass(frozen=True)
class Result:
    """A check's result: sentences about what was found, and what to do unless all is well."""

    state: State
    found: str
    advice: str = ""


def ok(found: str) -> Result:
    """Return that all is well."""
    return Result(State.OK, found)


def warning(found: str, advice: str) -> Result:
    """Return that the site works, and that something should still be changed."""
    return Result(State.WARNING, found, advice)


def problem(found: str, advice: str) -> Result:
    """Return that the site does not work, or is not safe."""
    return Result(State.PROBLEM, found, advice)


def worst(results: Sequence[Result], all_well: str) -> Result:
    """Return the results that are not ok as one, as serious as the worst of them; or that all is well."""
    wrong = [each for each in results if each.state is not State.OK]
    if not wrong:
        return ok(all_well)
    wrong.sort(key=lambda each: SERIOUSNESS.index(each.state), reverse=True)
    advice = " ".join(dict.fromkeys(each.advice for each in wrong if each.advice))
    return Result(wrong[0].state, " ".join(each.found for each in wrong), advice)


def from_messages(messages: Iterable[CheckMessage], all_well: str) -> Result:
    """Return what Django's system checks say: errors are problems, everything else is a warning."""
    results = [
        Result(
            State.PROBLEM if each.level >= ERROR else State.WARNING,
            f"{_one_line(each.msg)} ({each.id})",
            _one_line(each.hint or "Do what the sentence says."),
        )
        for each in messages
        if not each.is_silenced()
    ]
    return worst(results, all_well)


def some_of(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many others there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _one_line(words: object) -> str:
    return " ".join(str(words).split())
