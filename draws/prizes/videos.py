"""A winner's video: staff link it with a text, the winner agrees, and only then it is shown.

The database holds both (`sql/winners_video.sql`).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.text.hidden import hidden_sign
from draws import video_addresses
from draws.conflicts import refuse_stake
from draws.exceptions import ClaimInvalid, ClaimNotYours
from draws.models import Winner
from draws.prizes import notifications

TEXT_LENGTH = 500


def checked_text(text: str) -> str:
    """Return the text beside a video, in one line. Raises ClaimInvalid."""
    text = " ".join(text.split())
    if not text:
        raise ClaimInvalid(_("Say what the video shows: some players cannot see or hear it."), "video_text")
    if len(text) > TEXT_LENGTH:
        raise ClaimInvalid(_("Use at most %(most)s characters.") % {"most": TEXT_LENGTH}, "video_text")
    if sign := hidden_sign(text):
        said = _("The text has a sign that nobody sees (%(sign)s): type it again.")
        raise ClaimInvalid(said % {"sign": sign}, "video_text")
    return text


@transaction.atomic
def set_video(winner_id: int, address: str, text: str, *, actor: User) -> Winner:
    """Link a video of a winner, who is asked whether it may be shown; without an address, take it down.

    Raises ClaimNotYours, ClaimInvalid, or ConflictOfInterest when whoever links it holds a ticket.
    """
    winner = _locked(winner_id)
    refuse_stake(actor, winner.draw_id)
    if address:
        if problem := video_addresses.why_not(address):
            raise ClaimInvalid(problem, "celebration_video_url")
        text = checked_text(text)
    else:
        text = ""
    winner.celebration_video_url, winner.video_text = address, text
    winner.save(update_fields=["celebration_video_url", "video_text"])
    winner.refresh_from_db(fields=["video_agreed_at"])
    if address:
        notifications.notify_video(winner)
    return winner


@transaction.atomic
def agree(winner_id: int, player_id: str, address: str, *, shown: bool) -> Winner:
    """Let the winner's video at this `address` be shown, or no longer, at any time. Raises ClaimNotYours."""
    winner = _locked(winner_id)
    if winner.user_id != player_id:
        raise ClaimNotYours(_("There is no such prize."))
    if not address or winner.celebration_video_url != address:
        raise ClaimInvalid(_("The video has changed. Look at it first."), "video")
    winner.video_agreed_at = database_now() if shown else None
    winner.save(update_fields=["video_agreed_at"])
    return winner


def _locked(winner_id: int) -> Winner:
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "draw")
    winner = rows.filter(pk=winner_id).first()
    if winner is None:
        raise ClaimNotYours(_("There is no such prize."))
    return winner
