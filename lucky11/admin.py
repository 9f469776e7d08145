"""Django looks here for what this app registers with the admin; `lucky11.staff` has it."""

from lucky11.staff import operations, staff_log

__all__ = ["operations", "staff_log"]
