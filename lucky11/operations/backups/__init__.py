"""Backups: create, verify, drill, restore, swap in, and recover to a point in time."""
