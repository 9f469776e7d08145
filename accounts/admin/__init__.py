"""The staff's pages about players, mail and approvals, and what every staff page builds on."""

from accounts.admin import approvals, emails, players, records, third_party

__all__ = ["approvals", "emails", "players", "records", "third_party"]
