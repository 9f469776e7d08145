"""The staff's pages about coins: every movement, read-only, and the one way to correct a balance."""

from ledger.admin import transactions

__all__ = ["transactions"]
