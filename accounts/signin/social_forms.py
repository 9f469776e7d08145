"""Forms for joining through the provider, and for disconnecting it."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.forms import DisconnectForm as AllauthDisconnectForm
from allauth.socialaccount.forms import SignupForm as AllauthSignupForm
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest

from accounts.models import User
from accounts.play.rules_form import AcceptsRules


class SignupForm(AcceptsRules, AllauthSignupForm):  # type: ignore[misc]
    """The form for what the provider cannot tell: the rules and, if they like, a first name."""

    field_order = ["email", "first_name", "accepts_rules"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The provider has confirmed this address; another one would have to be confirmed first.
        self.fields["email"].disabled = True

    def save(self, request: HttpRequest) -> User:
        # What the player left in the form counts, also nothing.
        self.sociallogin.user.first_name = self.cleaned_data["first_name"]
        user: User = super().save(request)
        return user


class DisconnectForm(AllauthDisconnectForm):  # type: ignore[misc]
    """The form over the player's links, except those to a provider that the site no longer offers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [app.provider_id or app.provider for app in get_adapter().list_apps(self.request)]
        links = SocialAccount.objects.filter(user=self.request.user, provider__in=offered)
        self.accounts = self.fields["account"].queryset = links
