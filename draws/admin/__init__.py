"""The staff's pages about draws: drafts, publishing, cancelling, tickets, winners and seals."""

from draws.admin import beacon, draws, redraws, seals, tickets, winners

__all__ = ["beacon", "draws", "redraws", "seals", "tickets", "winners"]
