"""The staff's pages about draws: drafts, publishing, cancelling, tickets, winners and what is sealed."""

from draws.admin import draws, seals, tickets, winners

__all__ = ["draws", "seals", "tickets", "winners"]
