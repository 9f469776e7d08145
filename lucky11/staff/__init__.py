"""The admin as a whole: who gets in, what its first page shows, and the staff log."""
