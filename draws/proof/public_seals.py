"""Seals without their secrets: everything that may be shown, and the seed once it is due."""

from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts.models import User
from draws import fairness
from draws.models import Seal
from draws.proof.sealed_secrets import Secrets, opened


def public_seals() -> QuerySet[Seal]:
    """Return seals without their secrets; `public_seed` is the seed if it is due, else None.

    With a beacon it is due once it is part of the frozen list's hash; without one, with the result: before,
    it would give the winner away. A void publishes it with the list. Until then the database has only the
    encrypted one, which is not read here.
    """
    return Seal.objects.defer("secrets", "entry_secret").annotate(public_seed=F("server_seed"))


@dataclass(frozen=True)
class Pseudonym:
    """A player's name in one draw's list, `ref`, and the `salt` with which they show that it is theirs."""

    ref: str
    salt: str


def pseudonym_of(player: User, draw_id: int) -> Pseudonym:
    """Return the player's pseudonym in a published draw; for that player only."""
    uid, token = Seal.objects.values_list("draw_uid", "secrets").get(pk=draw_id)
    return made_pseudonym(bytes(uid), opened(bytes(uid), token), player.pk)


def made_pseudonym(uid: bytes, secrets: Secrets, user_id: str) -> Pseudonym:
    """Return a player's pseudonym in the draw of this id and these secrets; for that player only."""
    salt = fairness.entry_salt(secrets.entry_secret, user_id)
    return Pseudonym(fairness.entry_ref(uid, salt, user_id).hex(), salt.hex())
