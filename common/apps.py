from django.apps import AppConfig


class CommonConfig(AppConfig):
    """What every app stands on: database helpers, web helpers, text and encryption. It knows no other app."""

    name = "common"
