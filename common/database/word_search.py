"""Searching by words, along the text indexes."""

import re

from django.contrib.postgres.search import SearchQuery

WORDS = 8


def words_query(term: str) -> SearchQuery | None:
    """Return a search for words that begin like those of `term`, in any order; None when it has none."""
    words = re.findall(r"\w+", term)[:WORDS]
    return (
        SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        if words
        else None
    )
