"""The staff's pages about coins: every movement and limit, read-only, and the correction of a balance."""

from ledger.admin import limits, transactions

__all__ = ["limits", "transactions"]
