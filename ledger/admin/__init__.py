"""The staff's pages about coins: every movement and limit, read-only, and how a balance is corrected."""

from ledger.admin import limits, transactions

__all__ = ["limits", "transactions"]
