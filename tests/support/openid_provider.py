"""An OpenID Connect provider that misbehaves on demand: a real HTTP server with a key of its own.

`oidc-provider-mock` is the provider that behaves. This one can, by `wrong`, lie in one point.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from lucky11.configuration import openid_providers

# A lie by leaving a claim out.
LEFT_OUT = {f"no {claim}": claim for claim in ("nonce", "exp", "iat", "sub", "aud", "iss")}
CLIENT_ID, CLIENT_SECRET = "lucky11", "the-secret-of-lucky11"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def own_key() -> rsa.RSAPrivateKey:
    """Return the provider's key, the same in every test: making one takes longer than most tests."""
    return new_key()


@dataclass
class Provider:
    """What the provider says about whoever presses its button, and in which point it lies."""

    origin: str
    claims: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=own_key)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)

    def description(self) -> dict[str, Any]:
        places = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "userinfo_endpoint": "/userinfo",
            "jwks_uri": "/jwks",
        }
        issuer = "https://elsewhere.example" if self.wrong == "description" else self.origin
        return {"issuer": issuer} | {name: self.origin + place for name, place in places.items()}

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = self.claims | {
            "iss": self.origin,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "jti": secrets.token_hex(8),
        }
        lies: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "of-another-sign-in"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "from the future": {"iat": now + 900, "exp": now + 1200},
            "audience": {"aud": "another-site"},
            "issuer": {"iss": "https://elsewhere.example"},
            "party": {"aud": [CLIENT_ID, "another-site"], "azp": "another-site"},
        }
        claims |= lies.get(self.wrong, {})
        if self.wrong in LEFT_OUT:
            del claims[LEFT_OUT[self.wrong]]
        if self.wrong == "no signature":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": "1"})
        if self.wrong == "signed with the client's secret":
            return jwt.encode(claims, CLIENT_SECRET * 2, algorithm="HS256", headers={"kid": "1"})
        key = new_key() if self.wrong == "signature" else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"})

    def answer_token(self, sent: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            not asked
            or challenge != asked["code_challenge"]
            or sent.get("client_secret") != CLIENT_SECRET
            or sent.get("redirect_uri") != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        if self.wrong == "answer":
            return 200, ["what", "is", "this"]
        access = secrets.token_hex(16)
        self.tokens.add(access)
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": 60}
        if self.wrong == "lifetime":
            answer["expires_in"] = "soon"
        if self.wrong == "no id token":
            return 200, answer
        return 200, answer | {"id_token": self.id_token(asked["nonce"])}

    def answer_userinfo(self, access: str) -> tuple[int, Any]:
        if access not in self.tokens:
            return 401, {"error": "invalid_token"}
        return 200, self.claims | ({"sub": "somebody-else"} if self.wrong == "userinfo" else {})


class Server(ThreadingHTTPServer):
    """Answers for a provider on a free port."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.provider = provider
        provider.origin = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the provider of its server."""

    server: "Server"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if self.server.provider.wrong == "broken":
            self.say(500, {"error": "server_error"})
        elif url.path == "/.well-known/openid-configuration":
            self.say(200, self.server.provider.description())
        elif url.path == "/jwks":
            self.say(200, self.server.provider.keys())
        elif url.path == "/userinfo":
            self.say(
                *self.server.provider.answer_userinfo(self.headers.get("Authorization", "")[len("Bearer ") :])
            )
        elif url.path == "/authorize":
            self.say_html("<title>Provider</title><form method=post><button>Yes, it is me</button></form>")
        else:
            self.say(404, {})

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if url.path == "/token":
            self.say(
                *self.server.provider.answer_token({name: value[0] for name, value in parse_qs(body).items()})
            )
            return
        asked = {name: value[0] for name, value in parse_qs(url.query).items()}
        self.server.provider.asked.append(asked)
        answer = {"state": asked["state"]}
        if self.server.provider.wrong in ("access_denied", "server_error"):
            answer["error"] = self.server.provider.wrong
        else:
            answer["code"] = secrets.token_hex(16)
            self.server.provider.codes[answer["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def say(self, status: int, answer: Any) -> None:
        self._send(status, "application/json", json.dumps(answer))

    def say_html(self, text: str) -> None:
        self._send(200, "text/html", f"<!doctype html>{text}")

    def _send(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing: the test says what went wrong."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider on a free port, until the test is over."""
    provider = Provider("")
    server = Server(provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def offered_by(origin: str, name: str = "Replica") -> dict[str, Any]:
    """What the site's settings make of an environment that names this provider."""
    named = {"SERVER_URL": origin, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "NAME": name}
    return openid_providers({f"OIDC_{variable}": value for variable, value in named.items()})
