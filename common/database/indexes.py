"""Indexes under the names that the migration guide gives them."""

from django.db import models


class GuideIndex(models.Index):
    """An index whose documented name may be longer than Django's own 30 characters (PostgreSQL allows 63)."""

    max_name_length = 63
