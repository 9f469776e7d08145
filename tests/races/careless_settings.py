"""The site's own settings, with tickets sold as is often written: see careless_urls.py."""

from lucky11.settings import *  # noqa: F403

ROOT_URLCONF = "tests.races.careless_urls"
