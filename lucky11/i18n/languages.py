"""The languages that the site is offered in."""

ENGLISH = ("en", "English")
# Languages of nobody, made of the English as it is asked for: they show what is not translated, what is too
# long, and what stands on the wrong side. Only for whoever works on the site.
LONGER = ("en-xa", "Longer")
FROM_THE_RIGHT = ("ar-xb", "From right to left")
PSEUDO = [LONGER, FROM_THE_RIGHT]


def offered(pseudo: bool) -> list[tuple[str, str]]:
    """Code and name of each language of the site; with the pseudo-languages if so wished."""
    return [ENGLISH, *PSEUDO] if pseudo else [ENGLISH]


def middleware(languages: list[tuple[str, str]]) -> list[str]:
    """What finds a reader's language, where there is a choice."""
    return ["lucky11.i18n.middleware.LanguageMiddleware"] if len(languages) > 1 else []
