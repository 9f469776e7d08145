"""Finding players along indexes: by email (all of it, or the beginning), by id, or by words of their name."""

from allauth.account.models import EmailAddress
from django.contrib.postgres.search import SearchVector
from django.db.models import Q, QuerySet

from accounts.models import User
from common.database.word_search import words_query

FOUND = 50
SHORTEST = 3  # fewest characters of the beginning of an email address that are searched for


def ids_by_address(term: str) -> list[str]:
    """Return the ids of players whose id or email is `term`, or (up to FOUND) whose email begins with it."""
    term = term.strip()
    address = term.lower()
    known = set(User.objects.filter(Q(pk=term) | Q(email=address)).values_list("pk", flat=True))
    if len(address) >= SHORTEST:
        begins = EmailAddress.objects.filter(email__startswith=address)
        known.update(begins.values_list("user_id", flat=True)[:FOUND])
    return sorted(known)


def find_players(rows: QuerySet[User], term: str) -> QuerySet[User]:
    """Return the players among `rows` that match `term`."""
    match = Q(pk__in=ids_by_address(term))
    words = None if "@" in term else words_query(term)
    if words is None:
        return rows.filter(match)
    name = SearchVector("first_name", "last_name", config="simple")
    return rows.alias(name_words=name).filter(match | Q(name_words=words))


def whole_number(term: str) -> int | None:
    """Return `term` as the number of a row, or None if it is not one."""
    term = term.strip().removeprefix("#")
    return int(term) if term.isascii() and term.isdigit() and len(term) <= 18 else None
