"""One settings file for every environment: what differs comes from environment variables or `.env`.

`.env.example` lists every variable. A required one that is missing stops start-up with a sentence.
"""

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import environ

from lucky11 import configuration, environment, schedule
from lucky11.configuration import required
from lucky11.i18n import languages

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# The real environment always wins over the files.
environment.read_files(os.environ.get("LUCKY11_ENV_FILE"), default=BASE_DIR / ".env")

# -- the machine it runs on --

SECRET_KEY = required("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
# The origin is part of the fairness log's first head: it never changes once draws are published.
SITE_ORIGIN = env.str("SITE_ORIGIN", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_ORIGIN])

DATABASES = {"default": configuration.database()}
# The prefix of the names of database roles: lucky11_owner, lucky11_app, lucky11_backup, lucky11_report.
DATABASE_ROLES = env.str("DATABASE_ROLES", default="lucky11")
# Passwords for `manage.py db_roles` to set, by role; only a container that sets up the database has them.
DATABASE_ROLE_PASSWORDS = env.json("DATABASE_ROLE_PASSWORDS", default={})
# Production insists on a verified TLS connection to a database over a network, unless this is off.
DATABASE_TLS = env.bool("DATABASE_TLS", default=True)
# libpq takes these from the environment if the address does not set them.
DATABASE_TLS_DEFAULTS = {
    "sslmode": os.environ.get("PGSSLMODE", ""),
    "sslrootcert": os.environ.get("PGSSLROOTCERT", ""),
}
# Newest first: it encrypts; all of them decrypt. They protect prize claims, second
# factors and the secrets of draws.
ENCRYPTION_KEYS = required("ENCRYPTION_KEYS").split(",")

REDIS_URL, CELERY_BROKER_URL = configuration.redis()
# Whether one of both comes with the optional packages, and is started by whoever needs it.
EMBEDDED_SERVERS = configuration.embedded_is_named()

# Redis holds the queue and data that may be lost. Sign-in limits must survive without it.
CACHES = configuration.caches(REDIS_URL)

EMAIL = env.email_url("EMAIL_URL", default="dummymail://" if DEBUG else "smtp://localhost:25")
vars().update(EMAIL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Lucky11 <hello@lucky11.example>")
# The address that players write to; the help page shows it.
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default=parseaddr(DEFAULT_FROM_EMAIL)[1])

# -- the rules of the house --

SIGNUP_BONUS_COINS = 50
DAILY_BONUS_COINS = 3
# Days a winner has to claim a prize, and how many before the end they are reminded.
CLAIM_DAYS = env.int("CLAIM_DAYS", default=14)
CLAIM_REMINDER_DAYS = 3
# Days a winner has to object before a disqualification takes effect, at least 1: the database holds that.
DISQUALIFICATION_OBJECTION_DAYS = configuration.objection_days()
# The sites that may show a winner's video, by their host names; pages only link there.
VIDEO_HOSTS = env.list("VIDEO_HOSTS", default=["www.youtube.com", "youtu.be", "vimeo.com"])
# The version of the rules that players accept; change it whenever the meaning of the rules changes.
RULES_VERSION = "2026-12"
MINIMUM_AGE = 18
# Cancelling a draw, passing on a prize and adjusting more than this many coins need a second staff member.
STAFF_APPROVALS = env.bool("STAFF_APPROVALS", default=True)
ADJUSTMENT_APPROVAL_COINS = env.int("ADJUSTMENT_APPROVAL_COINS", default=500)
# Days that a player can download a copy of their data.
DATA_EXPORT_DAYS = 7
# Days that the link in an imported player's invitation works.
INVITATION_DAYS = 30
# Days that a player can undo a change to how they sign in.
UNDO_DAYS = 7
# Days that the text of sent emails is kept.
MAIL_KEPT_DAYS = 90
# Days that messages are kept after they were read, and rows of emails after they were sent.
MESSAGES_KEPT_DAYS = env.int("MESSAGES_KEPT_DAYS", default=400)
# Days that events of the security log are kept; at least 30.
SECURITY_LOG_DAYS = env.int("SECURITY_LOG_DAYS", default=180)
# Minutes that a draw is open at least: players have to see it.
MIN_OPEN_MINUTES = configuration.min_open_minutes(debug=DEBUG)
# The currency sign before the value of a prize.
PRIZE_CURRENCY = env.str("PRIZE_CURRENCY", default="€")
# The log's first head names the site it began on, forever: a site that moves keeps its old origin here.
LOG_ORIGIN = env.str("LOG_ORIGIN", default=SITE_ORIGIN)
# Seconds after the closing time in which a list may still be frozen (at most 3,600); later, the draw is void.
FREEZE_WINDOW_SECONDS = env.int("FREEZE_WINDOW_SECONDS", default=120)
# Seconds from the freezing of a beacon draw's list to the round that decides (at least 60), sealed with the
# draw: in these, the list's fingerprint reaches the players.
BEACON_LEAD_SECONDS = env.int("BEACON_LEAD_SECONDS", default=600)
# The sources of the beacon's rounds; without any, draws are operator-run.
BEACON_RELAYS = configuration.beacon_relays()
BEACON_FOLDER = env.str("BEACON_FOLDER", default="")
BEACON_TIMEOUT_SECONDS = configuration.beacon_timeout()
# The most requests for tickets, and for daily visits, in this many seconds from one player or one address.
RATE_LIMIT_SECONDS = env.int("RATE_LIMIT_SECONDS", default=10)
RATE_LIMIT_PLAYER = env.int("RATE_LIMIT_PLAYER", default=30)
RATE_LIMIT_ADDRESS = env.int("RATE_LIMIT_ADDRESS", default=120)

