from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "draws"
    verbose_name = "Draws"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from draws import (
            approvals,
            deleting,
            messages,  # noqa: F401 names its kinds of message
            takeout,
        )

        approvals.register()
        deleting.register()
        takeout.register()
