"""Finding players along indexes: by e-mail (whole, or how it begins), by id, or by words of their name."""

from allauth.account.models import EmailAddress
from django.contrib.postgres.search import SearchVector
from django.db.models import Q, QuerySet

from accounts.models import User
from common.database.word_search import words_query

FOUND = 50
SHORTEST = 3  # characters of an e-mail's beginning that are looked up


def ids_by_address(term: str) -> list[str]:
    """Ids of players whose id or e-mail is `term`, and of FOUND whose e-mail begins with it: two queries."""
    term = term.strip()
    address = term.lower()
    known = set(User.objects.filter(Q(pk=term) | Q(email=address)).values_list("pk", flat=True))
    if len(address) >= SHORTEST:
        begins = EmailAddress.objects.filter(email__startswith=address)
        known.update(begins.values_list("user_id", flat=True)[:FOUND])
    return sorted(known)


def find_players(rows: QuerySet[User], term: str) -> QuerySet[User]:
    """The players among `rows` that `term` means."""
    match = Q(pk__in=ids_by_address(term))
    words = None if "@" in term else words_query(term)
    if words is None:
        return rows.filter(match)
    name = SearchVector("first_name", "last_name", config="simple")
    return rows.alias(name_words=name).filter(match | Q(name_words=words))


def whole_number(term: str) -> int | None:
    """`term` as the number of a row, or None."""
    term = term.strip().removeprefix("#")
    return int(term) if term.isascii() and term.isdigit() and len(term) <= 18 else None
