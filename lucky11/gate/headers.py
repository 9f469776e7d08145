"""Headers that hold for all pages: what is private is kept nowhere, and what no page needs no page may do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Pages with a secret in them, or in their address, whoever looks at them.
SECRET = ("/accounts/", "/welcome-back/", "/unsubscribe/", "/admin/", "/profile/", "/dev/")
# A ticket's receipt, in an address, is for its owner alone.
SECRET_PARAMETERS = ("receipt", "code", "state", "token")
NOT_KEPT = "no-store, private"
# What browsers could offer to a page and this site never asks for; passkeys and copying remain.
REFUSED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in REFUSED)

Handler = Callable[[HttpRequest], HttpResponseBase]


class HeadersMiddleware:
    """Says of every answer who may keep it, and what its page may do.

    An answer that is the same for all says `public` itself; a visitor's page keeps what its view said.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "public" not in response.headers.get("Cache-Control", "") and _is_private(request):
            response["Cache-Control"] = NOT_KEPT
        return response


def _is_private(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD") or request.path.startswith(SECRET):
        return True
    if any(name in request.GET for name in SECRET_PARAMETERS):
        return True
    # Without a session nobody was asked who it is: no query for that here.
    session = getattr(request, "session", None)
    return session is not None and session.accessed and bool(request.user.is_authenticated)
