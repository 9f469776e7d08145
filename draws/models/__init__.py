from draws.models.claims import Claim, EntryToTell, Redraw
from draws.models.draw import STOCKS, Draw, DrawQuerySet, validate_whole_second
from draws.models.old_site import OldDraw, OldTicket, OldWinner
from draws.models.seals import FreezeToTell, FrozenList, LogRecord, Round, Seal
from draws.models.tickets import Participation, TextChange, Winner

__all__ = [
    "STOCKS",
    "Claim",
    "Draw",
    "DrawQuerySet",
    "EntryToTell",
    "FreezeToTell",
    "FrozenList",
    "LogRecord",
    "OldDraw",
    "OldTicket",
    "OldWinner",
    "Participation",
    "Redraw",
    "Round",
    "Seal",
    "TextChange",
    "Winner",
    "validate_whole_second",
]
