"""What the page of a draw says to whoever shows a link to it."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from draws.models import Draw
from draws.sharing import oembed, previews

register = template.Library()
# A "<" inside a script element could end it.
ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.inclusion_tag("draws/_share_tags.html")
def share_tags(draw: Draw) -> dict[str, Any]:
    """Write the tags for previews of links to the draw, and its event for search engines."""
    return {
        "shown": previews.preview(draw),
        "address": previews.address(draw),
        "oembed": oembed.endpoint(draw),
        "card": previews.card_address(draw),
        "event": _data(previews.event(draw)),
    }


def _data(value: dict[str, Any]) -> SafeString:
    text = mark_safe(json.dumps(value).translate(ESCAPED))
    return format_html('<script type="application/ld+json">{}</script>', text)
