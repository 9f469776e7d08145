"""A passkey that a player has, and the device in Chromium that holds it, or holds none."""

import hashlib
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from playwright.sync_api import CDPSession, Page

from accounts.models import User

# Passkeys belong to a name, never to a number.
NAME = "localhost"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True)
class Passkey:
    """What a device keeps of a passkey."""

    number: bytes
    key: ec.EllipticCurvePrivateKey
    holder: bytes


def by_name(origin: str) -> str:
    """The same site under the name that passkeys are for."""
    return origin.replace("127.0.0.1", NAME)


def make_passkey(player: User) -> Passkey:
    """A passkey of the player's, known to the site as if they had added it there."""
    passkey = Passkey(
        secrets.token_bytes(32),
        ec.generate_private_key(ec.SECP256R1()),
        user_pk_to_url_str(player).encode(),
    )
    data = {"name": "My laptop", "credential": _registration(passkey)}
    Authenticator.objects.create(user=player, type=Authenticator.Type.WEBAUTHN, data=data)
    return passkey


def _registration(passkey: Passkey) -> dict[str, Any]:
    """What a browser sends when it has made a passkey."""
    public = ES256.from_cryptography_key(passkey.key.public_key())
    flags = AuthenticatorData.FLAG
    about = AuthenticatorData.create(
        hashlib.sha256(NAME.encode()).digest(),
        flags.UP | flags.UV | flags.AT,
        0,
        AttestedCredentialData.create(bytes(16), passkey.number, public),
    )
    asked = CollectedClientData.create("webauthn.create", secrets.token_bytes(32), f"http://{NAME}")
    number = websafe_encode(passkey.number)
    return {
        "id": number,
        "rawId": number,
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(asked),
            "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def give_device(page: Page, passkey: Passkey | None = None) -> tuple[CDPSession, str]:
    """Give the page's computer a device, which holds this passkey or none; how to ask for what it holds."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    if passkey:
        session.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": _as_kept(passkey)})
    return session, device


def _as_kept(passkey: Passkey) -> dict[str, Any]:
    private = passkey.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "credentialId": b64encode(passkey.number).decode(),
        "isResidentCredential": True,
        "rpId": NAME,
        "privateKey": b64encode(private).decode(),
        "userHandle": b64encode(passkey.holder).decode(),
        "signCount": 1,
    }
