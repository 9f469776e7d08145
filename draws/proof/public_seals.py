"""Seals without their secrets: everything that may be shown, and the seed once it is due."""

from dataclasses import dataclass

from django.db.models import BinaryField, Case, F, Q, QuerySet, Value, When

from accounts.models import User
from draws import fairness
from draws.models import Draw, Seal

# With a beacon the seed is part of the frozen list's hash. Without one it would give the winner away before
# the result. A void publishes it with the list, so that anyone can compute whom the void hit.
SEED_IS_DUE = Q(root__isnull=False) & (
    Q(draw__fairness_mode=Draw.Mode.BEACON, freeze_hash__isnull=False)
    | Q(result_hash__isnull=False)
    | Q(void_hash__isnull=False)
)


def public_seals() -> QuerySet[Seal]:
    """Return seals without their secrets; `public_seed` is the seed if it is due, else None.

    A secret that is not due stays in the database, so that no page can show it by mistake.
    """
    due = Case(When(SEED_IS_DUE, then=F("server_seed")), default=Value(None), output_field=BinaryField())
    return Seal.objects.defer("server_seed", "entry_secret").annotate(public_seed=due)


@dataclass(frozen=True)
class Pseudonym:
    """A player's name in one draw's list, `ref`, and the `salt` with which they show that it is theirs."""

    ref: str
    salt: str


def pseudonym_of(player: User, draw_id: int) -> Pseudonym:
    """Return the player's pseudonym in a published draw; for that player only."""
    uid, secret = Seal.objects.values_list("draw_uid", "entry_secret").get(pk=draw_id)
    return made_pseudonym(bytes(uid), bytes(secret), player.pk)


def made_pseudonym(uid: bytes, secret: bytes, user_id: str) -> Pseudonym:
    """Return a player's pseudonym in the draw of this id and entry secret; for that player only."""
    salt = fairness.entry_salt(bytes(secret), user_id)
    return Pseudonym(fairness.entry_ref(bytes(uid), salt, user_id).hex(), salt.hex())