# -- languages and times --

LANGUAGE_CODE = "en"
# Also two pseudo-languages, which show what is not translated and what does not fit.
PSEUDO_LANGUAGES = env.bool("PSEUDO_LANGUAGES", default=DEBUG)
LANGUAGES = languages.offered(PSEUDO_LANGUAGES)
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = ["lucky11.i18n.formats"]
USE_TZ = True

# -- the application --

INSTALLED_APPS = [
    "lucky11",
    "draws",
    "ledger",
    "accounts",
    "common",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "lucky11.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "lucky11.monitoring.requests.RequestMiddleware",
    "lucky11.gate.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "lucky11.gate.refusals.RefusalMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    *languages.middleware(LANGUAGES),
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.signin.fresh.FreshSignInMiddleware",
    "accounts.middleware.PlayerTimeZoneMiddleware",
    "accounts.middleware.ClearAtSignOutMiddleware",
    "lucky11.monitoring.requests.MaintenanceMiddleware",
]

ROOT_URLCONF = "lucky11.urls"
WSGI_APPLICATION = "lucky11.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "common.web.template_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.site",
                "accounts.context_processors.bell",
                "accounts.context_processors.clock",
                "accounts.context_processors.looks",
                "ledger.context_processors.coins",
                "draws.context_processors.wins",
            ],
        },
    },
]

