"""Lucky11's rules for signing in and up, as django-allauth asks for them."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site

from accounts import outbox


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Mail goes to the outbox, so that it exists exactly when the fact it tells does."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password do not belong together. Try again, or reset it.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or reset the password.",
        "incorrect_code": "That is not the code we sent. Check the newest mail from us.",
        "rate_limited": "Too many requests in a short time. Wait a few minutes and try again.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = current.request
        whole = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = self.render_mail(template_prefix, email, whole)
        html = next((str(part.content) for part in getattr(message, "alternatives", [])), "")
        key = f"{template_prefix}:{uuid.uuid4().hex}"
        outbox.enqueue(key, email, message.subject, str(message.body), html)
