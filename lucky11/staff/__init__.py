"""The admin as a whole: access, the dashboard, and the staff log."""
