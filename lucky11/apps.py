from django.apps import AppConfig


class Lucky11Config(AppConfig):
    name = "lucky11"
    verbose_name = "Lucky11"

    def ready(self) -> None:
        from lucky11 import checks  # noqa: F401 registers itself
