from django.apps import AppConfig


class Lucky11Config(AppConfig):
    name = "lucky11"
    verbose_name = "Lucky11"
