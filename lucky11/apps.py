from django.apps import AppConfig
from django.conf import settings


class Lucky11Config(AppConfig):
    name = "lucky11"
    verbose_name = "Lucky11"

    def ready(self) -> None:
        from lucky11 import checks, pseudo_languages  # noqa: F401 the checks register themselves

        if settings.PSEUDO_LANGUAGES:
            pseudo_languages.speak()
