"""References of coin movements: a reference such as draw:12 leads to the page of what it was for."""

from django.urls import reverse

from common.registry import Registry
from ledger.models import Transaction

# The kind that a reference names -> the name of the URL of its page, which takes the number.
REFERENCE_PAGES: Registry[str] = Registry("pages of references")


def reference_url(row: Transaction) -> str:
    """Return the page of what a movement was for, by its reference; empty when there is none."""
    kind, _, number = row.reference.partition(":")
    page = REFERENCE_PAGES.get(kind)
    return reverse(page, args=[number]) if page and number.isascii() and number.isdigit() else ""
