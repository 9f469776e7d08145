"""Telling operators that something is wrong, once, and once that it is over: by email and by webhook."""

import json
import logging
import urllib.error
import urllib.request

from django.conf import settings
from django.core.cache import caches
from django.core.mail import send_mail
from django.db import Error, connection, transaction
from django.db.models.functions import Now
from redis import RedisError

from accounts.notifications import outbox
from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from lucky11.models import Incident
from lucky11.monitoring.alerts import ALERTS, Alert

logger = logging.getLogger(__name__)

WEBHOOK_SECONDS = 10
DATABASE = "database"
KEPT_SECONDS = 30 * 24 * 3600


def check_alerts() -> dict[str, str]:
    """Check everything once and report what is new; returns what is wrong now, by alert."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _database_is_back()
        with try_advisory_lock(AdvisoryLock.ALERTS) as free:
            wrong = {alert.name: said for alert in ALERTS if (said := _check(alert))}
            if free:
                _record(wrong)
    except Error as error:
        connection.close()
        wrong = {DATABASE: f"The database does not answer: {str(error).splitlines()[0]}"}
        _database_is_gone(wrong[DATABASE])
    return wrong


def _check(alert: Alert) -> str | None:
    try:
        return alert.check()
    except Error:
        raise
    except Exception as error:
        logger.exception("The alert %s could not be checked", alert.name)
        return f"The state is unknown because the check itself failed ({type(error).__name__}: {error})."


def _record(wrong: dict[str, str]) -> None:
    still = {incident.alert: incident for incident in Incident.objects.filter(ended_at__isnull=True)}
    for name, said in wrong.items():
        if name not in still:
            _open(name, said)
    for name, incident in still.items():
        if name not in wrong:
            _close(incident)
    _call_webhook()


@transaction.atomic
def _open(name: str, said: str) -> None:
    incident = Incident.objects.create(alert=name, summary=said)
    _mail(f"incident:{incident.pk}", f"Lucky11: {name}", said)


@transaction.atomic
def _close(incident: Incident) -> None:
    incident.ended_at = Now()
    incident.save(update_fields=["ended_at"])
    _mail(
        f"recovered:{incident.pk}", f"Lucky11: recovered: {incident.alert}", f"It is over: {incident.summary}"
    )


def _mail(key: str, subject: str, said: str) -> None:
    for recipient in settings.ALERT_EMAILS:
        text = f"{said}\n\n{settings.SITE_ORIGIN}\nWhat to do: docs/operations.md\n"
        outbox.enqueue(f"{key}:{recipient}", recipient, subject, text)


def _call_webhook() -> None:
    """Call the webhook with what it has not accepted yet; the next check tries again what it refuses."""
    if not settings.ALERT_WEBHOOK_URL:
        return
    for incident in Incident.objects.filter(told_at__isnull=True).order_by("id"):
        if not _post(incident.alert, "firing", incident.summary):
            return
        Incident.objects.filter(pk=incident.pk).update(told_at=Now())
    over = Incident.objects.filter(
        ended_at__isnull=False, recovery_told_at__isnull=True, told_at__isnull=False
    )
    for incident in over.order_by("id"):
        if not _post(incident.alert, "resolved", incident.summary):
            return
        Incident.objects.filter(pk=incident.pk).update(recovery_told_at=Now())


def _post(name: str, status: str, said: str) -> bool:
    body = {"alert": name, "status": status, "summary": said, "site": settings.SITE_ORIGIN}
    request = urllib.request.Request(
        settings.ALERT_WEBHOOK_URL, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS) as answer:
            return 200 <= int(answer.status) < 300
    except (OSError, ValueError) as error:
        logger.warning("The webhook did not accept the alert %s: %s", name, error)
        return False


def _database_is_gone(said: str) -> None:
    # The database cannot record anything, so Redis remembers, and email and webhook go out directly.
    if _remembered():
        return
    _send_directly("firing", said)
    _remember(said)


def _database_is_back() -> None:
    said = _remembered()
    if said:
        with transaction.atomic():
            Incident.objects.create(
                alert=DATABASE, summary=said, ended_at=Now(), told_at=Now(), recovery_told_at=Now()
            )
        _send_directly("resolved", said)
        _remember(None)


def _send_directly(status: str, said: str) -> None:
    if settings.ALERT_WEBHOOK_URL:
        _post(DATABASE, status, said)
    over = "recovered: " if status == "resolved" else ""
    if settings.ALERT_EMAILS:
        try:
            send_mail(f"Lucky11: {over}{DATABASE}", said, None, settings.ALERT_EMAILS)
        except OSError as error:
            logger.warning("The alert %s could not be emailed: %s", DATABASE, error)


def _remembered() -> str | None:
    try:
        found = caches["redis"].get("incident:database")
    except RedisError:
        return None
    return found if isinstance(found, str) else None


def _remember(said: str | None) -> None:
    try:
        caches["redis"].set("incident:database", said, KEPT_SECONDS)
    except RedisError as error:
        logger.warning("Redis could not record that the database is unavailable: %s", error)
