"""The page behind an email's "unsubscribe". Looking at it changes nothing: mail scanners look too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.notifications import unsubscribe


# A mail program posts here for its reader, with no cookie and no page before (RFC 8058). What allows it is
# the signed address, which no stranger's page knows.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop these emails; POST stops them, whoever is signed in or not."""
    done = request.method == "POST"
    try:
        found = unsubscribe.unsubscribe(token) if done else unsubscribe.find(token)
    except unsubscribe.UnsubscribeRefused as refusal:
        return render(request, "accounts/unsubscribe.html", {"problem": str(refusal)}, status=410)
    return render(request, "accounts/unsubscribe.html", {"kind": found.kind, "done": done})
