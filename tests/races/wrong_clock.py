"""A worker whose clock is wrong by so many hours sweeps once: `wrong_clock.py HOURS`.

Prints how many draws it would have closed and prizes it would have taken back by its own clock.
"""

import sys
from datetime import UTC, datetime, timedelta

import django
import time_machine


def main() -> None:
    django.setup()
    from django.utils import timezone

    from draws.lifecycle.close import close_due_draws
    from draws.models import Draw, Winner
    from draws.prizes.pass_on import lapse_overdue_claims

    wrong = datetime.now(UTC) + timedelta(hours=float(sys.argv[1]))
    with time_machine.travel(wrong, tick=True):
        due = Draw.objects.filter(is_active=True, draw_time__lte=timezone.now()).count()
        late = Winner.objects.filter(hand_over="to_claim", claim_by__lte=timezone.now()).count()
        close_due_draws()
        lapse_overdue_claims()
    print(due, late, flush=True)


if __name__ == "__main__":
    main()
