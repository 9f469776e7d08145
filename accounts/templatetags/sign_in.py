"""What the pages about signing in say in their own words."""

from django import template

from accounts.signin.known_browsers import in_words

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """Return a browser as its user would call it."""
    words = in_words(user_agent)
    return words[:1].upper() + words[1:]
