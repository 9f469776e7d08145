"""Why a draw is void, and why a prize was passed on.

The records that are hashed and published say it in English, as the protocol's documents do. Pages and
messages say the fixed reasons in the reader's language, and what staff wrote in the words of staff.
"""

from django.utils.translation import gettext, gettext_noop

LATE = gettext_noop("The ticket list was not frozen in the time promised, because the site was down.")
KNOWN = gettext_noop("The beacon's round was known before the ticket list was frozen.")
MISSING = gettext_noop("The beacon's round could not be obtained within 7 days of its time.")
NO_TICKETS = gettext_noop("Nobody took a ticket.")
TOO_FEW = gettext_noop("%(taken)s tickets were taken and %(least)s were needed.")
NOT_CLAIMED = gettext_noop("The prize was not claimed in time.")
LEFT = gettext_noop("The winner closed their account.")

FIXED = frozenset({LATE, KNOWN, MISSING, NO_TICKETS, NOT_CLAIMED, LEFT})


def too_few(taken: int, least: int) -> str:
    """Return why a draw that missed its minimum is void, as it is recorded."""
    return TOO_FEW % {"taken": taken, "least": least}


def shown(reason: str) -> str:
    """Return a recorded reason in the reader's language, where it is a fixed one."""
    return gettext(reason) if reason in FIXED else reason


def shown_too_few(taken: int, least: int) -> str:
    """Return, in the reader's language, why a draw that missed its minimum is void."""
    return gettext(TOO_FEW) % {"taken": taken, "least": least}
