"""The style guide's page."""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from lucky11.development.styleguide.specimens import Specimen, groups

# Attributes that name an element of the same part. The sprite's pictures and other pages are shared.
NAMES = re.compile(r'\b(id|for|aria-labelledby|aria-describedby|href)="([^"]*)"')


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every part in every state; answer 404 if DEBUG is off."""
    if not settings.DEBUG:
        raise Http404
    shown = {
        heading: [(specimen, _html(request, specimen, f"g{group}s{n}-")) for n, specimen in enumerate(some)]
        for group, (heading, some) in enumerate(groups().items())
    }
    return render(request, "styleguide/page.html", {"groups": shown})


def _html(request: HttpRequest, specimen: Specimen, prefix: str) -> SafeString:
    # Examples need no row: the rates in force would be read from the database.
    rates = {"signup_bonus": settings.SIGNUP_BONUS_COINS, "daily_bonus": settings.DAILY_BONUS_COINS}
    html = render_to_string(specimen.template, {**rates, **specimen.context}, request)

    def own(found: re.Match[str]) -> str:
        attribute, value = found.groups()
        if attribute != "href":
            value = " ".join(prefix + name for name in value.split())
        elif value.startswith("#") and not value.startswith("#i-"):
            value = f"#{prefix}{value[1:]}"
        return f'{attribute}="{value}"'

    # The same part appears on this page many times, so each needs names of its own.
    return mark_safe(NAMES.sub(own, html))
