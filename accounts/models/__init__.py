"""Models of players: accounts, sessions, messages, and how they play safely."""

from accounts.models.data import DataExport, LeftAddress, WelcomedMailbox
from accounts.models.messages import Message, MessageChoice, OutboxEmail
from accounts.models.old_site import OldAccount, fingerprint_of
from accounts.models.play import ExcludedAddress, PlayBreak, RulesAcceptance
from accounts.models.security import SecurityEvent
from accounts.models.sessions import Session
from accounts.models.staff import Approval
from accounts.models.undo import UndoLink
from accounts.models.user import User, UserManager, new_user_id, validate_time_zone

__all__ = [
    "Approval",
    "DataExport",
    "ExcludedAddress",
    "LeftAddress",
    "Message",
    "MessageChoice",
    "OldAccount",
    "OutboxEmail",
    "PlayBreak",
    "RulesAcceptance",
    "SecurityEvent",
    "Session",
    "UndoLink",
    "User",
    "UserManager",
    "WelcomedMailbox",
    "fingerprint_of",
    "new_user_id",
    "validate_time_zone",
]
