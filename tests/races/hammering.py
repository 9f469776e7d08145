"""Move coins at random, in every way there is: `hammering.py NAME MOVES [unsafe]`.

Prints `ready`, waits for a line, and at the end prints how many movements of each type it was told were made.
`unsafe` is the control: it reads the balance, adds to it, and writes it back, as a site without rules would.
"""

import json
import random
import sys
from collections import Counter
from typing import Any

import django


def main() -> None:
    django.setup()
    from accounts.models import User
    from draws.lifecycle.cancel import cancel_draw
    from draws.models import Draw

    name, moves = sys.argv[1], int(sys.argv[2])
    staff, *players = list(User.objects.order_by("-is_staff", "pk"))
    chance = random.Random(name)
    act = unsafe if "unsafe" in sys.argv else move
    print("ready", flush=True)
    sys.stdin.readline()
    made: Counter[str] = Counter()
    for turn in range(moves):
        if turn == moves // 3 and name == "p0" and act is move:
            cancel_draw(Draw.objects.order_by("pk")[0].pk, reason="In the middle of everything")
        done = act(chance, f"{name}:{turn}", staff, chance.choice(players))
        made.update(done)
    print(json.dumps(made), flush=True)


def move(chance: random.Random, key: str, staff: Any, player: Any) -> list[str]:
    """One thing that somebody does to a player's coins; the types of the rows it made."""
    from draws.entries.take import take_tickets
    from draws.exceptions import EntryRefused
    from draws.models import Draw, Participation
    from ledger import services
    from ledger.bonuses import claim_daily_bonus
    from ledger.exceptions import LedgerError

    kinds = ["entry", "entry", "adjustment", "import", "refund", "daily_bonus"]
    kind = chance.choice(kinds)
    try:
        if kind == "entry":
            draw = chance.choice(list(Draw.objects.values_list("pk", flat=True)))
            take_tickets(player.pk, draw, chance.randint(1, 3), f"request-{key.replace(':', '-')}")
        elif kind == "refund":
            cancelled = Participation.objects.filter(user=player, draw__cancelled_at__isnull=False)
            paid = cancelled.order_by("?").values_list("transaction_id", flat=True).first()
            if paid is None:
                return []
            services.reverse(paid)
            return ["refund?"]
        elif kind == "daily_bonus":
            return ["daily_bonus"] if claim_daily_bonus(player)[1] else []
        elif kind == "adjustment":
            services.adjust(player.pk, chance.choice([-9, 4, 7]), "A correction", actor=staff, key=key)
        else:
            # Ordered before by the test, as the database's owner.
            services.post(player.pk, kind, 3, f"{key}:{player.pk}")
    except (EntryRefused, LedgerError):
        return []
    return [kind]


def unsafe(chance: random.Random, key: str, staff: Any, player: Any) -> list[str]:
    """Read, add, write: what the rules of the database make impossible, and switched off for this."""
    from django.db import connection

    amount = chance.randint(1, 5)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT coins FROM users WHERE id = %s", [player.pk])
        coins = cursor.fetchone()[0] + amount
        cursor.execute(
            "INSERT INTO transactions (user_id, type, amount, idempotency_key, user_seq, balance_after)"
            " VALUES (%s, 'import', %s, %s, 1000000000 - nextval('hammer'), %s)",
            [player.pk, amount, key, coins],
        )
        cursor.execute("UPDATE users SET coins = %s WHERE id = %s", [coins, player.pk])
    return ["import"]


if __name__ == "__main__":
    main()
