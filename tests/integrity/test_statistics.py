"""A player's wins and earnings are those of this site and of the old one, whatever is done with them."""

from decimal import Decimal

import pytest

from accounts.models import User
from accounts.play.rules import accept_rules
from accounts.players import confirm_email
from draws.models import Draw, OldWinner, Winner
from draws.statistics import rewrite_statistics
from tests.conftest import defects, unguarded
from tests.support.old_site import Shape, old_site
from tests.support.old_site_import import run
from tests.support.pages import finish, take
from tests.support.prizes import pass_on_prize

pytestmark = pytest.mark.django_db(transaction=True)

PRIZE = Decimal(250)
OF_PLAYER = """id, total_participations, total_wins, total_earnings, current_streak, last_ticket_on,
               grace_used_on"""
FIGURES = f"""
    SELECT (SELECT string_agg(concat_ws(' ', {OF_PLAYER}), ';' ORDER BY id) FROM users),
           (SELECT string_agg(current_participants::text, ' ' ORDER BY id) FROM draws),
           (SELECT string_agg(current_participants::text, ' ' ORDER BY id) FROM old_draws)"""


@pytest.fixture
def old_winners(db: None) -> list[User]:
    """Two players with wins on the old site, confirmed here."""
    with old_site(Shape(users=20, transactions=100, draws=10, tickets=60), dirty=False) as url:
        run(url, "--apply", "--settle", "--refund")
    ids = OldWinner.objects.order_by("user_id").values_list("user_id", flat=True).distinct()[:2]
    players = list(User.objects.filter(pk__in=list(ids)).order_by("pk"))
    for player in players:
        confirm_email(player)
        accept_rules(player)
    return players


def kept(player: User) -> tuple[int, Decimal]:
    player.refresh_from_db()
    return player.total_wins, player.total_earnings


def test_wins_of_the_old_site_stay_when_a_prize_is_won_and_passed_on_here(old_winners, make_draw):
    before = {player.pk: kept(player) for player in old_winners}
    assert all(wins >= 1 and earnings > 0 for wins, earnings in before.values())
    draw = make_draw(prize_amount=PRIZE, prize_coins=0, reserve_count=1)
    for player in old_winners:
        take(player, draw)
    finish(draw)

    winner = Winner.objects.select_related("user").get(draw=draw)
    [reserve] = [player for player in old_winners if player != winner.user]
    wins, earnings = before[winner.user_id]
    assert kept(winner.user) == (wins + 1, earnings + PRIZE)
    assert kept(reserve) == before[reserve.pk]
    assert defects() == []

    pass_on_prize(winner.pk)
    wins, earnings = before[reserve.pk]
    assert kept(winner.user) == before[winner.user_id]
    assert kept(reserve) == (wins + 1, earnings + PRIZE)
    assert defects() == []
    assert rewrite_statistics() == 0


@pytest.mark.owner
def test_the_repair_writes_every_figure_as_the_service_and_the_import_did(old_winners, make_draw):
    draw = make_draw()
    take(old_winners[0], draw, 2)
    with unguarded() as cursor:
        cursor.execute(FIGURES)
        right = cursor.fetchone()
        cursor.execute(
            """UPDATE users SET total_participations = 99, total_wins = 99, total_earnings = 99,
                                current_streak = 99, last_ticket_on = now(), grace_used_on = now()"""
        )
        cursor.execute("UPDATE draws SET current_participants = 9")
        cursor.execute("UPDATE old_draws SET current_participants = 9")
    assert rewrite_statistics() == 2 * User.objects.count() + Draw.objects.count() + 10
    with unguarded() as cursor:
        cursor.execute(FIGURES)
        assert cursor.fetchone() == right
