from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "Coins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ledger import (
            approvals,
            receivers,  # noqa: F401 connects the receivers
            takeout,
        )

        approvals.register()
        takeout.register()
