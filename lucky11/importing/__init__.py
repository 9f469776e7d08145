"""The import of players, coins and history from a database of the old site (docs/importing.md)."""
