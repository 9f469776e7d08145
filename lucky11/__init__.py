from lucky11.celery import app as celery_app

# pyproject.toml has the same; a test compares them.
__version__ = "1.1.0.dev0"

__all__ = ["__version__", "celery_app"]
