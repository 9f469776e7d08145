"""Finding players along indexes: by email, its domain or a part of it, by id, or by words of their name."""

from typing import TypeVar

from allauth.account.models import EmailAddress
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.contrib.postgres.search import SearchVector
from django.db.models import Func, Model, Q, QuerySet, TextField, Value
from django.db.models.lookups import Exact

from accounts.models import User
from common.database.word_search import words_query

Row = TypeVar("Row", bound=Model)
NOBODY = Q(pk__in=[])
# How many players are found by an address that is not their main one.
OTHERS = 1_000
SHORTEST = 3  # fewest characters of a part of an email address that are searched for


class Parts(Func):
    """Every three letters in a row of an address, as the indexes have them."""

    function = "address_parts"
    arity = 1
    output_field = ArrayField(TextField())


DOMAIN = Func("email", Value("@"), Value(2), function="split_part", output_field=TextField())


def known_ids(term: str) -> list[str]:
    """Return the ids of the players whose id or email address is `term`."""
    term = term.strip()
    address = term.lower()
    own = User.objects.filter(Q(pk=term) | Q(email=address)).values_list("pk", flat=True)
    others = EmailAddress.objects.filter(email=address).values_list("user_id", flat=True)
    return sorted({*own, *others})


def at_address(term: str) -> Q:
    """Match the players at the domain `@example.org`, or of whose email address `term` is a part."""
    part = term.strip().lower()
    if len(part) < SHORTEST:
        return NOBODY
    domain = Exact(DOMAIN, part[1:])
    # In the order of its index: asked for any row of a large domain, PostgreSQL reads the table.
    newest = User.objects.filter(domain).order_by("-created_at", "-id").values_list("pk")
    if part.startswith("@") and newest.first():
        return Q(domain)
    holds = Q(DataContains(Parts("email"), Parts(Value(part))), email__contains=part)
    others = EmailAddress.objects.filter(holds, primary=False).values_list("user_id", flat=True)
    beside = list(others[:OTHERS])
    return holds | Q(pk__in=beside) if beside else holds


def find_players(rows: QuerySet[User], term: str) -> QuerySet[User]:
    """Return the players among `rows` that match `term`."""
    known = known_ids(term)
    if known:
        return rows.filter(pk__in=known)
    words = None if "@" in term else words_query(term)
    if words is None:
        return rows.filter(at_address(term))
    name = SearchVector("first_name", "last_name", config="simple")
    return rows.alias(name_words=name).filter(at_address(term) | Q(name_words=words))


def find_rows_of_players(rows: QuerySet[Row], term: str, exact: Q | None = None) -> QuerySet[Row]:
    """Return the rows that `exact` matches and those of the player whose id or email is `term`.

    If there are none, return the rows of all players of whose address it is a part.
    """
    named = Q(user_id__in=known_ids(term)) | (exact or NOBODY)
    if rows.filter(named).exists():
        return rows.filter(named)
    return rows.filter(user_id__in=User.objects.filter(at_address(term)).values("pk"))


def whole_number(term: str) -> int | None:
    """Return `term` as the number of a row, or None if it is not one."""
    term = term.strip().removeprefix("#")
    return int(term) if term.isascii() and term.isdigit() and len(term) <= 18 else None
