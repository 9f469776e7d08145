"""Pages that an app links to without knowing which app above it has them: each is known by what it shows."""

from django.urls import reverse

from common.registry import Registry

# What a page shows -> the name of its URL.
PAGES: Registry[str] = Registry("pages")


def page_url(page: str) -> str:
    """Return the path of a registered page. Raises KeyError when no app registered it."""
    return reverse(PAGES[page])
