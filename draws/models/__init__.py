from draws.models.draw import STOCKS, Draw, validate_whole_second
from draws.models.fairness import FreezeToTell, FrozenList, LogRecord, Round, Seal
from draws.models.old_site import OldDraw, OldTicket, OldWinner
from draws.models.pictures import PrizePicture
from draws.models.prizes import Claim, Disqualification, EntryToTell, Redraw
from draws.models.querysets import DrawQuerySet
from draws.models.reminders import DrawReminder
from draws.models.restores import LogLoss, LogWatch
from draws.models.texts import CorrectionToTell, TextChange, WholeTerms
from draws.models.tickets import OpenedResult, Participation, Winner, place_in_words

__all__ = [
    "STOCKS",
    "Claim",
    "CorrectionToTell",
    "Disqualification",
    "Draw",
    "DrawQuerySet",
    "DrawReminder",
    "EntryToTell",
    "FreezeToTell",
    "FrozenList",
    "LogLoss",
    "LogRecord",
    "LogWatch",
    "OldDraw",
    "OldTicket",
    "OldWinner",
    "OpenedResult",
    "Participation",
    "PrizePicture",
    "Redraw",
    "Round",
    "Seal",
    "TextChange",
    "WholeTerms",
    "Winner",
    "place_in_words",
    "validate_whole_second",
]
