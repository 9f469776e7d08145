from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "draws"
    verbose_name = "Draws"
    default_auto_field = "django.db.models.BigAutoField"
