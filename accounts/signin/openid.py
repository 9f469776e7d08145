"""Signing in through the operator's OpenID Connect provider: allauth's flow, with every answer proved.

allauth trusts the ID token of a direct answer unread and knows no nonce. Here the token must be there, signed
by the provider, for this site, for this very sign-in, and not expired, before anybody is looked up.
"""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.account.models import EmailAddress
from allauth.socialaccount import app_settings
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from requests import RequestException

from accounts.addresses import is_plain
from accounts.play.rules_form import NAME_LENGTH

# Only signatures that the provider alone can make; never the client's own secret, never none.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
ADDRESSES = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
CLOCKS_DIFFER_SECONDS = 30


class NotForThisSignIn(OAuth2Error):  # type: ignore[misc]
    """The answer is real, but was given to a different sign-in."""


@contextmanager
def foreign_answer() -> Iterator[None]:
    """Turn an answer that cannot be read into an OAuth2Error, so that it never breaks a page."""
    try:
        yield
    except (RequestException, jwt.PyJWTError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise OAuth2Error(type(error).__name__) from error


def proved_claims(
    token: str, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Return an ID token's claims once it is proved: by this provider, for us, for this sign-in, not expired.

    Raises NotForThisSignIn for another nonce, and PyJWTError, LookupError or TypeError for the rest.
    """
    kid = jwt.get_unverified_header(token).get("kid")
    known = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    fitting = [key for key in known if key.key_id == kid] or (
        known if kid is None and len(known) == 1 else []
    )
    claims: dict[str, Any] = jwt.decode(
        token,
        fitting[0],
        algorithms=SIGNATURES,
        issuer=issuer,
        audience=client_id,
        leeway=CLOCKS_DIFFER_SECONDS,
        options={"require": ["iss", "aud", "sub", "exp", "iat"]},
    )
    if claims.get("azp", client_id) != client_id:
        raise jwt.InvalidAudienceError("made for another site")
    # A sign-in without a nonce, from before there was one, has no answer.
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotForThisSignIn("nonce")
    return claims


def _issuer_of(server_url: str) -> str:
    """Return who the operator says the provider is; its address may be that of its description."""
    return server_url.partition("/.well-known/")[0].rstrip("/")


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """An adapter that speaks with the provider; `nonce` is what this sign-in sent along."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_openid_config"):
            with foreign_answer():
                config = super().openid_config
                if not all(isinstance(config[name], str) for name in ADDRESSES):
                    raise TypeError("the provider's description")
                if config["issuer"].rstrip("/") != _issuer_of(self.get_provider().app.settings["server_url"]):
                    raise ValueError("another provider's description")
        return dict(self._openid_config)

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        with foreign_answer():
            return dict(super().get_access_token_data(*args, **kwargs))

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        with foreign_answer():
            return super().parse_token(data)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Any:
        with foreign_answer():
            proved = self._decode_id_token(app, kwargs["response"]["id_token"])
            userinfo = self._fetch_user_info(token.token)
            # Another person's details must not be put on this one.
            if userinfo["sub"] != proved["sub"]:
                raise ValueError("sub")
            return self.get_provider().sociallogin_from_response(
                request, {**proved, **userinfo, "iss": proved["iss"]}
            )

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        return proved_claims(
            id_token, response.json(), self.openid_config["issuer"], app.client_id, self.nonce
        )


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The provider: a nonce with every sign-in, and from its answers only what the site needs."""

    # Where allauth looks for the addresses of a provider.
    package = "allauth.socialaccount.providers.openid_connect"
    oauth2_adapter_class = Adapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        # What is asked of the provider is not for the visitor's address bar to say.
        asked: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        return asked | {"scope": self.get_scope(), "auth_params": self.get_auth_params()}

    def redirect(self, request: HttpRequest, process: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(24)
        auth_params = (kwargs.pop("auth_params", None) or {}) | {"nonce": nonce}
        try:
            response: HttpResponseBase = super().redirect(
                request, process, *args, auth_params=auth_params, nonce=nonce, **kwargs
            )
        except OAuth2Error as error:
            refused: HttpResponseBase = render_authentication_error(request, self, exception=error)
            return refused
        if not isinstance(response, HttpResponseRedirect):
            return response
        # A page that goes on by itself, not a redirect: the policy lets forms lead nowhere else.
        context = {"provider": self, "redirect_to": response.url}
        return render(request, "socialaccount/login_redirect.html", context)

    def extract_uid(self, data: dict[str, Any]) -> str:
        uid = data["sub"]
        if not (isinstance(uid, str) and 0 < len(uid) <= app_settings.UID_MAX_LENGTH and uid.isprintable()):
            raise ValueError("sub")
        return uid

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        name = data.get("given_name")
        fits = isinstance(name, str) and len(name) <= NAME_LENGTH and name.isprintable()
        email = data.get("email")
        plain = email if isinstance(email, str) and is_plain(email) else None
        return {"email": plain, "first_name": name if fits else ""}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        email = data.get("email")
        # Before lower case, which turns K (the kelvin sign) into the k of somebody else's address.
        if not (isinstance(email, str) and is_plain(email)):
            return []
        # The text "false" is true to Python.
        verified = data.get("email_verified") in (True, "true")
        return [EmailAddress(email=email.lower(), verified=verified, primary=True)]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"iss": data["iss"], "email": data.get("email")}

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        login = super().sociallogin_from_response(request, response)
        linked = SocialAccount.objects.filter(provider=login.account.provider, uid=login.account.uid).first()
        # Once the operator changes providers, the same `sub` is somebody else's.
        if linked and linked.extra_data.get("iss") != response["iss"]:
            raise OAuth2Error("linked at another provider")
        return login


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """The way back from the provider."""

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.nonce = state.get("nonce", "")
        return state, response


@login_not_required  # type: ignore[untyped-decorator]
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the visitor to the provider."""
    return _answered_by(OAuth2LoginView, request, provider_id)


@login_not_required  # type: ignore[untyped-decorator]
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Handle the way back, in one database transaction per step, as allauth does."""
    return _answered_by(Callback, request, provider_id)


def _answered_by(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        response: HttpResponseBase = view.adapter_view(Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return response
