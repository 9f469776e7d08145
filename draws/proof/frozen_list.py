"""A frozen ticket list as pages show it: who holds which ticket, by pseudonym. Anyone may read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BinaryField, F, Func, IntegerField, Value

from draws.models import FrozenList, Seal, place_in_words

PAGE = 100
FOUND_SHOWN = 500
REF_BYTES = 32


@dataclass(frozen=True)
class Entry:
    """One ticket of the list: its number, its holder's pseudonym, and what it won."""

    number: int
    ref: str
    won: str = ""


@dataclass(frozen=True)
class Found:
    """The first tickets of one pseudonym, and whether it holds more."""

    numbers: Sequence[int]
    more: bool


def entries(seal: Seal, winners: int, first: int, count: int = PAGE) -> list[Entry]:
    """Return tickets of a frozen draw from number `first` on; this reads one or two parts of the list."""
    size = FrozenList.TICKETS_A_PART
    last = min(first + count - 1, seal.total or 0)
    parts = range((first - 1) // size, (last - 1) // size + 1)
    rows = FrozenList.objects.filter(draw=seal.pk, part__in=parts).order_by("part")
    packed = b"".join(bytes(refs) for refs in rows.values_list("refs", flat=True))
    places = {index: place for place, index in enumerate(seal.places or ())}
    before = parts.start * size
    return [
        Entry(number, packed[at : at + REF_BYTES].hex(), _won(places.get(number - 1), winners))
        for number in range(first, last + 1)
        for at in [(number - 1 - before) * REF_BYTES]
    ]


def tickets_of(draw_id: int, ref: bytes) -> Found:
    """Return the numbers that a pseudonym holds in a frozen list."""
    numbers: list[int] = []
    holding = FrozenList.objects.filter(draw=draw_id).alias(at=_position(ref)).filter(at__gt=0)
    for part, refs in holding.order_by("part").values_list("part", "refs").iterator(chunk_size=8):
        numbers += _in_part(part, bytes(refs), ref)
        if len(numbers) > FOUND_SHOWN:
            break
    return Found(numbers[:FOUND_SHOWN], len(numbers) > FOUND_SHOWN)


def _in_part(part: int, refs: bytes, ref: bytes) -> list[int]:
    found, at = [], refs.find(ref)
    while at >= 0:
        # Two pseudonyms side by side may read like a third across their border.
        if at % REF_BYTES == 0:
            found.append(part * FrozenList.TICKETS_A_PART + at // REF_BYTES + 1)
        at = refs.find(ref, at + 1)
    return found


def _position(ref: bytes) -> Func:
    needle = Value(ref, output_field=BinaryField())
    inside = "%(function)s(%(expressions)s)"
    return Func(
        needle,
        F("refs"),
        function="position",
        template=inside,
        arg_joiner=" IN ",
        output_field=IntegerField(),
    )


def _won(place: int | None, winners: int) -> str:
    return "" if place is None else place_in_words(place, winners)
