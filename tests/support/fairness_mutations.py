"""Every way to change one field of a draw's document, and the step at which a checker must notice."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

LABELS = {
    "mode": ["beacon", "local"],
    "policy": ["one_prize_per_player", "one_prize_per_ticket"],
    "code": ["no_tickets", "below_minimum", "cancelled", "not_frozen_in_time", "beacon_missing"],
    "kind": ["open", "freeze", "result", "redraw", "lapse", "void"],
}
PASS_CODES = ["not_claimed", "account_closed", "disqualified"]
TEXTS = {"v", "scheme", "title", "prize_amount", "reason"}
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Raw:
    """Something to be written into the document as it stands, JSON or not."""

    text: str


@dataclass(frozen=True)
class Mutation:
    """A changed document, what was changed, and the step that must fail first."""

    name: str
    step: str
    data: bytes


class Pairs(list[tuple[str, Any]]):
    """An object's members, which may come twice."""


def dump(value: Any) -> str:
    """The value as JSON, with Raw and Pairs in it."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict | Pairs):
        members = value.items() if isinstance(value, dict) else value
        return "{" + ",".join(f"{json.dumps(key)}:{dump(item)}" for key, item in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


def mutations(document: dict[str, Any]) -> Iterator[Mutation]:
    """Every change of one field, in the order of the document."""
    for path, value in walk(document, ()):
        yield from _of(document, path, value)


def walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Everything in a document; of a long list its first two items and its last."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for index in sorted({0, 1, len(value) - 1} & set(range(len(value)))):
            yield from walk(value[index], (*path, index))


def _of(document: dict[str, Any], path: Path, value: Any) -> Iterator[Mutation]:
    name = ".".join(map(str, path)) or "document"

    def changed(what: str, new: Any, step: str = "document") -> Mutation:
        return Mutation(
            f"{name}: {what}", step, dump(put(document, path, new)).encode("utf-8", "surrogatepass")
        )

    if path:
        yield from (changed(f"{new!r} in its place", new) for new in _wrong_types(path, value))
    if isinstance(value, dict):
        yield from _of_object(changed, value)
    elif isinstance(value, list):
        yield from _of_list(changed, path, value)
    elif isinstance(value, str):
        yield from _of_text(changed, document, path, value)
    elif isinstance(value, int):
        yield from _of_number(changed, document, path, value)


def _wrong_types(path: Path, value: Any) -> Iterator[Any]:
    yield from (True, False, 1.5, Raw("NaN"), Raw("-Infinity"), Raw(""), Raw("nul"), Raw("[[[[[[[[1]]]]]]]]"))
    if value is not None:
        yield None
    if not isinstance(value, dict):
        yield from ({}, {"a": 1})
    if not isinstance(value, list):
        yield from ([], [value])
    if not isinstance(value, str):
        yield from ("", "x")
    if isinstance(value, bool) or not isinstance(value, int):
        yield 5


def _of_object(changed: Callable[..., Mutation], value: dict[str, Any]) -> Iterator[Mutation]:
    members = Pairs(value.items())
    for index, (key, item) in enumerate(members):
        yield changed(f"without {key}", Pairs(members[:index] + members[index + 1 :]))
        yield changed(f"{key} twice", Pairs([*members, (key, item)]))
        yield changed(
            f"{key} in capitals", Pairs([*members[:index], (key.upper(), item), *members[index + 1 :]])
        )
    yield changed("a key more", Pairs([*members, ("more", None)]))
    yield changed("a comma more", Raw(dump(value)[:-1] + ",}"))
    yield changed("no end", Raw(dump(value)[:-1]))


def _of_list(changed: Callable[..., Mutation], path: Path, value: list[Any]) -> Iterator[Mutation]:
    step = str(path[0])
    yield changed("without its first", value[1:], step)
    yield changed("its first twice", [*value[:1], *value], step)
    yield changed("empty", [], step)
    yield changed("a comma more", Raw(dump(value)[:-1] + ",]"))
    if value and value[0] != value[-1]:
        yield changed("first and last in each other's place", [value[-1], *value[1:-1], value[0]], step)


def _of_text(
    changed: Callable[..., Mutation], document: dict[str, Any], path: Path, value: str
) -> Iterator[Mutation]:
    key, step = path[-1], flipped(document, path)
    later = () if "passes" in document else ("lapse",)
    if key in LABELS:
        for other in PASS_CODES if path[0] == "passes" else LABELS[str(key)]:
            if other != value:
                yield changed(other, other, "document" if key == "mode" or other in later else step)
        yield from (changed(wrong, wrong) for wrong in (value.upper(), value + " ", "none"))
    elif key in TEXTS:
        strict = key in ("v", "prize_amount")
        yield changed("a letter more", value + "x", "document" if strict else step)
        yield changed("half a character", Raw('"\\ud83c"'))
        yield changed("a bare line end", Raw('"a\nb"'))
        yield changed("an unknown escape", Raw('"\\x41"'))
        yield changed("not UTF-8", Raw('"\udc80"'))
    else:
        yield from _of_hex(changed, value, step)


def _of_hex(changed: Callable[..., Mutation], value: str, step: str) -> Iterator[Mutation]:
    yield changed("one digit other", ("1" if value[0] == "0" else "0") + value[1:], step)
    yield changed("last digit other", value[:-1] + ("1" if value[-1] == "0" else "0"), step)
    wrong_lengths = (value[:-1], value[:-2], value + "0", value + "00", value * 2)
    for wrong in (*wrong_lengths, " " + value[1:], "g" + value[1:]):
        yield changed(f"“{wrong[:3]}…”, {len(wrong)} long", wrong)
    yield changed("capitals", "A" + value[1:].upper())


def _of_number(
    changed: Callable[..., Mutation], document: dict[str, Any], path: Path, value: int
) -> Iterator[Mutation]:
    step = flipped(document, path)
    yield changed("one more", value + 1, step)
    if value > 1:
        yield changed("one less", value - 1, step)
    for wrong in (
        f"{value}.0",
        f"{value}e0",
        f"0{value}",
        f"+{value}",
        f"-{value}",
        f"{2**53}",
        "9" * 400,
        "0x1",
    ):
        yield changed(wrong[:20], Raw(wrong))
    yield changed("as text", str(value))


def flipped(document: dict[str, Any], path: Path) -> str:
    """The step that must notice another value of the right form."""
    top = path[0]
    seed = "seed" if document["server_seed"] else "open"
    if path in (("draw_id",), ("open", "seed_commit"), ("server_seed",)):
        return seed
    if path in (("freeze", "root"), ("freeze", "total")):
        return "entries"
    return {"result_hash": "result", "void": "result"}.get(str(top), str(top))


def put(document: dict[str, Any], path: Path, new: Any) -> Any:
    """The document with another value at this place."""
    if not path:
        return new
    whole = deepcopy(document)
    holder: Any = whole
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = new
    return whole
