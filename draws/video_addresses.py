"""Which pages of other sites may show a winner's video."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _


def why_not(address: str) -> str:
    """Say why a video's address cannot be linked; nothing if it can."""
    try:
        parts = urlsplit(address)
        host, plain = parts.hostname or "", parts.port is None and "@" not in address
    except ValueError:
        host, plain, parts = "", False, urlsplit("")
    if parts.scheme != "https" or not plain:
        return _("Enter an address that begins with https://, without a password or a port.")
    if host not in settings.VIDEO_HOSTS:
        said = _("Videos can be linked from these sites: %(hosts)s.")
        return said % {"hosts": ", ".join(settings.VIDEO_HOSTS) or "–"}
    return ""
