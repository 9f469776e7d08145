from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DrawsConfig(AppConfig):
    name = "draws"
    verbose_name = _("Draws")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from draws import approvals
        from draws.notifications import kinds  # noqa: F401 names its kinds of message
        from draws.privacy import account_deletion, data_export

        approvals.register()
        account_deletion.register()
        data_export.register()
