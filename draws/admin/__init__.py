"""The staff's pages about draws: drafts, publishing, cancelling, tickets, winners and what is sealed."""

from draws.admin import beacon, draws, redraws, seals, tickets, winners

__all__ = ["beacon", "draws", "redraws", "seals", "tickets", "winners"]