# -- signing in --

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.passwords.{name}"}
    for name in (
        "LengthValidator",
        "OwnWordsValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "accounts.signin.sessions"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.signin.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "accounts.signin.forms.SignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Long enough for a mail server that takes a stranger's email only at the second or third attempt.
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_ORIGIN.partition(":")[0]
ACCOUNT_SESSION_REMEMBER = True
# What protects an account changes only within this many seconds after its player proved who they are.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("REAUTHENTICATION_SECONDS", default=300)
# Besides allauth's limits by the minute: how many new accounts, and how many emails to one address, a day may
# bring. Each account is worth welcome coins, and each email may reach somebody who asked for nothing.
SIGNUPS_PER_ADDRESS = env.int("SIGNUPS_PER_ADDRESS", default=100)
ACCOUNT_RATE_LIMITS = {
    "signup": f"20/m/ip,{SIGNUPS_PER_ADDRESS}/d/ip",
    "account_exists": "3/h/key,5/d/key",
    "reset_password": "20/m/ip,200/d/ip,5/m/key,20/d/key",
    "confirm_email": "1/180s/key,10/d/key",
    "manage_email": "10/m/user,30/d/user",
    # Tries of one code, and of all codes for one email; a known browser has tries of its own.
    "reset_code": "3/30m/key",
    "reset_codes": "10/h/key",
}

# A provider that the operator sets in the environment; its players accept the rules first.
SOCIALACCOUNT_ADAPTER = "accounts.signin.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = configuration.openid_providers()
SOCIALACCOUNT_FORMS = {
    name: f"accounts.signin.social_forms.{name.capitalize()}Form" for name in ("signup", "disconnect")
}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

MFA_ADAPTER = "accounts.signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "accounts.signin.passkeys.AddPasskeyForm",
    "login_webauthn": "accounts.signin.passkeys.SignInForm",
    "authenticate_webauthn": "accounts.signin.passkeys.SecondFactorForm",
    "reauthenticate_webauthn": "accounts.signin.passkeys.ProveAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Lucky11"
# Browsers offer passkeys over plain HTTP only on the machine itself, for development.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Staff enter the admin only with a second factor, used in this session.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
# Minutes without use, and hours after signing in, until staff sign in again; and minutes for which a second
# factor that was used counts for an act.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=30)
STAFF_SESSION_HOURS = env.int("STAFF_SESSION_HOURS", default=12)
STAFF_FACTOR_MINUTES = env.int("STAFF_FACTOR_MINUTES", default=60)

# -- security --

SECURE_COOKIES = env.bool("SECURE_COOKIES", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
# With this beginning browsers take a cookie only from this very host, by HTTPS: no subdomain can set one.
_COOKIES = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_COOKIES}sessionid", f"{_COOKIES}csrftoken"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
# Browsers that have a site in their list keep it for years, so it is asked for and never assumed.
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Whom to tell of a weakness of the site: an address that begins with mailto: or https://.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"mailto:{SUPPORT_EMAIL}")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "lucky11.errors.csrf_failure"
CONTENT_SECURITY_POLICY = configuration.content_security_policy()

# -- files --

# Pages that take a file are in common.web.uploads; every other one refuses it before it is kept.
FILE_UPLOAD_HANDLERS = ["lucky11.gate.refusals.RefuseFiles"]
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / ".data" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# In this order on every page of the site, and on the admin's; collected, each list is one file.
STYLE_SHEETS = [
    *(f"css/base/{name}.css" for name in ("tokens", "fonts", "elements")),
    *(f"css/parts/{name}.css" for name in ("frame", "foot", "buttons", "tickets", "cards")),
    *(f"css/parts/{name}.css" for name in ("stage", "panels", "forms", "lists", "text", "seal", "figures")),
    *(
        f"css/pages/{name}.css"
        for name in ("draws", "draw", "draw_result", "room", "proof", "coins", "account", "embed")
    ),
    "css/base/utilities.css",
]
ADMIN_STYLE_SHEETS = [f"css/admin/{name}.css" for name in ("theme", "lists", "acts", "desk")]
# What passkeys need, in this order; collected, they are one file as well.
PASSKEY_SCRIPTS = ["mfa/js/webauthn-json.js", "mfa/js/webauthn.js", "account/js/onload.js", "js/passkeys.js"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# -- backups, and where files are kept --

# The role for backups and restores, if it is not the site's own.
BACKUP_DATABASE = env.db_url("BACKUP_DATABASE_URL") if env.str("BACKUP_DATABASE_URL", default="") else None
# Newest first: it encrypts; all of them decrypt. Without keys, backups are not encrypted.
BACKUP_KEYS = env.list("BACKUP_KEYS", default=[])
# Production wants keys for its backups, unless this is off.
BACKUP_ENCRYPTION = env.bool("BACKUP_ENCRYPTION", default=True)
# How many backups are kept; the newest one that a drill has verified is always kept too.
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
# The folders of base backups and of the archived log, for point-in-time recovery.
PITR_BASES = Path(env.str("PITR_BASES", default=str(BASE_DIR / ".data" / "bases")))
PITR_ARCHIVE = Path(env.str("PITR_ARCHIVE", default=str(BASE_DIR / ".data" / "wal")))
# Backups and drills are scheduled once the operator has said where to store backups.
BACKUP_FOLDER, BACKUP_STORAGE = env.str("BACKUP_FOLDER", default=""), env.str("BACKUP_STORAGE", default="")
STORAGES = configuration.storages(BASE_DIR / ".data", debug=DEBUG)

# -- upgrades --

# Restarts the site's processes, and puts the version before back on disk and restarts them; run by `sh`.
UPGRADE_RESTART_COMMAND = env.str("UPGRADE_RESTART_COMMAND", default="")
UPGRADE_UNDO_COMMAND = env.str("UPGRADE_UNDO_COMMAND", default="")
# Where a web process of the site says its version.
UPGRADE_READY_URL = env.str(
    "UPGRADE_READY_URL",
    default=f"http://{env.str('WEB_HOST', default='127.0.0.1')}:{env.str('PORT', default='8000')}/readyz",
)

# -- the queue: tasks are sweeps, so a late message is not worth keeping --

# Celery 5.7 otherwise opens a database connection for every task; lucky11/celery.py checks it before each.
CELERY_DB_REUSE_MAX = 500
# However long Redis is away: the worker and beat go on trying (how fast: lucky11/queue_connection.py).
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Only of tasks that are acknowledged late, which there are none of; unset, Celery warns of it.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_keepalive": True, "health_check_interval": 10}
CELERY_TASK_IGNORE_RESULT = True
# Celery's defaults, said here because pickled messages would run the code of whoever can write to the queue.
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "lucky11.scheduler:Scheduler"
CELERY_BEAT_SCHEDULE = schedule.SWEEPS | (schedule.BACKUPS if BACKUP_FOLDER or BACKUP_STORAGE else {})

# -- monitoring --

# Who is told that something is wrong, by email and by an HTTP request with JSON.
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
# Disks of this machine, and how full they may be.
ALERT_DISKS = env.list("ALERT_DISKS", default=[str(BASE_DIR)])
ALERT_DISK_PERCENT = env.int("ALERT_DISK_PERCENT", default=80)
# How far behind a standby may be; megabytes count where PostgreSQL does not know the seconds.
ALERT_STANDBY_SECONDS = env.int("ALERT_STANDBY_SECONDS", default=60)
ALERT_STANDBY_MEGABYTES = env.int("ALERT_STANDBY_MEGABYTES", default=256)

# `plain` for people, `json` for machines.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    from lucky11.monitoring import sentry

    sentry.start(SENTRY_DSN)
LOGGING = configuration.logging(LOG_FORMAT, env.str("LOG_LEVEL", default="WARNING"))
