"""The players and draws of the demo site that `manage.py seed` makes."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

PASSWORD = "lucky-eleven-demo"
PLAYER = "ana@lucky11.example"
STAFF = "staff@lucky11.example"
# Approves what the first one asks for, and is not a superuser.
SECOND_STAFF = "second@lucky11.example"
SECOND_GROUPS = ("Draws", "Prizes", "Coins")
QUICK_TITLE = "The three-minute draw: 111 coins"
DAILY_TITLE = "The daily eleven: 121 coins"
DAILY_AT = time(21, 0)  # UTC

# A player with a last name lets the site show their first name when they win.
PLAYERS: dict[str, dict[str, Any]] = {
    PLAYER: {"first_name": "Ana", "last_name": "Lisboa", "time_zone": "Europe/Lisbon"},
    "bruno@lucky11.example": {"first_name": "Bruno", "last_name": "Reis", "time_zone": "Europe/Lisbon"},
    "chidi@lucky11.example": {"first_name": "Chidi", "time_zone": "Africa/Lagos"},
    "dana@lucky11.example": {"first_name": "Dana", "last_name": "Levi", "time_zone": "Asia/Jerusalem"},
    "emil@lucky11.example": {"first_name": "Emil", "last_name": "Holm", "time_zone": "Europe/Copenhagen"},
    "farah@lucky11.example": {"first_name": "Farah", "time_zone": "Asia/Amman", "is_vip": True},
    "goro@lucky11.example": {"first_name": "Goro", "last_name": "Abe", "time_zone": "Asia/Tokyo"},
    "hana@lucky11.example": {"first_name": "Hana", "last_name": "Novak", "is_vip": True},
}


@dataclass(frozen=True)
class DemoDraw:
    """A demo draw, and how many tickets each player takes, in the players' order."""

    title: str
    fields: dict[str, Any]
    tickets: tuple[int, ...] = ()
    closes_in: timedelta = field(default=timedelta())
    cancelled_because: str = ""
    is_draft: bool = False


def _goods(
    value: str, price: int, tickets: int, each: int, art: str, text: str, *items: str
) -> dict[str, Any]:
    return {
        "description": text,
        "prize_details": "\n".join(items),
        "prize_amount": Decimal(value),
        "entry_fee": price,
        "max_participants": tickets,
        "max_per_player": each,
        "illustration": art,
        "reserve_count": 2,
    }


DRAWS = [
    DemoDraw(
        "Lisbon for two, one long weekend",
        _goods(
            *("890.00", 5, 200, 20, "tram"),
            "Three nights above the Alfama rooftops, return travel, and breakfast until noon.",
            "Three nights for two, any weekend before 30 June",
            "Return rail or air travel up to €400",
            "Breakfast and two tram passes",
        ),
        (3, 14, 8, 20, 17, 11, 20, 9),
        timedelta(hours=2, minutes=14),
    ),
    DemoDraw(
        "Noise-cancelling headphones",
        _goods(
            *("279.00", 3, 80, 12, "headphones"),
            "Over-ear, thirty hours on one charge, and a case that fits a coat pocket.",
            "Headphones in black or sand",
            "Case, cable and two years of guarantee",
        ),
        (0, 12, 9, 7, 12, 4, 11, 9),
        timedelta(hours=6),
    ),
    DemoDraw(
        "Moka pot and a year of beans",
        _goods(
            *("160.00", 4, 50, 10, "moka"),
            "A six-cup moka pot and a bag of freshly roasted beans every month.",
            "Six-cup moka pot",
            "Twelve bags of 250 g, whole or ground",
        ),
        (2, 10, 10, 9, 10, 3, 4),
        timedelta(days=2, hours=3),
    ),
    DemoDraw(
        DAILY_TITLE,
        {
            "description": "One hundred and twenty-one coins, credited the moment the winner is drawn.",
            "prize_coins": 121,
            "entry_fee": 1,
            "max_participants": 500,
            "max_per_player": 1,
            "illustration": "coins",
        },
        (0, 1, 1, 1, 1, 1, 1),
        timedelta(hours=20),
    ),
    DemoDraw(
        "A city bicycle, in your size",
        _goods(
            *("640.00", 8, 100, 5, "bicycle"),
            "Seven gears, a basket, and lights that need no batteries.",
            "Frame in three sizes",
            "First service included",
        )
        | {"min_participants": 40},
        (0, 5, 3, 2, 5, 1, 4, 3),
        timedelta(days=1, hours=4),
    ),
    DemoDraw(
        "Turntable and ten records",
        _goods(
            *("420.00", 2, 60, 10, "vinyl"),
            "A belt-driven turntable and ten records that you choose.",
            "Turntable with built-in preamp",
            "Ten records from the shop's list",
        ),
        (2, 3, 0, 1, 4, 0, 1),
        timedelta(days=4),
    ),
    DemoDraw(
        "A telescope for dark skies",
        _goods(
            *("980.00", 20, 110, 5, "telescope"),
            "A five-inch reflector, easy to carry to where it is dark.",
            "Telescope with two eyepieces",
            "A night with an astronomer",
        )
        | {"vip_only": True},
        (0, 0, 0, 0, 0, 4, 0, 3),
        timedelta(days=5),
    ),
    DemoDraw(
        "A picnic for six, wherever you like",
        _goods(
            *("210.00", 3, 70, 7, ""),
            "A basket that is packed the same morning, a blanket, and somebody who brings both.",
            "Food and drink for six",
            "The basket and the blanket are yours to keep",
        ),
        (0, 4, 7, 1, 3, 0, 5, 2),
        timedelta(days=6),
    ),
    DemoDraw(
        "Weekend cabin by the lake",
        _goods(*("350.00", 5, 60, 6, ""), "Two nights in a cabin with a stove and a boat."),
        (3, 2, 1),
        timedelta(days=3),
        cancelled_because="The host withdrew the cabin.",
    ),
    DemoDraw(
        "Concert grand for an afternoon",
        _goods(*("120.00", 3, 40, 4, ""), "A draft: staff have not published it yet."),
        closes_in=timedelta(days=7),
        is_draft=True,
    ),
]

FINISHED = [
    DemoDraw(
        "Stand mixer",
        _goods("310.00", 3, 60, 12, "moka", "Five litres, ten speeds."),
        (1, 9, 12, 3, 7, 2, 5),
    ),
    DemoDraw(
        "Two seats, front row",
        _goods("180.00", 2, 40, 8, "vinyl", "Any concert of the season."),
        (4, 8, 1, 8, 3, 6, 0, 2),
    ),
    DemoDraw(
        "Garden tool set",
        _goods("95.00", 1, 50, 10, "bicycle", "Nine tools of ash and steel."),
        (2, 10, 4, 0, 10, 1, 9),
    ),
    DemoDraw(
        "Three times 60 coins",
        {
            "description": "Three winners, sixty coins each.",
            "prize_coins": 60,
            "winner_count": 3,
            "entry_fee": 1,
            "max_participants": 80,
            "max_per_player": 8,
            "illustration": "coins",
        },
        (5, 8, 2, 8, 8, 3, 1, 7),
    ),
    DemoDraw(
        "Chess set in walnut",
        _goods("140.00", 4, 60, 6, "", "Hand-turned pieces, and a board to match.")
        | {"min_participants": 30},
        (1, 2, 0, 1),
    ),
]
