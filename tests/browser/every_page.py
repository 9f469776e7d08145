"""The map of the site: every page in every state."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from accounts.models import OutboxEmail
from tests.browser.world import World
from tests.conftest import PASSWORD

# Somebody whom nobody has seen before: a window of their own for the page.
SOMEBODY = "somebody"


def _nothing(page: Page, world: World) -> None:
    pass


@dataclass(frozen=True)
class Place:
    """A page in one state: its address's name, who looks, where, and what they do there first."""

    name: str
    address: str
    path: str
    who: str = "visitor"
    act: Callable[[Page, World], None] = field(default=_nothing, compare=False)
    developer: bool = False

    @property
    def acts(self) -> bool:
        """Whether anything is done there first."""
        return self.act is not _nothing


def _fill(button: str, **fields: str | bool) -> Callable[[Page, World], None]:
    def act(page: Page, world: World) -> None:
        # The browser's own checks of a form come before ours.
        page.evaluate(
            """() => {
                for (const form of document.forms) form.noValidate = true;
                for (const box of document.querySelectorAll("[maxlength]")) box.removeAttribute("maxlength");
            }"""
        )
        for name, value in fields.items():
            box = page.locator(f"main [name={name}]")
            if isinstance(value, bool):
                box.set_checked(value)
            else:
                box.fill(value.format(**{key: str(player.email) for key, player in world.players.items()}))
        world.speak(page)
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    return act


def _collect(page: Page, world: World) -> None:
    # Once a day: the second look finds it done.
    if page.get_by_role("button", name="Collect 3 coins").count():
        _fill("Collect 3 coins")(page, world)


def _post_without_token(page: Page, world: World) -> None:
    world.speak(page)
    with page.expect_navigation():
        page.evaluate(
            """() => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = "/coins/daily/";
                document.body.append(form);
                form.submit();
            }"""
        )


def _reset_to_the_new_password(page: Page, world: World) -> None:
    _fill("Send me a code", email="{bob}")(page, world)
    mail = OutboxEmail.objects.filter(recipient=world.players["bob"].email).latest("pk")
    code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mail.text, re.MULTILINE)
    assert code, mail.text
    page.locator("main [name=code]").fill(code[1])
    with page.expect_navigation():
        page.locator("main [name=code]").press("Enter")


def _everyone(name: str, address: str, path: str, **more: Any) -> list[Place]:
    return [
        Place(name, address, path, **more),
        Place(f"{name}, signed in", address, path, who="alice", **more),
    ]


