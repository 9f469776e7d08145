from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("Coins")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ledger import approvals, data_export, receivers  # noqa: F401 connects the receivers

        approvals.register()
        data_export.register()
