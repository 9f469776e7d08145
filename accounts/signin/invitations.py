"""Invites players of the old site, who never had a password here: once each, by a link that runs out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import OldAccount, User
from accounts.notifications import notify
from accounts.old_site import has_used_the_site
from accounts.play.breaks import is_excluded_address, is_on_break
from common.web.pages import page_url

SALT = "accounts.signin.invitations"
INVITATION = notify.Kind(
    "invitation",
    _("Your account from the old site"),
    _("Once, when your account from the old site is ready here."),
)


@dataclass
class Invited:
    """How many players were invited, and how many were left out because they are on a break."""

    invited: int = 0
    on_a_break: int = 0


def to_invite() -> QuerySet[User]:
    """Return the players who came over with an email, whom nobody has invited or signed in as, by id.

    Staff, and closed or suspended accounts, are not among them.
    """
    uninvited = OldAccount.objects.filter(user=OuterRef("pk"))
    return (
        User.objects.filter(
            Exists(uninvited),
            ~Exists(uninvited.filter(invited_at__isnull=False)),
            email__isnull=False,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
            last_login=None,
            socialaccount=None,
            is_active=True,
            closed_at=None,
            suspended_at=None,
            is_staff=False,
            is_superuser=False,
        )
        .order_by("pk")
        .distinct()
    )


def invite_all(limit: int | None = None, *, dry_run: bool = False) -> Iterator[Invited]:
    """Invite up to `limit` players, each in a database transaction; yield the figures after each."""
    done, after = Invited(), ""
    while limit is None or done.invited < limit:
        batch = list(to_invite().filter(pk__gt=after).values_list("pk", flat=True)[:500])
        if not batch:
            return
        after = batch[-1]
        for user_id in batch:
            if limit is not None and done.invited >= limit:
                return
            sent = invite(user_id, dry_run=dry_run)
            done.invited += sent is True
            done.on_a_break += sent is None
            yield done


@transaction.atomic
def invite(user_id: str, *, dry_run: bool = False) -> bool | None:
    """Write a player's only invitation; False if they need none any more, None if they are on a break.

    The row of the old account remembers it in the same database transaction as the email.
    """
    # Behind this lock another command, a sign-in's password or a deletion ends first.
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not to_invite().filter(pk=user_id).exists():
        return False
    if is_on_break(user.pk) or is_excluded_address(user.email or ""):
        return None
    if not dry_run:
        OldAccount.objects.filter(user=user).update(invited_at=Now())
        _notify(user)
    return True


def _notify(user: User) -> None:
    notify.send(
        user,
        INVITATION,
        f"invitation:{user.pk}",
        title=gettext("Your Lucky11 account is ready"),
        body=gettext("Your coins and history came along from the old site."),
        url=reverse("accounts:welcome_back", args=[token_for(user)]),
        template="accounts/email/invitation",
        context={"days": settings.INVITATION_DAYS},
    )


def token_for(user: User) -> str:
    """Return what the invitation's link ends with."""
    return signing.dumps(user.pk, salt=SALT)


@never_cache
@require_safe
def welcome_back(request: HttpRequest, token: str) -> HttpResponse:
    """Show the one button that sends a code to choose a password, or why the link no longer works.

    Who is signed in sees their coins: the message on the site leads here too.
    """
    if request.user.is_authenticated:
        return redirect(page_url("coins"))
    player = None
    try:
        user_id = signing.loads(token, salt=SALT, max_age=settings.INVITATION_DAYS * 86_400)
        player = User.objects.filter(pk=user_id, is_active=True).first()
    except signing.BadSignature:
        pass
    if player and (has_used_the_site(player) or not player.email):
        player = None
    status = 200 if player else 410
    return render(request, "accounts/welcome_back.html", {"player": player}, status=status)
