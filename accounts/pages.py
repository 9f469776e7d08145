"""Pages that say how the site works. Every figure on them is the one that the site uses."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


def figures() -> dict[str, Any]:
    """Return the figures that the pages promise, from the settings."""
    return {
        "minimum_age": settings.MINIMUM_AGE,
        "rules_version": settings.RULES_VERSION,
        "claim_days": settings.CLAIM_DAYS,
        "claim_reminder_days": settings.CLAIM_REMINDER_DAYS,
        "objection_days": settings.DISQUALIFICATION_OBJECTION_DAYS,
        "freeze_window": settings.FREEZE_WINDOW_SECONDS,
        "two_staff": settings.STAFF_APPROVALS,
        "data_days": settings.DATA_EXPORT_DAYS,
        "security_log_days": settings.SECURITY_LOG_DAYS,
        "mail_days": settings.MAIL_KEPT_DAYS,
        "message_days": settings.MESSAGES_KEPT_DAYS,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "support_email": settings.SUPPORT_EMAIL,
        "site_origin": settings.SITE_ORIGIN,
    }


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules that players accept."""
    return render(request, "accounts/rules.html", figures())


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept about players, why, and for how long."""
    return render(request, "accounts/privacy.html", figures())


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """Show questions and answers."""
    return render(request, "accounts/help.html", figures())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show how accessible the site is, what is tested, and what is not yet right."""
    return render(request, "accounts/accessibility.html", figures())
