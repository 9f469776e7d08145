"""Where Django looks for the admin; `lucky11.staff` has what it finds."""

from lucky11.staff import operations, site

__all__ = ["operations", "site"]
