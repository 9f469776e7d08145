"""The staff's pages about players, email and approvals, and the base of every staff page."""

from accounts.admin import approvals, emails, players, records, security, third_party

__all__ = ["approvals", "emails", "players", "records", "security", "third_party"]
