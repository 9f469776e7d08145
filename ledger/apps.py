from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("Coins")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ledger import signals  # noqa: F401 connects its receivers
        from ledger.rates import after_migrating
        from ledger.registrations import register

        post_migrate.connect(after_migrating, sender=self)
        register()