VISITORS = [
    *_everyone("open draws", "draws:list", "/"),
    Place("open draws, VIP", "draws:list", "/?show=vip", who="alice"),
    Place("open draws, none of these", "draws:list", "/?show=mine", who="newcomer"),
    *_everyone("results", "draws:winners", "/winners/"),
    Place("results of the old site", "draws:old_winners", "/winners/old-site/"),
    Place("my tickets of the old site", "draws:old_tickets", "/tickets/old-site/", who="alice"),
    Place("how it works", "draws:how", "/how-it-works/"),
    Place("fair draws", "draws:fair", "/fair-draws/"),
    Place("the log", "draws:log", "/log/"),
    Place("rules", "accounts:rules", "/rules/"),
    Place("privacy", "accounts:privacy", "/privacy/"),
    Place("help", "accounts:help", "/help/"),
    Place("accessibility", "accounts:accessibility", "/accessibility/"),
    Place("safer play, visitor", "ledger:safer_play", "/safer-play/"),
    Place("draw, signed out", "draws:detail", "/draws/{open}/"),
    Place("draw, drawn", "draws:detail", "/draws/{won}/"),
    Place("draw, unknown", "draws:detail", "/draws/999999/"),
    Place("tickets of an open draw", "draws:ticket_list", "/draws/{open}/tickets/"),
    Place("tickets of a drawn draw", "draws:ticket_list", "/draws/{prizes}/tickets/"),
    Place("tickets of a cancelled draw", "draws:ticket_list", "/draws/{off}/tickets/"),
    Place("a ticket found", "draws:ticket_list", "/draws/{lost}/tickets/?find=3", who="alice"),
    Place("no ticket found", "draws:ticket_list", "/draws/{lost}/tickets/?find=x"),
    *_everyone("checking a drawn draw", "draws:verify", "/draws/{won}/verify/"),
    Place("checking an open draw", "draws:verify", "/draws/{open}/verify/"),
]
SIGNING_IN = [
    Place("sign in", "account_login", "/accounts/login/"),
    Place(
        "sign in, wrong password",
        "account_login",
        "/accounts/login/",
        SOMEBODY,
        _fill("Sign in", login="nobody@lucky11.example", password="wrong"),
    ),
    Place("join", "accounts:signup", "/accounts/signup/"),
    Place(
        "join, mistakes",
        "accounts:signup",
        "/accounts/signup/",
        SOMEBODY,
        _fill("Create my account", email="x", password1="1"),
    ),
    Place(
        "join, look in your mailbox",
        "account_email_verification_sent",
        "/accounts/signup/",
        SOMEBODY,
        _fill(
            "Create my account",
            email="somebody@lucky11.example",
            password1="tall-orange-kettle",
            accepts_rules=True,
        ),
    ),
    Place("confirm an e-mail", "accounts:confirm", "/accounts/confirm-email/{key}/"),
    Place("confirm an e-mail, wrong key", "accounts:confirm", "/accounts/confirm-email/x:y:z/"),
    Place("reset the password", "account_reset_password", "/accounts/password/reset/"),
    Place(
        "reset, type the code",
        "account_confirm_password_reset_code",
        "/accounts/password/reset/",
        SOMEBODY,
        _fill("Send me a code", email="{rich}"),
    ),
    Place(
        "reset, the new password",
        "account_complete_password_reset",
        "/accounts/password/reset/",
        SOMEBODY,
        _reset_to_the_new_password,
    ),
    Place("reset, done", "account_password_reset_completed", "/accounts/password/reset/done/"),
    Place("account off", "account_inactive", "/accounts/inactive/"),
    Place(
        "second factor at sign-in",
        "mfa_authenticate",
        "/accounts/login/",
        SOMEBODY,
        _fill("Sign in", login="{locked}", password=PASSWORD),
    ),
    Place("provider, given up", "socialaccount_login_cancelled", "/accounts/3rdparty/login/cancelled/"),
    Place("provider, failed", "socialaccount_login_error", "/accounts/3rdparty/login/error/"),
]
DRAWS = [
    Place(f"draw, {name}", "draws:detail", f"/draws/{{{draw}}}/", who=who)
    for name, draw, who in [
        ("open", "open", "alice"),
        ("VIP only", "vip", "alice"),
        ("VIP first", "early", "alice"),
        ("too dear", "dear", "alice"),
        ("full", "full", "alice"),
        ("limit reached", "limit", "alice"),
        ("won coins", "won", "alice"),
        ("won a prize to claim", "prizes", "alice"),
        ("won a prize claimed", "sent", "alice"),
        ("lost", "lost", "alice"),
        ("passed on", "passed_on", "alice"),
        ("void", "void", "alice"),
        ("cancelled, long title", "off", "alice"),
        ("being drawn", "drawing", "alice"),
        ("own limit", "open", "limited"),
        ("on a break", "open", "resting"),
        ("suspended", "open", "suspended"),
        ("staff", "open", "staff"),
        ("rules not accepted", "open", "imported"),
        ("draft", "draft", "staff"),
    ]
]
ENTERING = [
    Place("entered", "draws:enter", "/draws/{open}/", "busy", _fill("Enter with 5 coins")),
    Place("not entered", "draws:enter", "/draws/{open}/", "busy", _fill("Enter this draw", tickets="0")),
    Place("entering, by address", "draws:enter", "/draws/{open}/enter/"),
]
PLAYERS = [
    *(Place(f"my tickets, {who}", "draws:tickets", "/tickets/", who=who) for who in ("alice", "newcomer")),
    Place("my tickets, won", "draws:tickets", "/tickets/?show=won", who="alice"),
    Place("claim", "draws:claim", "/winners/{to_claim}/claim/", who="alice"),
    Place("claim, mistakes", "draws:claim", "/winners/{to_claim}/claim/", "alice", _fill("Claim the prize")),
    Place("claimed", "draws:claim", "/winners/{claimed}/claim/", who="alice"),
    *(Place(f"coins, {who}", "ledger:coins", "/coins/", who=who) for who in ("alice", "newcomer", "resting")),
    Place("coins, collected", "ledger:daily", "/coins/", "busy", _collect),
    *(
        Place(f"safer play, {who}", "ledger:safer_play", "/safer-play/", who=who)
        for who in ("alice", "limited", "resting")
    ),
    *(Place(f"account, {who}", "accounts:profile", "/profile/", who=who) for who in ("alice", "suspended")),
    Place("account, mistakes", "accounts:profile", "/profile/", "alice", _fill("Save", first_name="x" * 61)),
    Place(
        "account, saved, long name",
        "accounts:profile",
        "/profile/",
        "busy",
        _fill("Save", first_name="W" * 60),
    ),
    Place("my data", "accounts:data", "/profile/data/", who="alice"),
    Place("my data, none", "accounts:data", "/profile/data/", who="newcomer"),
    Place("delete my account", "accounts:delete_account", "/profile/delete/", who="alice"),
    Place("messages", "accounts:messages", "/messages/", who="alice"),
    Place("messages, few", "accounts:messages", "/messages/", who="newcomer"),
    Place("what we write about", "accounts:message_choices", "/messages/choices/", who="alice"),
    Place("accept the rules", "accounts:accept_rules", "/rules/accept/", who="imported"),
]
SECURITY = [
    Place("e-mail", "account_email", "/accounts/email/", who="alice"),
    Place("change the password", "account_change_password", "/accounts/password/change/", who="alice"),
    Place("sign out", "account_logout", "/accounts/logout/", who="alice"),
    *(
        Place(f"second factors, {who}", "mfa_index", "/accounts/2fa/", who=who)
        for who in ("alice", "secured")
    ),
    Place("set up a code app", "mfa_activate_totp", "/accounts/2fa/totp/activate/", who="alice"),
    Place(
        "set up a code app, wrong code",
        "mfa_activate_totp",
        "/accounts/2fa/totp/activate/",
        "alice",
        _fill("Turn it on", code="000000"),
    ),
    Place("turn the code app off", "mfa_deactivate_totp", "/accounts/2fa/totp/deactivate/", who="secured"),
    Place("recovery codes", "mfa_view_recovery_codes", "/accounts/2fa/recovery-codes/", who="secured"),
    Place(
        "new recovery codes",
        "mfa_generate_recovery_codes",
        "/accounts/2fa/recovery-codes/generate/",
        who="secured",
    ),
    Place("passkeys", "mfa_list_webauthn", "/accounts/2fa/webauthn/", who="secured"),
    Place("add a passkey", "mfa_add_webauthn", "/accounts/2fa/webauthn/add/", who="alice"),
    Place(
        "rename a passkey", "mfa_edit_webauthn", "/accounts/2fa/webauthn/keys/{passkey}/edit/", who="secured"
    ),
    Place(
        "remove a passkey",
        "mfa_remove_webauthn",
        "/accounts/2fa/webauthn/keys/{passkey}/remove/",
        who="secured",
    ),
    Place("prove again", "account_reauthenticate", "/accounts/reauthenticate/", who="stale"),
    Place("prove again, code", "mfa_reauthenticate", "/accounts/2fa/reauthenticate/", who="locked"),
    Place("where I am signed in", "usersessions_list", "/accounts/sessions/", who="alice"),
    Place("other ways to sign in", "socialaccount_connections", "/accounts/3rdparty/", who="alice"),
]
ERRORS = [
    Place("error 403, form", "ledger:daily", "/how-it-works/", SOMEBODY, _post_without_token),
    Place("error 404", "nowhere", "/no/such/page/"),
    Place("error 405", "ledger:daily", "/coins/daily/", who="alice"),
    *(Place(f"error {status}", "broken", f"/broken/{status}/") for status in (400, 403, 429, 500, 503)),
    Place("error 404, signed in", "nowhere", "/no/such/page/", who="alice"),
]
DEVELOPERS = [
    Place("style guide", "styleguide", "/styleguide/", developer=True),
    Place("mails", "accounts:dev_mail", "/dev/mail/", developer=True),
    Place("a mail", "accounts:dev_mail_one", "/dev/mail/{mail}/", developer=True),
]
PLACES = [*VISITORS, *SIGNING_IN, *DRAWS, *ENTERING, *PLAYERS, *SECURITY, *ERRORS, *DEVELOPERS]
