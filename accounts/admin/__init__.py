"""The staff's pages about players and mail, and what every staff page builds on."""

from accounts.admin import mails, players

__all__ = ["mails", "players"]
