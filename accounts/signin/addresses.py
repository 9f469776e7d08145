"""The page of a player's email addresses: each change and what is told of it, one database transaction."""

from typing import Any

from allauth.account.views import EmailView
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User


class Addresses(EmailView):  # type: ignore[misc]
    """allauth's page, under the player's lock: two changes at once, or one and its undoing, come in turn."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            player = User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
            if player.password != getattr(request.user, "password", ""):
                # Undone while this waited: the session that sent it has ended.
                return redirect(settings.LOGIN_URL)
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
