"""The code that a player's app shows."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from common.encryption import decrypt


def shown_for(secret: str) -> str:
    """The six digits of this half minute."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def shown_to(user) -> str:
    """What the app of this player shows now."""
    return shown_for(decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"]))
