"""The page behind a link that undoes a change. Looking at it changes nothing: mail scanners look too."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.signin import undo


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the link undoes; POST undoes it, whoever is signed in or not."""

    def sign_out(user: User) -> None:
        if request.user.pk == user.pk:
            logout(request)

    try:
        found = undo.undo(token, sign_out) if request.method == "POST" else undo.find(token)
    except undo.UndoRefused as refusal:
        return render(request, "account/undo.html", {"problem": str(refusal)}, status=410)
    context = {"found": found, "done": request.method == "POST"}
    return render(request, "account/undo.html", context)
