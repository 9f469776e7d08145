"""Checks of what only the operator knows: addresses, keys, and what `check --deploy` says."""

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from common.encryption import encrypt
from draws import fairness
from draws.models import LogRecord, LogWatch
from draws.proof import standing
from draws.proof.log import origin
from lucky11 import __version__, checks
from lucky11.operations import OperationError
from lucky11.operations.backups import encryption
from lucky11.operations.doctor.results import Result, from_messages, ok, problem, warning


def mode() -> Result:
    """Check that this is a production."""
    if settings.DEBUG:
        return warning(
            f"Lucky11 {__version__} in development (DEBUG is on).", "Set DEBUG=false for a site with players."
        )
    return ok(f"Lucky11 {__version__} in production (DEBUG is off).")


def address() -> Result:
    """Check that the site has a public https address and answers to it."""
    return from_messages(checks.site_origin(None), f"{settings.SITE_ORIGIN}, and ALLOWED_HOSTS names it.")


def proxy() -> Result:
    """Check that the site trusts what its proxy says about HTTPS and addresses."""
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    result = from_messages(
        checks.tls_proxy(None), f"X-Forwarded-Proto is trusted, and {count} in X-Forwarded-For."
    )
    if result.state == "ok" and settings.SECURE_PROXY_SSL_HEADER and not count:
        return warning("All players share the proxy's address in the limits.", "Set TRUSTED_PROXY_COUNT.")
    return result


def mail_addresses() -> Result:
    """Check that players can answer the site's emails, and write to somebody."""
    return from_messages(
        checks.mail_addresses(None),
        f"From {settings.DEFAULT_FROM_EMAIL}; players write to {settings.SUPPORT_EMAIL}.",
    )


def alerts() -> Result:
    """Check that somebody is told when something is wrong."""
    told = ", ".join([*settings.ALERT_EMAILS, *(["the webhook"] if settings.ALERT_WEBHOOK_URL else [])])
    return from_messages(checks.alerts(None), f"{told or 'Somebody else'} will be told.")


def log_origin() -> Result:
    """Check that the log of draws began with the origin that the settings name."""
    first = LogRecord.objects.filter(n=0).first()
    if first is None:
        return ok(f"No draw is published yet; the log will begin with {origin()} for ever.")
    if bytes(first.head) == fairness.site_head(origin()):
        return ok(f"The log began with {origin()}.")
    said = f"The log of draws did not begin with {origin()}, so nobody can verify it."
    return problem(said, "Set LOG_ORIGIN to the first SITE_ORIGIN that this site ever had.")


def log_standing() -> Result:
    """Check that the database has every record of the log that is kept outside it."""
    watch = LogWatch.objects.filter(id=1).first() or LogWatch()
    if standing.is_behind(watch):
        said = "The database was restored and lacks records of the log that were published."
        return problem(said, "Run manage.py after_restore; nothing is sold or drawn before.")
    return ok(f"Every record that is kept outside is in the database, up to {watch.kept_n} at least.")


def keys() -> Result:
    """Check that the keys for claims, second factors, draws' secrets and backups are keys."""
    try:
        encrypt("")
    except ImproperlyConfigured as reason:
        return problem(str(reason), "Correct ENCRYPTION_KEYS; .env.example says how to make one.")
    try:
        for key in settings.BACKUP_KEYS:
            b"".join(encryption.encrypted([], key))
    except OperationError as reason:
        said = str(reason).removesuffix(" Nothing was changed.")
        return problem(said, "Correct BACKUP_KEYS; .env.example says how to make one.")
    count, of_backups = len(settings.ENCRYPTION_KEYS), len(settings.BACKUP_KEYS)
    return ok(f"{count} for claims, second factors and draws' secrets, {of_backups} for backups.")


def system_checks() -> Result:
    """Run Django's own checks of a deployment; those of Lucky11 have lines of their own."""
    found = run_checks(include_deployment_checks=True)
    others = [each for each in found if not str(each.id).startswith("lucky11.")]
    return from_messages(others, "`manage.py check --deploy` finds nothing else.")
