"""Each kind of problem and its rule. docs/importing.md has the same list; a test compares them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The rule for a kind of problem; `decision`: what the operator has to decide, if anything.

    `possible` are the decisions for one row that a file of decisions may hold; one with `=` needs a value.
    """

    rule: str
    decision: str = ""
    possible: tuple[str, ...] = ()


def code_of(kind: str) -> str:
    """Return the kind as one word, for files: balance-differs."""
    return kind.replace(",", "").replace(" ", "-")


RULES = {
    # Users
    "user id not kept": Rule(
        "The id has characters that our pages cannot use: the player gets a new id derived from it."
    ),
    "user id taken": Rule(
        "A player of this site already has this id: the imported player gets a new id derived from it."
    ),
    "user without email": Rule(
        "Imported; the player signs in by OpenID, which gives the account its email.",
        possible=("leave", "email="),
    ),
    "invalid email": Rule("Dropped; the account is imported without an email.", possible=("leave", "email=")),
    "duplicate email, merged": Rule("One email, one player: coins and history join the oldest account."),
    "duplicate email, kept apart": Rule(
        "The oldest account keeps the email; this one is imported without it.", possible=("leave", "email=")
    ),
    "joined here already": Rule("A player here has confirmed the email: coins and history go to them."),
    "email taken": Rule(
        "A member of staff has the email, or an account that has not confirmed it: imported without "
        "an email.",
        "Before --apply, let its owner confirm the email here; or leave it, or link it later: "
        "no coins are lost.",
        ("leave", "email=", "link="),
    ),
    "user without time": Rule("Counts as joined on 2025-07-01, when the old schema was made."),
    "impossible coins": Rule("NULL, negative, not whole or above 1,000,000,000: the transactions decide."),
    "wrong statistics": Rule("Recounted from the imported tickets and wins."),
    # Draws
    "draw without title": Rule("Called “Draw” and its number."),
    "draw without time": Rule("Shown with the time it was made, or else 2025-07-01."),
    "impossible price": Rule("Shown as 0."),
    "impossible prize": Rule("Negative, not a number or above 9,999,999.99: shown and counted as 0."),
    "wrong ticket count": Rule("Recounted from the imported tickets."),
    "draw not drawn": Rule(
        "Has tickets but no winner: imported as not drawn.",
        "If you like, publish it again here, and refund its tickets with --refund.",
        ("leave", "refund"),
    ),
    "draw not drawn, refunded": Rule("Import rows refund its tickets."),
    "ticket of nobody": Rule("Its user is missing: left out."),
    "ticket of no draw": Rule("Its draw is missing: left out."),
    "ticket without time": Rule("Counts as taken when its draw was drawn, or made, or else on 2025-07-01."),
    "winner of nobody": Rule("The user is missing: left out."),
    "winner of no draw": Rule("The draw is missing: left out."),
    "duplicate winner": Rule("The same user already won the same draw: left out."),
    "winner without ticket": Rule("Imported as it is."),
    "winner without time": Rule("Counts as won when the draw was drawn, or made, or else on 2025-07-01."),
    "winner in the draw alone": Rule(
        "The draw names a winner, but no row does: imported as a win of the draw's prize."
    ),
    "winner in the draw disagrees": Rule("The rows of winners count."),
    "winner in the draw missing": Rule("The draw names a user who is missing: that name is left out."),
    # Coins
    "transaction of nobody": Rule("Its user is missing: left out.", possible=("leave", "give=")),
    "impossible amount": Rule("NULL, 0, not a whole number or beyond 1,000,000,000: left out."),
    "transaction without time": Rule("Posted before the player's others, on 2025-07-01."),
    "transaction moved": Rule("Would have taken the balance below 0: posted once the coins are there."),
    "transaction held back": Rule(
        "The player never has the coins for it, or it would overfill the purse: not posted.",
        "--settle posts the missing coins, with a reason, and then the transaction.",
        ("leave",),
    ),
    "balance differs": Rule(
        "The old coins are not the sum of the transactions: the transactions count.",
        "--settle posts the difference as an import row, with a reason.",
        ("leave", "settle"),
    ),
    "balance settled": Rule(
        "The old coins are not the sum of the transactions: an import row settles the difference."
    ),
    "balance cannot be settled": Rule(
        "The player has already spent the coins that the old balance lacks: nothing is taken.",
        "Decide each with an adjustment in the admin.",
        ("leave",),
    ),
    "refund cannot be paid": Rule(
        "The purse is full: not posted.", "Decide each with an adjustment in the admin.", ("leave",)
    ),
}
