"""The staff's pages about players, mail and approvals, and what every staff page builds on."""

from accounts.admin import approvals, mails, players, records, third_party

__all__ = ["approvals", "mails", "players", "records", "third_party"]
