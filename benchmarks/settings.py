"""The site's own settings, with one more page: see benchmarks/urls.py."""

from lucky11.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
# The pages' files are not what is measured, and nothing is collected for a run.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
