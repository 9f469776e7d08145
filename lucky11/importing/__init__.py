"""Bringing players, coins and history over from a database of the old site (docs/importing.md)."""
