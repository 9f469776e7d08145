"""Why a draw is void, and why a prize was passed on.

The records that are hashed and published say it in English, as the protocol's documents do. Pages and
messages say the fixed reasons in the reader's language, and what staff wrote in the words of staff.
"""

from django.utils.translation import gettext, gettext_noop

LATE = gettext_noop("The ticket list was not frozen in the time promised.")
KNOWN = gettext_noop("The beacon's round was known before the ticket list was frozen.")
MISSING = gettext_noop("The beacon's round could not be obtained within 7 days of its time.")
RESTORED = gettext_noop(
    "The site's database was restored from a backup, and tickets taken after that backup were lost."
)
NO_TICKETS = gettext_noop("Nobody took a ticket.")
TOO_FEW = gettext_noop("Too few tickets were taken: %(taken)s, and the draw needed %(least)s.")
NOT_CLAIMED = gettext_noop("The prize was not claimed in time.")
LEFT = gettext_noop("The winner closed their account.")

# By the codes of `Disqualification.Reason`. What staff hold against a winner in detail is never public.
DISQUALIFIED = {
    "underage": gettext_noop("The winner was disqualified: not old enough to play."),
    "accounts": gettext_noop("The winner was disqualified: they played with more than one account."),
    "not_allowed": gettext_noop("The winner was disqualified: the rules did not allow them to play."),
    "untrue": gettext_noop("The winner was disqualified: the details they gave were not true."),
    "undeliverable": gettext_noop("The prize could not be delivered with the details that its winner gave."),
    "given_up": gettext_noop("The winner gave the prize up."),
}

# Records of 1.0 say so. It named a cause that nobody had looked into.
LATE_AND_DOWN = gettext_noop(
    "The ticket list was not frozen in the time promised, because the site was down."
)

FIXED = frozenset(
    {LATE, LATE_AND_DOWN, KNOWN, MISSING, RESTORED, NO_TICKETS, NOT_CLAIMED, LEFT, *DISQUALIFIED.values()}
)


def too_few(taken: int, least: int) -> str:
    """Return why a draw that missed its minimum is void, as it is recorded."""
    return TOO_FEW % {"taken": taken, "least": least}


def shown(reason: str) -> str:
    """Return a recorded reason in the reader's language, where it is a fixed one."""
    return gettext(reason) if reason in FIXED else reason


def shown_too_few(taken: int, least: int) -> str:
    """Return, in the reader's language, why a draw that missed its minimum is void."""
    return gettext(TOO_FEW) % {"taken": taken, "least": least}
