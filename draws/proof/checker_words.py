"""The browser checker's sentences, for translators: the scripts of static/js/verify have the same English.

A test holds the two together.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_noop, ngettext

from common.text import wording

SENTENCES = [
    gettext_noop("The signature is not a compressed point."),
    gettext_noop("The signature is the point at infinity."),
    gettext_noop("The signature is not written in the only allowed form."),
    gettext_noop("The signature is not a point of the curve’s right subgroup."),
    gettext_noop("The signature is a point outside the right subgroup."),
    gettext_noop("The signature does not have 48 bytes."),
    gettext_noop("The signature is not the beacon’s for round %(round)s."),
    gettext_noop("FAIL at the step “%(step)s”"),
    gettext_noop("PASS, RE-DRAWS NOT OPENED: the steps hold, but not who got prizes since"),
    gettext_noop("PASS: the void record holds"),
    gettext_noop("PASS: every step holds"),
    gettext_noop("The document was changed, or the draw was not made as it promised. Keep the document."),
    gettext_noop(
        "Operator-run draw. The arithmetic can be checked, but the operator could know or "
        "influence the result."
    ),
    gettext_noop("The draw is void: %(reason)s Every ticket is refunded."),
    gettext_noop("Tickets that would have won if the draw had not been voided"),
    gettext_noop("The winning ticket"),
    gettext_noop("The winning tickets, in order"),
    gettext_noop("Reserves, in order"),
    gettext_noop("Re-draws"),
    gettext_noop(
        "%(time)s: the prize of a winner passed to the next reserve, ticket %(ticket)s. The first "
        "winner stays on record."
    ),
    gettext_noop(
        "%(time)s: the prize of ticket %(from)s passed to the next reserve, ticket %(ticket)s: %(reason)s"
    ),
    gettext_noop(
        "%(time)s: the prize of ticket %(from)s went to nobody, because no reserve was left: %(reason)s"
    ),
    gettext_noop("The document lists no tickets, so nobody can see whom this hit."),
    gettext_noop("Ticket"),
    gettext_noop("That accounts are different real people."),
    gettext_noop("That a ticket missing from the list was never sold: keep your confirmation."),
    gettext_noop("That other people see the same log of the site."),
    gettext_noop("When the records were made, unless you or someone else kept a hash."),
    gettext_noop(
        "When the list was frozen. The log says %(time)s, and only a hash that you or someone "
        "else kept from before the beacon’s round shows that it was: the operator could otherwise "
        "have made up the list afterwards."
    ),
    gettext_noop(
        "When the list was frozen. The log says %(time)s, and only a hash that you or someone "
        "else kept from before the result shows that it was: the operator could otherwise have "
        "made up the list afterwards."
    ),
    gettext_noop("Not looked at."),
    gettext_noop("The document is complete and written as it must be. It is about draw %(id)s, “%(title)s”."),
    gettext_noop("This is not a draw document: %(what)s at byte %(byte)s."),
    gettext_noop("“%(sign)s” is missing"),
    gettext_noop("something follows its end"),
    gettext_noop("a name is missing"),
    gettext_noop("the name “%(name)s” appears twice"),
    gettext_noop("there are too many names"),
    gettext_noop("it is nested too deeply"),
    gettext_noop("a list is too long"),
    gettext_noop("a value was expected"),
    gettext_noop("a number is not whole"),
    gettext_noop("a number begins with 0"),
    gettext_noop("a number is too large"),
    gettext_noop("a text has no end"),
    gettext_noop("a text holds a control character"),
    gettext_noop("a text is too long"),
    gettext_noop("a text is not UTF-8"),
    gettext_noop("a text has an unknown escape"),
    gettext_noop("a text has half a character"),
    gettext_noop("the ticket list is not a list"),
    gettext_noop("ticket %(number)s is not a reference"),
    gettext_noop("ticket %(number)s is not 64 characters of lower-case hex"),
    gettext_noop("The file is larger than 256 MB, the most a draw document may have."),
    gettext_noop("The file is empty."),
    gettext_noop("A record of this draw is missing from its log."),
    gettext_noop("The log has a record that this draw cannot have."),
    gettext_noop("Two records of the log have the same hash."),
    gettext_noop("Record %(number)s of the log is “%(kind)s”, but it should be “%(due)s”."),
    gettext_noop("The hash of the log’s “%(kind)s” record is not the one in the document."),
    gettext_noop("The head after the log’s record %(number)s does not follow from the record."),
    gettext_noop("There are more re-draws than reserves."),
    gettext_noop("%(records)s records, and each head follows from the one before. Re-draws: %(redraws)s."),
    gettext_noop("%(records)s records, and each head follows from the one before."),
    gettext_noop("The log’s records are not in order."),
    gettext_noop("The log’s record %(number)s does not continue the one before it."),
    gettext_noop("the seal of the opening record"),
    gettext_noop("the fingerprint of the secret number"),
    gettext_noop("the secret number itself"),
    gettext_noop("the fingerprint of the ticket list"),
    gettext_noop("the hash of the frozen list’s record"),
    gettext_noop("the hash of the result"),
    gettext_noop("the hash of the void record"),
    gettext_noop("the head of the site’s log after record %(number)s (%(kind)s)"),
    gettext_noop("the head of the site’s log before record %(number)s (%(kind)s)"),
    gettext_noop("the hash of the re-draw in record %(number)s"),
    gettext_noop("the hash of the terms"),
    gettext_noop("the reference on ticket %(number)s"),
    gettext_noop("Holds"),
    gettext_noop("Does not hold"),
    gettext_noop("Not looked at"),
    gettext_noop(
        "The check stopped before the end, which says nothing about the draw. Check the document "
        "with the Python program instead."
    ),
    gettext_noop("Checking %(what)s."),
    gettext_noop("The file could not be read. Is it a folder, or was it moved?"),
    gettext_noop(
        "The site cannot provide the document of this draw at the moment (status %(status)s). "
        "Try again later."
    ),
    gettext_noop("this draw"),
    gettext_noop(
        "The document could not be downloaded. Are you online? You can check a document that you "
        "saved without a connection."
    ),
    gettext_noop("Enter the salt: 64 characters, 0–9 and a–f."),
    gettext_noop("Enter your player number."),
    gettext_noop("Enter a hash: 64 characters, 0–9 and a–f."),
    gettext_noop("Enter a round: a number and a signature of 96 characters, 0–9 and a–f."),
    gettext_noop("the void draw with this round"),
    gettext_noop(
        "No ticket in the list has your reference %(ref)s. If you have a confirmation of this "
        "draw, keep it and write to us."
    ),
    gettext_noop("Your %(tickets)s tickets are in the list: %(numbers)s and %(rest)s more."),
    gettext_noop("Your %(tickets)s tickets are in the list: %(numbers)s."),
    gettext_noop("Your ticket is in the list: %(numbers)s."),
    gettext_noop("In the result: place %(places)s."),
    gettext_noop("Yes. It is %(found)s."),
    gettext_noop(", and "),
    gettext_noop(
        "No. The document does not hold this hash. If it was given to you for this draw, the "
        "records were changed: keep it and show it to others."
    ),
    gettext_noop("%(where)s is not a whole number."),
    gettext_noop("%(where)s is not a whole number from 1 on."),
    gettext_noop("%(where)s says nothing."),
    gettext_noop("%(where)s is not %(size)s characters of lower-case hex."),
    gettext_noop("%(where)s is none of %(names)s."),
    gettext_noop("%(where)s is not a text."),
    gettext_noop("%(where)s is not a list."),
    gettext_noop("%(where)s, item %(number)s,"),
    gettext_noop("%(where)s is not an object."),
    gettext_noop("%(where)s has “%(key)s”, which no document has."),
    gettext_noop("%(where)s has no “%(key)s”."),
    gettext_noop("The document"),
    gettext_noop("There are not 1 to 1,000 winners and reserves together."),
    gettext_noop("The mode and the beacon do not match."),
    gettext_noop("“%(key)s” belongs to version 1.1, and to no other."),
    gettext_noop("A document of version 1 has a part of a later version."),
    gettext_noop("What became of prizes stands with winners, and only there."),
    gettext_noop("A list is frozen or not, and shown once."),
    gettext_noop("Only a void draw has a list that is not frozen."),
    gettext_noop("The document has a ticket list or its freezing, but not both."),
    gettext_noop("The document has winners or the result’s hash, but not both."),
    gettext_noop("A draw has either a result or a void record."),
    gettext_noop("There is a result but no frozen list."),
    gettext_noop("A draw in local mode has no beacon."),
    gettext_noop("The beacon’s round is there, but no frozen list."),
    gettext_noop("The beacon’s round is missing."),
    gettext_noop("The secret number is missing."),
    gettext_noop(
        "This draw is not finished: its list is frozen, and there is neither a result nor a void "
        "record to check yet."
    ),
    gettext_noop(
        "This draw is not finished: it is open, and there is neither a result nor a void record to check yet."
    ),
    gettext_noop("The secret number was never revealed, because the draw has no winners."),
    gettext_noop("The secret number is not the one sealed before the draw opened."),
    gettext_noop("The secret number is the one whose fingerprint was published before the first ticket."),
    gettext_noop(
        "The opening record does not give its hash: prize, price, limits, times or rules were changed."
    ),
    gettext_noop("Prize, price, limits, times and rules give the hash published before the first ticket."),
    gettext_noop("The time for freezing the list is not within an hour after closing."),
    gettext_noop("The list had to be frozen within %(seconds)s after closing."),
    gettext_noop("No beacon: this is an operator-run draw."),
    gettext_noop("The draw names a different beacon from the one this checker accepts."),
    gettext_noop("The beacon’s round is not the one that follows from the times, %(due)s."),
    gettext_noop(
        "Round %(round)s of the beacon follows from the closing time. It came at least a minute "
        "after the list had to be frozen."
    ),
    gettext_noop("No beacon: the operator could know or influence the result."),
    gettext_noop("The draw was voided, and the document has no round of the beacon."),
    gettext_noop("The round is not the one named before the draw opened."),
    gettext_noop("The beacon signed round %(round)s. Nobody could know this signature before."),
    gettext_noop("The list was never frozen."),
    gettext_noop("The list holds %(tickets)s, but %(frozen)s were frozen."),
    gettext_noop("A list without tickets cannot be frozen."),
    gettext_noop("The list does not give its fingerprint: a ticket was changed, added, removed or moved."),
    gettext_noop("The frozen list’s record does not give its hash."),
    gettext_noop("The frozen list and the opening record give the hash that was published at freezing."),
    gettext_noop("There is no list to count."),
    gettext_noop("The list was never frozen; the void record covers it."),
    gettext_noop("There are %(tickets)s, more than the %(most)s of the terms."),
    gettext_noop("There are %(tickets)s, fewer than the %(least)s of the terms."),
    gettext_noop("One player holds %(tickets)s, more than the %(each)s of the terms."),
    gettext_noop("%(players)s hold %(tickets)s; nobody holds more than %(each)s."),
    gettext_noop("Rolling the numbers again gives different tickets from the document’s."),
    gettext_noop("Rolling the numbers again (%(rolls)s) gives exactly the tickets of the result."),
    gettext_noop("The draw was voided and has no winners. Every ticket is refunded."),
    gettext_noop("Ticket %(numbers)s would have won."),
    gettext_noop("The round you gave is not the one this draw named."),
    gettext_noop("The void record does not give its hash."),
    gettext_noop("The void record gives its hash. Reason: %(reason)s"),
    gettext_noop("The result does not give its hash."),
    gettext_noop("The result gives the hash that was published with it."),
    gettext_noop("The log’s record %(number)s has an earlier time than the one before it."),
    gettext_noop("The draw was opened after its closing time."),
    gettext_noop("The draw opened before its closing time, and its records are in the order of time."),
    gettext_noop("The list was frozen before the closing time, while tickets could still be taken."),
    gettext_noop("The list was frozen later than promised."),
    gettext_noop("The result has an earlier time than the round of the beacon from which it follows."),
    gettext_noop("The list was frozen %(seconds)s after closing, within the time that was promised."),
    gettext_noop("The draw is not void."),
    gettext_noop("This draw waited for no round of a beacon, so none can be missing."),
    gettext_noop("The draw did not wait 7 days for the round of its beacon."),
    gettext_noop("The draw waited 7 days for the round of its beacon."),
    gettext_noop("A draw cannot be void for this reason once its list is frozen."),
    gettext_noop("The draw had no minimum that it could have missed."),
    gettext_noop("The draw was cancelled after its closing time."),
    gettext_noop("The draw was cancelled before its closing time, when nobody could know who would win."),
    gettext_noop("A draw cannot be void for this reason before its closing time."),
    gettext_noop("The time for freezing the list was not over yet."),
    gettext_noop("The draw ended after its closing time, with no frozen list that could have had a winner."),
    gettext_noop("The draw had tickets, but the document does not list them."),
    gettext_noop("The draw is void because nobody took a ticket, and the list has some."),
    gettext_noop("The number of tickets does not allow this reason."),
    gettext_noop("Its round exists, and anybody can see what it would have given."),
    gettext_noop("The draw has no prizes."),
    gettext_noop("No prize was passed on."),
    gettext_noop(
        "Prizes were passed on. This document of version 1 does not say from whom, to whom and why."
    ),
    gettext_noop("That a winner closed their account is the site’s word."),
    gettext_noop("Record %(number)s is not made from what the document says of it."),
    gettext_noop("Record %(number)s takes a prize from a place that has none."),
    gettext_noop("Record %(number)s does not give the prize to the next reserve."),
    gettext_noop("Record %(number)s has another code than its reason."),
    gettext_noop("Record %(number)s takes a prize as not claimed before the time to claim it was over."),
    gettext_noop("Record %(number)s takes one more prize back than the draw’s seal allows."),
    gettext_noop("The terms are not an object."),
    gettext_noop("The terms do not have exactly the names they must have."),
    gettext_noop("“%(key)s” in the terms is not a whole number."),
    gettext_noop("“%(key)s” in the terms is not a text."),
    gettext_noop("“%(key)s” in the terms has a control character."),
    gettext_noop("“%(key)s” in the terms is not an amount with two decimal places."),
]
COUNTED: dict[str, Callable[[int], str]] = {
    "%(count)s ticket": lambda n: ngettext("%(count)s ticket", "%(count)s tickets", n),
    "%(count)s second": lambda n: ngettext("%(count)s second", "%(count)s seconds", n),
    "%(count)s ticket, numbered without a gap, gives the fingerprint of the list.": lambda n: ngettext(
        "%(count)s ticket, numbered without a gap, gives the fingerprint of the list.",
        "%(count)s tickets, numbered without a gap, give the fingerprint of the list.",
        n,
    ),
    "%(count)s time a prize went to the next reserve, or to nobody.": lambda n: ngettext(
        "%(count)s time a prize went to the next reserve, or to nobody.",
        "%(count)s times a prize went to the next reserve, or to nobody.",
        n,
    ),
    "%(count)s player": lambda n: ngettext("%(count)s player", "%(count)s players", n),
    "%(count)s roll": lambda n: ngettext("%(count)s roll", "%(count)s rolls", n),
}


def translated() -> dict[str, str | dict[str, str]]:
    """Return the sentences in the reader's language, by their English; nothing if that is English."""
    return in_language(SENTENCES, COUNTED)


def in_language(
    sentences: list[str], counted: dict[str, Callable[[int], str]]
) -> dict[str, str | dict[str, str]]:
    """Return what scripts say in the reader's language, by its English; nothing if that is English."""
    if get_language() == settings.LANGUAGE_CODE:
        return {}
    said = {english: gettext(english) for english in sentences}
    return said | {english: wording.forms(plural) for english, plural in counted.items()}
