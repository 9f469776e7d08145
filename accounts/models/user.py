"""The model of a player: who they are, and what the ledger and the draws count about them."""

import uuid
import zoneinfo
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, verify_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast, Lower, Now, Replace
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.addresses import validate_address
from accounts.passwords import forms_of, normalized
from common.database.fields import KeepsCounters
from common.text import wording

GRACE_EVERY = timedelta(days=7)


def new_user_id() -> str:
    """Return a new player id: 32 hex digits, because email links break on hyphens and bars."""
    return uuid.uuid4().hex


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA time zone (Europe/Lisbon) or UTC; PostgreSQL knows these too."""
    if name != "UTC" and ("/" not in name or name not in zoneinfo.available_timezones()):
        said = gettext("%(name)s is not a time zone. Enter one such as Europe/Lisbon.")
        raise ValidationError(said % {"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a player with no coins, with the email in lower case. Raises ValidationError."""
        validate_address(email or "")
        user = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a staff member who may do everything. Raises ValidationError for a weak password."""
        if password is not None:
            validate_password(password, self.model(email=email, **fields))
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the player with this email, in whatever case it was typed."""
        return self.get(email=(username or "").strip().lower())


class User(KeepsCounters, AbstractBaseUser, PermissionsMixin):
    """A player: profile, coins and statistics. Coins and statistics are kept by the ledger and the draws."""

    counters: ClassVar[frozenset[str]] = frozenset(
        {
            "coins",
            "total_participations",
            "total_wins",
            "total_earnings",
            "current_streak",
            "last_ticket_on",
            "grace_used_on",
            "time_zone_changed_at",
            # The site's role may not set it.
            "created_at",
        }
    )

    id = models.TextField(
        _("id"),
        primary_key=True,
        default=new_user_id,
        db_default=Replace(
            Cast(models.Func(function="gen_random_uuid"), models.TextField()),
            models.Value("-"),
            models.Value(""),
        ),
        editable=False,
    )
    email = models.TextField(  # noqa: DJ001 old players may have none
        _("email"), null=True, blank=True, validators=[validate_address]
    )
    first_name = models.TextField(_("first name"), default="", db_default="", blank=True)
    last_name = models.TextField(_("last name"), default="", db_default="", blank=True)
    profile_image_url = models.TextField(_("profile image url"), default="", db_default="", blank=True)
    coins = models.IntegerField(_("coins"), default=0, db_default=0, editable=False)
    total_participations = models.IntegerField(
        _("total participations"), default=0, db_default=0, editable=False
    )
    total_wins = models.IntegerField(_("total wins"), default=0, db_default=0, editable=False)
    total_earnings = models.DecimalField(
        _("total earnings"), max_digits=12, decimal_places=2, default=0, db_default=0, editable=False
    )
    current_streak = models.IntegerField(_("current streak"), default=0, db_default=0, editable=False)
    is_vip = models.BooleanField(_("VIP"), default=False, db_default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    password = models.TextField(_("password"), default="", db_default="")
    last_login = models.DateTimeField(_("last login"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(
        _("may sign in"),
        default=True,
        db_default=True,
        help_text=_("Turned off when the account is deleted."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, db_default=False)
    is_superuser = models.BooleanField(_("may do everything"), default=False, db_default=False)
    time_zone = models.TextField(
        _("time zone"), default="UTC", db_default="UTC", validators=[validate_time_zone]
    )
    time_zone_changed_at = models.DateTimeField(
        _("time zone changed at"), null=True, blank=True, editable=False
    )
    covers_results_from = models.DateTimeField(
        _("covers results from"),
        default=timezone.now,
        db_default=Now(),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Results drawn since then stay covered until the player opens them."),
    )
    last_ticket_on = models.DateField(_("last ticket on"), null=True, blank=True, editable=False)
    grace_used_on = models.DateField(_("grace used on"), null=True, blank=True, editable=False)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True, editable=False)
    suspended_reason = models.TextField(
        _("suspended reason"), default="", db_default="", blank=True, editable=False
    )
    closed_at = models.DateTimeField(
        _("closed at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the player deleted the account."),
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        verbose_name = _("player")
        verbose_name_plural = _("players")
        permissions: ClassVar = [("suspend_user", "Can suspend a player")]
        # For the staff's lists and searches.
        indexes: ClassVar = [
            models.Index(name="idx_users_newest", fields=["-created_at", "-id"]),
            models.Index(
                name="idx_users_marked",
                fields=["id"],
                condition=models.Q(is_vip=True)
                | models.Q(is_staff=True)
                | models.Q(is_active=False)
                | models.Q(suspended_at__isnull=False),
            ),
            GinIndex(SearchVector("first_name", "last_name", config="simple"), name="idx_users_name_words"),
            models.Index(
                models.Func(
                    "email",
                    models.Value("@"),
                    models.Value(2),
                    function="split_part",
                    output_field=models.TextField(),
                ),
                models.F("created_at").desc(),
                models.F("id").desc(),
                name="idx_users_domain",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="users_email_once",
                fields=["email"],
                violation_error_message=_("A player with this email address already exists."),
            ),
            models.CheckConstraint(
                name="users_coins_not_negative",
                condition=models.Q(coins__gte=0),
                violation_error_message=_("A player cannot have fewer than 0 coins."),
            ),
            models.CheckConstraint(
                name="users_email_lower_case",
                condition=models.Q(email=Lower("email")) & ~models.Q(email=""),
                violation_error_message=_("An email address must be in lower case and must not be empty."),
            ),
            models.CheckConstraint(
                name="users_email_one_line",
                condition=models.Q(email__regex=r"^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$"),
                violation_error_message=_("An email address must be one word with one @ in it."),
            ),
            models.CheckConstraint(
                name="users_closed_name_nobody",
                condition=models.Q(closed_at__isnull=True)
                | models.Q(email__isnull=True, first_name="", last_name="", is_active=False),
                violation_error_message=_(
                    "A deleted account has no email address and no names, and stays closed."
                ),
            ),
            models.CheckConstraint(
                name="users_statistics_not_negative",
                condition=models.Q(
                    total_participations__gte=0,
                    total_wins__gte=0,
                    total_earnings__gte=0,
                    current_streak__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.email or gettext("player %(id)s") % {"id": self.id}

    def clean(self) -> None:
        super().clean()
        self.email = (self.email or "").strip().lower() or None

    def set_password(self, raw_password: str | None) -> None:
        """Set the password in its normal form, so that every keyboard that can type it signs in."""
        super().set_password(raw_password if raw_password is None else normalized(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password. No new hash is saved: it would end the player’s sessions."""
        forms = [None] if raw_password is None else forms_of(raw_password)
        return any(check_password(form, self.password) for form in forms)

    def renew_hash(self, raw_password: str) -> None:
        """Hash the proved password anew where its hash is older than today's way of hashing."""
        if verify_password(normalized(raw_password), self.password) != (True, False):
            self.set_password(raw_password)
            self.save(update_fields=["password"])

    @property
    def display_name(self) -> str:
        """Return what the site calls the player to themselves."""
        return self.first_name or (self.email or gettext("player")).split("@")[0]

    @property
    def initials(self) -> str:
        """One or two capital letters for the round badge."""
        letters = [wording.first_sign(name) for name in (self.first_name, self.last_name) if name]
        return "".join(letters or self.display_name[:2]).upper()

    @property
    def city(self) -> str:
        """The city whose time the player sees, or UTC."""
        return wording.city(self.time_zone)

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        """The player's time zone; UTC if the stored name is no longer known."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")

    def today(self) -> date:
        """Return the date where the player is."""
        return timezone.now().astimezone(self.tz).date()

    def streak_today(self) -> int:
        """Return the days in a row with a ticket as of today: 0 once the streak cannot be continued."""
        if self.last_ticket_on is None:
            return 0
        missed = (self.today() - self.last_ticket_on).days - 1
        forgiven = self.grace_used_on is None or self.last_ticket_on + timedelta(days=1) >= (
            self.grace_used_on + GRACE_EVERY
        )
        return self.current_streak if missed <= 0 or (missed == 1 and forgiven) else 0
