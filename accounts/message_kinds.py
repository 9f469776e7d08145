"""What the site tells every player about their account, and in which words."""

from django.urls import reverse

from accounts import telling
from accounts.models import User

WELCOME = telling.kind(
    "welcome",
    "Welcome",
    "Once, when your e-mail is confirmed and the welcome coins arrive.",
    icon="coin",
)


def tell_welcome(user: User, coins: int) -> None:
    """Tell a player that the e-mail is confirmed and how many welcome coins came with that."""
    telling.tell(
        user,
        WELCOME,
        f"welcome:{user.pk}",
        title="Welcome to Lucky11",
        body=f"Your e-mail is confirmed and {coins} coins are in your purse. Pick a draw and take a ticket.",
        url=reverse("draws:list"),
        template="accounts/email/welcome",
        context={"coins": coins},
    )
