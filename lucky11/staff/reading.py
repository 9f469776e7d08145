"""Which pages of staff show personal data: each reading of one is in the security log."""

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponseBase

from accounts.models import SecurityEvent, User
from accounts.security.log import record

# Pages of these models name no player, and neither do these others; every other page may.
OF_NO_PLAYER = (
    *("draws_draw", "draws_logrecord", "draws_seal", "draws_round", "auth_group"),
    *("lucky11_incident", "lucky11_operationrun", "lucky11_doctor"),
)
PLAIN = ("index", "app_list", "jsi18n", "password_change", "password_change_done", "view_on_site", "login")


def shows_personal_data(name: str) -> bool:
    """Return whether the page with this URL name may name a player."""
    return not (name in PLAIN or name.startswith(OF_NO_PLAYER))


def note(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write down that staff read a page that names players, and about whom it is."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    if response.status_code != 200 or not match or not shows_personal_data(name):
        return
    row = unquote(str(match.kwargs.get("object_id") or match.kwargs.get("id") or ""))
    about = name.startswith("accounts_user_") or name == "ledger_transaction_adjust"
    # The page was shown, so the player exists.
    user = User(pk=row) if row and about else None
    details = {"page": name} | ({"row": row} if row else {})
    record(SecurityEvent.Kind.PERSONAL_DATA_READ, request, user=user, **details)
