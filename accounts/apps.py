from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Players and sign-in")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.registrations import register
        from accounts.security import signals

        register()
        signals.connect()
