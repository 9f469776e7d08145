"""Deleting an account while its player still plays."""

import pytest

from accounts.models import (
    DataExport,
    Message,
    OutboxEmail,
    User,
)
from accounts.privacy import data_export
from accounts.privacy.account_deletion import delete_account
from draws.exceptions import DrawError
from draws.models import Claim, Participation
from draws.privacy.account_deletion import pass_on_prizes_of_deleted_accounts
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from tests.races.together import at_once
from tests.support.pages import finish, take


@pytest.mark.django_db(transaction=True)
def test_deleting_races_entering_and_each_ticket_is_whole(make_player, make_draw):
    draw = make_draw(max_participants=100, max_per_player=50)
    for round_ in range(5):
        player = make_player(f"racer{round_}")
        calls = [lambda p=player: take(p, draw), lambda p=player: delete_account(p.pk)]
        answers = at_once(calls * 3)
        taken = [answer for answer in answers if not isinstance(answer, Exception | None)]
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert all(isinstance(error, DrawError) for error in refused), refused
        assert Participation.objects.filter(user=player).count() == len(taken)
        with pytest.raises(DrawError):
            take(player, draw)
        assert User.objects.get(pk=player.pk).closed_at is not None


@pytest.mark.django_db(transaction=True)
def test_deleting_races_claiming_and_no_address_is_left(make_player, make_draw):
    for round_ in range(5):
        player = make_player(f"claimer{round_}")
        draw = make_draw(prize_amount=9, prize_coins=0)
        take(player, draw)
        finish(draw)
        winner = draw.winners.get()
        where = (HandOverDetails("A", "Rua das Flores 7"), Publicity("name"))
        at_once(
            [
                lambda w=winner, p=player, d=where: claim_prize(w.pk, p.pk, *d),
                lambda p=player: delete_account(p.pk),
            ]
        )
        pass_on_prizes_of_deleted_accounts()
        winner.refresh_from_db()
        assert (winner.public_name, winner.is_public, winner.hand_over) == ("", False, "lapsed")
        assert not Claim.objects.filter(winner=winner).exclude(details="").exists()


@pytest.mark.django_db(transaction=True)
def test_deleting_races_packing_and_no_download_is_left(make_player):
    for round_ in range(5):
        player = make_player(f"packer{round_}")
        data_export.ask(player)
        answers = at_once([data_export.make_data_exports, lambda p=player: delete_account(p.pk)])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert not DataExport.objects.filter(user=player).exists()
        assert not Message.objects.filter(user=player).exists()
        assert (
            not OutboxEmail.objects.filter(recipient=player.email)
            .exclude(key__startswith="goodbye:")
            .exists()
        )
