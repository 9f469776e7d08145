"""Entries: taking tickets, and the panel that offers them."""
