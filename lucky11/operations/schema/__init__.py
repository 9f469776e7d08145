"""The schema of a live database: migrate, roll back, compare."""
