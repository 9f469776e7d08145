"""The site's own settings, with one more page: see benchmarks/urls.py."""

from lucky11.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
# The pages' files are not what is measured: they are served as they are, not collected for a run.
STATIC_ROOT = BASE_DIR / "static"  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    # Each database of a run is new: nothing is kept outside of any.
    "ledger_seals": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
# All players come from one address here, faster than any: they are counted, and none is told to wait.
RATE_LIMIT_PLAYER = RATE_LIMIT_ADDRESS = 1_000_000_000
