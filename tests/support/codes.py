"""The codes that a player types: the one that their app shows, and the one that we mailed."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from accounts.models import OutboxEmail
from common.encryption import decrypt


def shown_for(secret: str) -> str:
    """The six digits of this half minute."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def shown_to(user) -> str:
    """What the app of this player shows now."""
    return shown_for(decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"]))


def code_in(text: str) -> str:
    """The code that stands in an email, on a line of its own."""
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{3,4})\s*$", text, re.MULTILINE)
    assert code, text
    return code[1]


def code_mailed_to(email: str) -> str:
    """The code in the latest email to this address."""
    mail = OutboxEmail.objects.filter(recipient=email).latest("pk")
    return code_in(mail.text)
