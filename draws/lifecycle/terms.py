"""What a draft promises once it opens: its whole terms word for word, and the rules that they have to keep.

The rules are the database's (`sql/why_not_publish.sql`), which opens no other draw; each has a sentence here.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models.expressions import DatabaseDefault
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.text import wording
from common.text.hidden import hidden_sign
from draws.models import Draw, WholeTerms
from draws.pictures import shown

# What one draw may give away, hold and say; the database has the same numbers.
MOST_COINS, MOST_TICKETS, MOST_ITEMS = 100_000_000, 1_000_000, 30
LONGEST_TITLE, LONGEST_TEXT = 200, 5_000

ASK = "SELECT why_not_publish(jsonb_populate_record(NULL::draws, %s::jsonb), %s, %s::interval)"


def broken_rules(draw: Draw, opens_at: datetime, shortest: timedelta) -> list[str]:
    """Return the names of the rules that keep the draw, saved or not, from opening at `opens_at`."""
    given = {field.column: getattr(draw, field.attname) for field in draw._meta.concrete_fields}
    # What the database would fill in, no rule looks at.
    row = {column: value for column, value in given.items() if not isinstance(value, DatabaseDefault)}
    with connection.cursor() as cursor:
        cursor.execute(ASK, [json.dumps(row, cls=DjangoJSONEncoder), opens_at, str(shortest)])
        [[names]] = cursor.fetchall()
    return list(names)


def sentences(draw: Draw, names: list[str], shortest: timedelta) -> Iterator[str]:
    """Yield the sentence of each broken rule."""
    for name in names:
        yield _too_soon(shortest) if name == "closing_too_soon" else _sentence(draw, SENTENCES[name])


def _sentence(draw: Draw, sentence: "str | Promise | Callable[[Draw], str]") -> str:
    return sentence(draw) if callable(sentence) else str(sentence)


def _too_soon(shortest: timedelta) -> str:
    minutes = int(shortest.total_seconds()) // 60
    said = ngettext(
        "It would be open for less than %(minutes)s minute: choose a later closing time.",
        "It would be open for less than %(minutes)s minutes: choose a later closing time.",
        minutes,
    )
    return said % {"minutes": wording.grouped(minutes)}


def _too_many_coins(draw: Draw) -> str:
    said = _("Its prizes add up to more than %(coins)s, which is too many for a purse.")
    return said % {"coins": wording.coins(MOST_COINS)}


def _too_many_tickets(draw: Draw) -> str:
    said = _("It has more than %(tickets)s, the most that its public document can list: choose fewer.")
    return said % {"tickets": wording.tickets(MOST_TICKETS)}


def _hidden_title(draw: Draw) -> str:
    said = _("Its title has a sign that nobody sees (%(sign)s): type the title again.")
    return said % {"sign": hidden_sign(draw.title)}


def _hidden_text(draw: Draw) -> str:
    texts = f"{draw.description} {draw.prize_details}".replace("\n", " ")
    said = _("One of its texts has a sign that nobody sees (%(sign)s): type that part again.")
    return said % {"sign": hidden_sign(texts)}


def _long_text(said: str) -> str:
    return said % {"most": wording.grouped(LONGEST_TEXT)}


SENTENCES: dict[str, "str | Promise | Callable[[Draw], str]"] = {
    "closing_passed": gettext_lazy("Its closing time has passed: choose a later one."),
    "closing_too_late": gettext_lazy(
        "It would be open for more than a year: choose an earlier closing time."
    ),
    "early_access_too_long": gettext_lazy("Early access would end only after the draw closes."),
    "early_access_too_early": gettext_lazy("Early access ends before 2000: choose a later time, or none."),
    "no_prize": gettext_lazy("It has no prize: give the prize a value, or coins."),
    "too_many_coins": _too_many_coins,
    "too_many_tickets": _too_many_tickets,
    "too_many_per_player": gettext_lazy(
        "One player could take more tickets than there are: lower the tickets per player."
    ),
    "too_many_winners": gettext_lazy(
        "It has more winners than tickets: have fewer winners, or more tickets."
    ),
    "title_empty": gettext_lazy("Its title shows no letter: write what can be won."),
    "title_hidden": _hidden_title,
    "title_marks": gettext_lazy("Its title stacks marks over one letter: type the title again."),
    "title_too_long": lambda draw: (
        _("Its title has more than %(most)s characters: shorten it.") % {"most": LONGEST_TITLE}
    ),
    "text_hidden": _hidden_text,
    "text_marks": gettext_lazy("One of its texts stacks marks over one letter: type that part again."),
    "description_too_long": lambda draw: _long_text(
        _("Its description has more than %(most)s characters: shorten it.")
    ),
    "details_too_long": lambda draw: _long_text(
        _("“What the winner gets” has more than %(most)s characters: shorten it.")
    ),
    "too_many_items": lambda draw: (
        _("“What the winner gets” has more than %(most)s items: put some of them together.")
        % {"most": MOST_ITEMS}
    ),
    "picture_not_shown": gettext_lazy(
        "Players would not see its picture: upload a photo, or choose an illustration."
    ),
}


def whole_terms(draw: Draw) -> str:
    """Return all that publishing the draw promises, in canonical form: one text for one meaning.

    Keys are sorted, nothing stands between them, and only quotes, backslashes and ends of lines are escaped.
    Raises pictures.shown.NotShown.
    """
    early = draw.early_access_until
    said = {
        "title": draw.title,
        "description": draw.description,
        "rules": settings.RULES_VERSION,
        "language": settings.LANGUAGE_CODE,
        "picture": shown.fingerprint(draw),
        "entry_fee": draw.entry_fee,
        "max_participants": draw.max_participants,
        "max_per_player": draw.max_per_player,
        "min_participants": draw.min_participants,
        "claim_days": settings.CLAIM_DAYS,
        "vip_only": int(draw.vip_only),
        "early_access_until": int(early.astimezone(UTC).timestamp()) if early else 0,
        # Staff take no tickets, and may disqualify each winner.
        "house": 0,
        "disqualify": draw.winner_count,
        # Every prize is the same.
        "prizes": [
            {
                "winners": draw.winner_count,
                "amount": f"{draw.prize_amount:.2f}",
                "coins": draw.prize_coins,
                "currency": settings.PRIZE_CURRENCY if draw.prize_amount else "",
                "text": draw.prize_details,
            }
        ],
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write_down(draw: Draw) -> WholeTerms:
    """Keep the whole terms with their hash, once, in the database transaction that opens the draw."""
    terms = whole_terms(draw)
    return WholeTerms.objects.create(
        draw=draw, terms=terms, terms_hash=hashlib.sha256(terms.encode()).digest()
    )
