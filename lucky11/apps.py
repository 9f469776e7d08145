from django.apps import AppConfig
from django.conf import settings


class Lucky11Config(AppConfig):
    name = "lucky11"
    verbose_name = "Lucky11"

    def ready(self) -> None:
        from lucky11 import checks  # noqa: F401 the checks register themselves
        from lucky11.i18n import pseudo_languages

        if settings.PSEUDO_LANGUAGES:
            pseudo_languages.speak()
