"""The map of the site: every page in every state."""

from tests.browser.checking import proof
from tests.browser.places import (
    SOMEBODY,
    Place,
    ask_for,
    ask_too_fast,
    check,
    check_it,
    collect,
    everyone,
    fill,
    lose_the_answer,
    post_without_token,
    reset_to_the_new_password,
)
from tests.browser.ways_in import PASSKEYS, PROVIDER
from tests.conftest import PASSWORD

__all__ = ["PLACES", "SOMEBODY", "Place"]

CHANGED = proof("five players, one prize") | {"winners": [1]}

VISITORS = [
    *everyone("open draws", "draws:list", "/"),
    Place("open draws, VIP", "draws:list", "/?show=vip", who="alice"),
    Place("open draws, none of these", "draws:list", "/?show=mine", who="newcomer"),
    *everyone("results", "draws:winners", "/winners/"),
    Place("open draws, found", "draws:list", "/?q=lisbon", who="alice"),
    Place("open draws, not found", "draws:list", "/?q=zeppelin"),
    Place("results of the old site", "draws:old_winners", "/winners/old-site/"),
    Place("results of the old site, mine among them", "draws:old_winners", "/winners/old-site/", who="old"),
    Place("results of the old site, earlier", "draws:old_winners", "/winners/old-site/?before={old_before}"),
    Place("my tickets of the old site", "draws:old_tickets", "/tickets/old-site/", who="old"),
    Place("my tickets of the old site, none", "draws:old_tickets", "/tickets/old-site/", who="alice"),
    Place("how it works", "draws:how", "/how-it-works/"),
    Place("fair draws", "draws:fair", "/fair-draws/"),
    Place("the log", "draws:log", "/log/"),
    Place("rules", "accounts:rules", "/rules/"),
    Place("privacy", "accounts:privacy", "/privacy/"),
    Place("offline", "offline", "/offline/"),
    Place("help", "accounts:help", "/help/"),
    Place("accessibility", "accounts:accessibility", "/accessibility/"),
    Place("safer play, visitor", "ledger:safer_play", "/safer-play/"),
    Place("draw, signed out", "draws:detail", "/draws/{open}/"),
    Place("draw, drawn", "draws:detail", "/draws/{won}/"),
    Place("draw, many winners", "draws:detail", "/draws/{many}/"),
    *(
        Place(f"draw room, {state}", "draws:room", f"/draws/{{{state}}}/live/", who="alice")
        for state in ("open", "closing", "waiting", "lost", "beacon", "many", "off")
    ),
    Place("draw, sold out", "draws:detail", "/draws/{full}/"),
    Place("draw, unknown", "draws:detail", "/draws/999999/"),
    Place("tickets of an open draw", "draws:ticket_list", "/draws/{open}/tickets/"),
    Place("tickets of a drawn draw", "draws:ticket_list", "/draws/{prizes}/tickets/"),
    Place("tickets of a cancelled draw", "draws:ticket_list", "/draws/{off}/tickets/"),
    Place("a ticket found", "draws:ticket_list", "/draws/{lost}/tickets/?find=3", who="alice"),
    Place("no ticket found", "draws:ticket_list", "/draws/{lost}/tickets/?find=x"),
    *everyone("checking a drawn draw", "draws:verify", "/draws/{won}/verify/"),
    Place("checking an open draw", "draws:verify", "/draws/{open}/verify/"),
    Place("checking a frozen draw", "draws:verify", "/draws/{waiting}/verify/"),
    Place("checking a draw of the beacon", "draws:verify", "/draws/{beacon}/verify/", who="alice"),
    Place("tickets of a frozen draw", "draws:ticket_list", "/draws/{waiting}/tickets/", who="alice"),
]
SIGNING_IN = [
    Place("sign in", "account_login", "/accounts/login/"),
    Place(
        "sign in, wrong password",
        "account_login",
        "/accounts/login/",
        SOMEBODY,
        fill("Sign in", login="nobody@lucky11.example", password="wrong"),
    ),
    Place("join", "accounts:signup", "/accounts/signup/"),
    Place(
        "join, mistakes",
        "accounts:signup",
        "/accounts/signup/",
        SOMEBODY,
        fill("Create my account", email="x", password1="1"),
    ),
    Place(
        "join, check your email",
        "accounts:waiting",
        "/accounts/signup/",
        SOMEBODY,
        fill(
            "Create my account",
            email="somebody@lucky11.example",
            password1="tall-orange-kettle",
            accepts_rules=True,
        ),
    ),
    Place("confirm an email", "accounts:confirm", "/accounts/confirm-email/{key}/"),
    Place("confirm an email, wrong key", "accounts:confirm", "/accounts/confirm-email/x:y:z/"),
    Place("an invitation of the old site", "accounts:welcome_back", "/welcome-back/{invitation}/"),
    Place("an invitation that is too old", "accounts:welcome_back", "/welcome-back/x:y:z/"),
    Place("reset the password", "accounts:reset_password", "/accounts/password/reset/"),
    Place(
        "reset, type the code",
        "accounts:reset_code",
        "/accounts/password/reset/",
        SOMEBODY,
        fill("Send me a code", email="{rich}"),
    ),
    Place(
        "reset, the new password",
        "accounts:reset_complete",
        "/accounts/password/reset/",
        SOMEBODY,
        reset_to_the_new_password,
    ),
    Place("reset, done", "account_password_reset_completed", "/accounts/password/reset/done/"),
    Place("undo a change", "accounts:undo", "/accounts/undo/{undo}/"),
    Place("undo a change, too late", "accounts:undo", "/accounts/undo/nonsense/"),
    Place("account off", "account_inactive", "/accounts/inactive/"),
    Place(
        "second factor at sign-in",
        "mfa_authenticate",
        "/accounts/login/",
        SOMEBODY,
        fill("Sign in", login="{locked}", password=PASSWORD),
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
        ("lost", "lost", "alice"),
        ("void", "void", "alice"),
        ("cancelled, long title", "off", "alice"),
        ("being drawn", "drawing", "alice"),
        ("closing", "closing", "alice"),
        ("of the beacon, open", "next", "alice"),
        ("waiting for the beacon", "waiting", "alice"),
        ("waiting for the beacon, without a ticket", "waiting", "visitor"),
        ("drawn by the beacon", "beacon", "alice"),
        ("void, frozen late", "late", "alice"),
        ("void, nobody entered", "nobody", "visitor"),
        ("with a photo", "photo", "alice"),
        ("with a tall photo", "tall", "alice"),
        ("with a wide photo", "panorama", "alice"),
        ("with a photo, drawn", "photo_over", "bob"),
        ("with a picture of its own", "made", "alice"),
        ("full, mine", "full", "rich"),
        ("text changed", "changed", "alice"),
        ("email not confirmed", "open", "unconfirmed"),
        ("own limit", "open", "limited"),
        ("on a break", "open", "resting"),
        ("suspended", "open", "suspended"),
        ("staff", "open", "staff"),
        ("rules not accepted", "open", "imported"),
        ("draft", "draft", "staff"),
    ]
]
# A player's own result is covered where scripts run, until they want to see it.
RESULTS = [
    Place(f"result, {name}", "draws:detail", f"/draws/{{{draw}}}/?result", who=who)
    for name, draw, who in [
        ("won coins", "won", "alice"),
        ("won a prize to claim", "prizes", "alice"),
        ("won a prize claimed", "sent", "alice"),
        ("lost", "lost", "alice"),
        ("passed on", "passed_on", "alice"),
        ("passed on, the other winner", "passed_on", "bob"),
        ("many winners, some mine", "many", "alice"),
        ("drawn by the beacon", "beacon", "bob"),
    ]
]
CHECKING = [
    Place("checked, it holds", "draws:verify", "/draws/{won}/verify/", "alice", check_it),
    Place("checked, a void draw", "draws:verify", "/draws/{void}/verify/", "alice", check_it),
    Place("checked, it does not hold", "draws:verify", "/draws/{open}/verify/", "alice", check(CHANGED)),
    Place("checked, no document", "draws:verify", "/draws/{won}/verify/", act=check(b"%PDF-1.7")),
]
ENTERING = [
    Place("entered", "draws:enter", "/draws/{open}/", "busy", fill("Enter with 5 coins")),
    Place("not entered", "draws:enter", "/draws/{open}/", "busy", fill("Enter this draw", tickets="0")),
    Place("entering, by address", "draws:enter", "/draws/{open}/enter/"),
    Place("entered before", "draws:detail", "/draws/{open}/?receipt={receipt}&again", who="alice"),
    Place("not entered, not enough coins", "draws:enter", "/draws/{steep}/", "newcomer", ask_for(2)),
    Place("not entered, too many tickets", "draws:enter", "/draws/{open}/", "alice", ask_for(6)),
    Place("not entered, too fast", "draws:enter", "/draws/{open}/", "busy", ask_too_fast),
    Place("not known if entered", "draws:enter", "/draws/{open}/", "busy", lose_the_answer, status=503),
]
PLAYERS = [
    *(Place(f"my tickets, {who}", "draws:tickets", "/tickets/", who=who) for who in ("alice", "newcomer")),
    Place("my tickets, won", "draws:tickets", "/tickets/?show=won", who="alice"),
    Place("claim", "draws:claim", "/winners/{to_claim}/claim/", who="alice"),
    Place("claim, mistakes", "draws:claim", "/winners/{to_claim}/claim/", "alice", fill("Claim the prize")),
    Place("claimed", "draws:claim", "/winners/{claimed}/claim/", who="alice"),
    Place("disputed", "draws:claim", "/winners/{disputed}/claim/", who="bob"),
    Place(
        "disputed, mistakes", "draws:claim", "/winners/{disputed}/claim/", "bob", fill("Send my objection")
    ),
    Place("won coins, nothing to claim", "draws:claim", "/winners/{coins_won}/claim/", who="alice"),
    *(
        Place(f"a prize passed on, {who}", "draws:claim", f"/winners/{{passed_{who}}}/claim/", who=who)
        for who in ("alice", "bob")
    ),
    Place("claimed, name chosen", "draws:claim", "/winners/{claimed}/claim/", "alice", fill("Save")),
    *(
        Place(f"coins, {who}", "ledger:coins", "/coins/", who=who)
        for who in ("alice", "newcomer", "resting", "unconfirmed")
    ),
    Place("coins, collected", "ledger:daily", "/coins/", "busy", collect),
    *(
        Place(f"safer play, {who}", "ledger:safer_play", "/safer-play/", who=who)
        for who in ("alice", "limited", "resting")
    ),
    *(Place(f"account, {who}", "accounts:profile", "/profile/", who=who) for who in ("alice", "suspended")),
    Place("account, mistakes", "accounts:profile", "/profile/", "alice", fill("Save", first_name="x" * 61)),
    Place(
        "account, saved, long name",
        "accounts:profile",
        "/profile/",
        "busy",
        fill("Save", first_name="W" * 60),
    ),
    Place("my data", "accounts:data", "/profile/data/", who="alice"),
    Place("my data, none", "accounts:data", "/profile/data/", who="newcomer"),
    Place("delete my account", "accounts:delete_account", "/profile/delete/", who="alice"),
    Place("my tickets, a covered result", "draws:tickets", "/tickets/", who="busy"),
    Place("results, one of them covered", "draws:winners", "/winners/", who="busy"),
    Place("result, covered", "draws:detail", "/draws/{many}/", who="busy"),
    Place("messages", "accounts:messages", "/messages/", who="alice"),
    Place("messages, few", "accounts:messages", "/messages/", who="newcomer"),
    Place("messages, none", "accounts:messages", "/messages/", who="unconfirmed"),
    Place("unsubscribe", "accounts:unsubscribe", "/unsubscribe/{unsubscribe}/"),
    Place("unsubscribe, damaged", "accounts:unsubscribe", "/unsubscribe/nonsense/"),
    Place("what we write about", "accounts:message_choices", "/messages/choices/", who="alice"),
    Place("accept the rules", "accounts:accept_rules", "/rules/accept/", who="imported"),
]
SECURITY = [
    Place("email", "accounts:email", "/accounts/email/", who="alice"),
    Place("change the password", "account_change_password", "/accounts/password/change/", who="alice"),
    Place("sign out", "account_logout", "/accounts/logout/", who="alice"),
    *(
        Place(f"second factors, {who}", "mfa_index", "/accounts/2fa/", who=who)
        for who in ("alice", "secured")
    ),
    Place("set up an authenticator app", "mfa_activate_totp", "/accounts/2fa/totp/activate/", who="alice"),
    Place(
        "set up an authenticator app, wrong code",
        "mfa_activate_totp",
        "/accounts/2fa/totp/activate/",
        "alice",
        fill("Turn on two-step sign-in", code="000000"),
    ),
    Place("turn off the app", "mfa_deactivate_totp", "/accounts/2fa/totp/deactivate/", who="secured"),
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
    Place("error 403, form", "ledger:daily", "/how-it-works/", SOMEBODY, post_without_token),
    Place("error 404", "nowhere", "/no/such/page/"),
    Place("error 405", "ledger:daily", "/coins/daily/", who="alice"),
    *(
        Place(f"error {status}", "broken", f"/broken/{status}/", status=status)
        for status in (400, 403, 413, 429, 500, 503)
    ),
    Place("error 404, signed in", "nowhere", "/no/such/page/", who="alice"),
]
DEVELOPERS = [
    Place("style guide", "styleguide", "/styleguide/", developer=True),
    Place("mails", "accounts:dev_mail", "/dev/mail/", developer=True),
    Place("a mail", "accounts:dev_mail_one", "/dev/mail/{mail}/", developer=True),
]
PLACES = [
    *(*VISITORS, *SIGNING_IN, *PROVIDER, *DRAWS, *RESULTS, *CHECKING, *ENTERING),
    *(*PLAYERS, *SECURITY, *PASSKEYS, *ERRORS, *DEVELOPERS),
]
