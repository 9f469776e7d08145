"""Each kind of problem and its rule. docs/importing.md has the same list; a test compares them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What is done about a kind of problem; `decision`: what the operator is asked, when something is."""

    rule: str
    decision: str = ""


RULES = {
    # Users
    "user id not kept": Rule("The id has characters our pages cannot carry: a new id that follows from it."),
    "user id taken": Rule("A player of this site has this id already: a new id that follows from it."),
    "user without e-mail": Rule("Comes over; signs in by OpenID, which gives the account its e-mail."),
    "invalid e-mail": Rule("Dropped; the account comes over without e-mail."),
    "duplicate e-mail, merged": Rule("One e-mail, one player: coins and history join the oldest account."),
    "duplicate e-mail, kept apart": Rule("The oldest account keeps the e-mail, this one comes without."),
    "joined here already": Rule("A player here has confirmed the e-mail: coins and history go to them."),
    "e-mail taken": Rule(
        "An account here has the e-mail without having confirmed it: comes over without e-mail.",
        "Before --apply, let its owner confirm the e-mail here; or leave it: nobody's coins are lost.",
    ),
    "user without time": Rule("Counts as joined on 2025-07-01, when the old schema was made."),
    "impossible coins": Rule("NULL, negative, not whole or above 1,000,000,000: the transactions decide."),
    "wrong statistics": Rule("Counted anew from the tickets and wins that came over."),
    # Draws
    "draw without title": Rule("Called “Draw” and its number."),
    "draw without time": Rule("Shown under the time it was made, else 2025-07-01."),
    "impossible price": Rule("Shown as 0."),
    "impossible prize": Rule("Negative, no number or above 9,999,999.99: shown and counted as 0."),
    "wrong ticket count": Rule("Counted anew from the tickets that came over."),
    "draw not drawn": Rule(
        "Has tickets and no winner: comes over as not drawn.",
        "Publish it anew here if you like, and give its tickets' coins back: --refund.",
    ),
    "draw not drawn, refunded": Rule("Its tickets' coins are given back by import rows."),
    "ticket of nobody": Rule("Its user is missing: left out."),
    "ticket of no draw": Rule("Its draw is missing: left out."),
    "ticket without time": Rule("Counts as taken when its draw was drawn, else made, else on 2025-07-01."),
    "winner of nobody": Rule("The user is missing: left out."),
    "winner of no draw": Rule("The draw is missing: left out."),
    "duplicate winner": Rule("The same user won the same draw before: left out."),
    "winner without ticket": Rule("Comes over as it is."),
    "winner without time": Rule("Counts as won when the draw was drawn, else made, else on 2025-07-01."),
    "winner in the draw alone": Rule("The draw names a winner, no row does: a win of the draw's prize."),
    "winner in the draw disagrees": Rule("The rows of winners are believed."),
    "winner in the draw missing": Rule("The draw names a user who is missing: that name is left out."),
    # Coins
    "transaction of nobody": Rule("Its user is missing: left out."),
    "impossible amount": Rule("NULL, 0, no whole number or beyond 1,000,000,000: left out."),
    "transaction without time": Rule("Comes before the player's others, on 2025-07-01."),
    "transaction moved": Rule("Would have taken the balance below 0: posted once the coins are there."),
    "transaction held back": Rule(
        "The coins for it are never there, or it would overfill the purse: not posted.",
        "--settle posts the coins it lacks, with a reason, and then it.",
    ),
    "balance differs": Rule(
        "The old coins are not the sum of the transactions: the transactions count.",
        "--settle posts the difference as an import row, with a reason.",
    ),
    "balance settled": Rule("The old coins are not the sum of the transactions: an import row says so."),
    "balance cannot be settled": Rule(
        "The player has spent here what the old balance lacks: nothing is taken.",
        "Decide about each by an adjustment in the admin.",
    ),
    "refund cannot be paid": Rule(
        "The purse is full: not posted.", "Decide about each by an adjustment in the admin."
    ),
}
