"""What becomes of a player's tickets and prizes when they delete the account."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.privacy.account_deletion import Part
from accounts.privacy.redaction import Traces, redact_log_about
from common.database.service_flag import as_service
from common.database.sweeps import sweep
from common.text import wording
from draws.models import Claim, Disqualification, DrawReminder, OldWinner, OpenedResult, Participation, Winner
from draws.prizes.pass_on import pass_on_of_leaver


def given_up(user: User) -> list[str]:
    """Return what the player gives up: tickets of draws to come, and prizes that were not sent yet."""
    running = Participation.objects.filter(user=user, draw__drawn_at=None, draw__cancelled_at=None)
    tickets, draws = running.count(), running.values("draw").distinct().count()
    said = []
    if tickets:
        sentence = ngettext(
            (
                "%(tickets)s in %(count)s draw still to be drawn: they stay in the list and are not "
                "refunded, and a prize they win goes to the next reserve, if there is one."
            ),
            (
                "%(tickets)s in %(count)s draws still to be drawn: they stay in the lists and are not "
                "refunded, and a prize they win goes to the next reserve, if there is one."
            ),
            draws,
        )
        said.append(sentence % {"tickets": wording.tickets(tickets), "count": wording.grouped(draws)})
    prize = _(
        "Your prize in “%(draw)s”: it has not been sent yet, and goes to the next reserve, if there is one."
    )
    said += [
        prize % {"draw": win.draw.title}
        for win in _not_sent().filter(user=user).select_related("draw").order_by("pk")
    ]
    return said


def erase(user: User, traces: Traces) -> None:
    """Take name and address off the player's wins and out of what staff wrote about them."""
    ids = list(Winner.objects.filter(user=user).values_list("pk", flat=True))
    _erase_wins(ids)
    OpenedResult.objects.filter(user=user).delete()
    DrawReminder.objects.filter(user=user).delete()
    OldWinner.objects.filter(user=user).exclude(celebration_video_url="").update(celebration_video_url="")
    for model in (Winner, Claim):
        redact_log_about(model, ids, traces)


def pass_on_prizes_of_deleted_accounts() -> int:
    """Pass on each prize not sent to a player who has left; returns how many were.

    Apart from deleting: passing on locks players by ascending id, so it cannot begin with one of them.
    """
    return sweep(_not_sent().filter(user__closed_at__isnull=False).order_by("pk"), _pass_on)


@transaction.atomic
def _pass_on(winner_id: int) -> bool:
    fresh = pass_on_of_leaver(winner_id).fresh
    # A claim may have come in while the account was deleted.
    _erase_wins([winner_id])
    return fresh


def _erase_wins(ids: list[int]) -> None:
    # The wins first: a claim under way holds its win, and is there to be erased once it lets go.
    Winner.objects.filter(pk__in=ids).update(
        public_name="", is_public=False, celebration_video_url="", video_text="", video_agreed_at=None
    )
    Claim.objects.filter(winner__in=ids).update(details="", tracking="")
    with as_service("delete_account"):
        Disqualification.objects.filter(winner__in=ids).update(evidence="", objection="", decision="")


def _not_sent() -> QuerySet[Winner]:
    return Winner.objects.filter(hand_over__in=[Winner.HandOver.TO_CLAIM, Winner.HandOver.CLAIMED])


PART = Part(gives_up=given_up, erase=erase)
