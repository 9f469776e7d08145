"""The specimens of the style guide: each part's own template, with the context it gets on its page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from accounts.forms import ProfileForm
from accounts.models import Message as Told
from accounts.models import User
from accounts.play.rules_form import AcceptRulesForm
from draws.entries.forms import EntryForm
from draws.entries.take import Entry
from draws.exceptions import DrawFull
from draws.models import Draw, TextChange
from draws.odds import odds_of
from draws.pages.draws import DrawPage, Held
from draws.pages.outcome import Outcome, Purse
from draws.pages.panel import panel
from lucky11.development.styleguide import examples


@dataclass
class Specimen:
    """A part in one state: its template and its context."""

    name: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


def groups() -> dict[str, list[Specimen]]:
    """Return all specimens by heading."""
    return {
        "The entry ticket": list(_entry_tickets()),
        "Cards": list(_cards()),
        "Messages": list(_answers()),
        "The seal": list(_seals()),
        "Results": list(_results()),
        "The draw room": list(_rooms()),
        "Buttons, tags and numbers": [_static("Buttons", "buttons"), _static("Tags and numbers", "small")],
        "Charts": list(_charts()),
        "Prizes to claim": list(_claims()),
        "Forms": list(_forms()),
        "While waiting": [_static("Sending", "sending"), _static("A check in progress", "checking")],
        "Text": list(_texts()),
        "Signing in": [_static("allauth’s elements", "elements")],
        "At the window’s edge": list(_edges()),
    }


def _static(name: str, template: str) -> Specimen:
    return Specimen(name.capitalize(), f"styleguide/{template}.html", {"held": Held(20, (7, 8, 31))})


def _entry(name: str, page: DrawPage, viewer: User | None, **more: Any) -> Specimen:
    face = panel(page, viewer)
    context = {"page": page, "draw": page.draw, "panel": face, "user": viewer or AnonymousUser()}
    context |= {"request_id": "0" * 32, "rules_form": AcceptRulesForm(), **more}
    return Specimen(name, face.template, context)


def _entry_tickets() -> Iterator[Specimen]:
    marta, plain = examples.player(), examples.draw()
    held = {"held": examples.HOLDING}
    yield _entry("Signed out", examples.page(plain), None)
    yield _entry("Open", examples.page(plain, **held), marta)
    yield _entry("Form error", examples.page(plain), marta, form=EntryForm({"tickets": "none"}))
    yield _entry("Not enough coins", examples.page(plain), examples.player(coins=3))
    yield _entry("Limit reached", examples.page(plain, held=Held(20, tuple(range(7, 19)))), marta)
    yield _entry("VIP only", examples.page(examples.draw(vip_only=True, illustration="telescope")), marta)
    early = examples.draw(early_access_until=timezone.now() + timedelta(minutes=30))
    yield _entry("VIP first", examples.page(early), marta)
    full = examples.draw(max_participants=500, current_participants=500, illustration="moka")
    yield _entry("Sold out", examples.page(full, held=Held(2, (101, 499))), marta)
    frozen = examples.ended(drawn_at=None, settled_at=None)
    yield _entry("Being drawn", examples.page(frozen, **held), marta)
    yield from _endings(marta)
    yield from _hindrances(marta, plain)


def _endings(marta: User) -> Iterator[Specimen]:
    done, held = examples.ended(), {"held": examples.HOLDING}
    coins, parcel = (
        examples.winner(done, marta, prize_coins=121, transaction_id=1),
        examples.winner(done, marta, hand_over="to_claim"),
    )
    grown = Outcome(purse=Purse(219, 121, 340))
    won = examples.page(done, **held, my_wins=[coins], winners=[coins])
    yield _entry("Won", won, marta, outcome=grown)
    yield _entry("Won, to claim", examples.page(done, **held, my_wins=[parcel], winners=[parcel]), marta)
    other = examples.winner(done, examples.player(id="0ther"), 1206)
    had = Outcome(odds_of(done, 3), more=[examples.draw(title="A city bicycle")])
    yield _entry("Not this time", examples.page(done, **held, winners=[other]), marta, outcome=had)
    yield _entry("Drawn, without you", examples.page(done, winners=[other]), marta)
    off = examples.called_off(Draw.VoidCode.CANCELLED, "The host withdrew.")
    yield _entry("Cancelled, coins returned", examples.page(off, **held, coins_back=15), marta)
    void = examples.called_off(Draw.VoidCode.BELOW_MINIMUM, "Fewer tickets than the minimum were taken.")
    yield _entry("Void", examples.page(void), marta)


def _hindrances(marta: User, plain: Draw) -> Iterator[Specimen]:
    yield _entry("Email not confirmed", examples.page(plain, confirmed=False), marta)
    yield _entry("Rules not accepted", examples.page(plain, problem="rules"), marta)
    yield _entry("On a break", examples.page(plain, problem="break", break_lasts="until 3 March"), marta)
    yield _entry("Own limit reached", examples.page(plain, limit=examples.limit()), marta)
    yield _entry("Suspended", examples.page(plain, problem="suspended"), marta)
    yield _entry("Staff", examples.page(plain, problem="staff"), marta)
    yield _entry("Restored from a backup", examples.page(plain, paused=True), marta)
    yield _entry("A draft", examples.page(examples.draw(published_at=None)), marta)


def _cards() -> Iterator[Specimen]:
    hero = {"draw": examples.draw(), "held": examples.HOLDING}
    yield Specimen("The next to close", "draws/_hero.html", hero, wide=True)
    shown = {
        "Room": (examples.draw(title="Noise-cancelling headphones", illustration="headphones"), 0),
        "Only two left": (examples.draw(title="Moka pot", illustration="moka", max_participants=1286), 2),
        "All taken": (
            examples.draw(title="A city bicycle", illustration="bicycle", max_participants=1284),
            0,
        ),
        "VIP": (
            examples.draw(title="A telescope for dark skies", illustration="telescope", vip_only=True),
            0,
        ),
    }
    for name, (draw, held) in shown.items():
        yield Specimen(name, "styleguide/card.html", {"draw": draw, "held": held})


def _answers() -> Iterator[Specimen]:
    draw = examples.draw()
    page = examples.page(draw, held=examples.HOLDING)
    base = {"draw": draw, "page": page, "panel": panel(page, examples.player())}
    receipt = Entry(draw.pk, [412, 413], 10, 330, False, timezone.now())
    yield Specimen("Entered", "draws/_answer.html", {**base, "receipt": receipt})
    yield Specimen(
        "Not entered",
        "draws/_answer.html",
        {**base, "refusal": DrawFull("No ticket is left. Nothing was charged.", 0)},
    )
    mistake = {**base, "form": EntryForm({"tickets": ""}), "user": examples.player()}
    yield Specimen("A form with a mistake", "styleguide/mistake.html", mistake)
    said = [Message(constants.SUCCESS, "Saved."), Message(constants.ERROR, "Not saved.")]
    yield Specimen("Shown once", "_messages.html", {"messages": said})
    body = f"12 tickets. Keep this message.\nFrozen list: {'9f' * 32}"
    told = Told(title="List frozen: Two easels", body=body, url="/")
    yield Specimen("A message on the site", "accounts/_message.html", {"message": told})
    yield Specimen("No messages", "accounts/_no_messages.html", {"show": "all"})
    second = EmailAddress(email="marta.second@lucky11.example", verified=True)
    yield Specimen("An address", "styleguide/address.html", {"address": second})
    yield Specimen("The list of settings", "accounts/_settings.html")
    yield _static("Notices", "notices")


def _seals() -> Iterator[Specimen]:
    frozen = examples.ended(drawn_at=None, settled_at=None)
    off = examples.called_off(Draw.VoidCode.CANCELLED, "The host withdrew.")
    shown = {"Open": examples.draw(), "Waiting": frozen, "Drawn": examples.ended(), "Cancelled": off}
    for name, draw in shown.items():
        page = examples.page(draw)
        yield Specimen(name, "draws/_seal.html", {"draw": draw, "page": page, "seal": page.seal})
    page = examples.page(examples.draw(fairness_mode="local"))
    operators = {"draw": page.draw, "page": page, "seal": page.seal}
    yield Specimen("Operator-run", "draws/_seal.html", operators)
    page = examples.page(examples.ended(), held=examples.HOLDING, pseudonym=examples.PSEUDONYM)
    holder = {"draw": page.draw, "page": page, "user": examples.player()}
    yield Specimen("My tickets in the list", "draws/_holder.html", holder)
    gone = TextChange(changed_at=timezone.now())
    yield Specimen("A photo taken down", "draws/_photo_gone.html", {"gone": gone})


def _results() -> Iterator[Specimen]:
    draw, marta = examples.ended(), examples.player()
    first = examples.winner(draw, marta)
    rows = {"rows": [(draw, first), (examples.ended(title="Moka pot", illustration="moka"), first)]}
    yield Specimen("Just drawn", "styleguide/rows.html", {**rows, "user": marta}, wide=True)
    page = examples.page(draw, winners=[first], more_winners=3)
    yield Specimen("The winners", "draws/_places.html", {"draw": draw, "page": page, "user": marta})
    pages = {"newest": 1, "next": 2, "first_label": "Latest", "next_label": "Earlier"}
    yield Specimen("Pages", "_pager.html", pages)


def _rooms() -> Iterator[Specimen]:
    frozen = examples.ended(drawn_at=None, settled_at=None)
    off = examples.called_off(Draw.VoidCode.CANCELLED, "The host withdrew.")
    for name, draw in {"Open": examples.draw(), "Frozen": frozen, "Cancelled": off}.items():
        shown = {"draw": draw, "room": examples.room(draw), "address": "/styleguide/"}
        yield Specimen(name, "draws/room/_waiting.html", shown)
    done = examples.ended()
    shown = {"draw": done, "room": examples.room(done, places=[877])}
    yield Specimen("The stages", "draws/room/_stages.html", shown, wide=True)
    yield _static("Rolling", "drum")
    yield Specimen("Without script", "draws/room/_places.html", shown)
    for name, reminder in {"Calendar, reminder, room and sharing": False, "With a reminder": True}.items():
        page = examples.page(examples.draw(), reminder=reminder)
        yield Specimen(name, "draws/_acts.html", {"draw": page.draw, "page": page})


def _charts() -> Iterator[Specimen]:
    draw, none = examples.draw(), examples.draw(current_participants=0)
    filling = "draws/_filling.html"
    yield Specimen("How a draw fills", filling, {"draw": draw, "filling": examples.fill_chart(draw)})
    yield Specimen("How a draw fills, no ticket yet", filling, {"draw": none, "filling": None})
    yield Specimen("My coins over time", "ledger/_balances.html", {"balances": examples.balances()})


def _claims() -> Iterator[Specimen]:
    draw, marta = examples.ended(prize_amount=90, prize_details="Two nights\nThe train"), examples.player()
    waiting, lapsed = {"claim_by": examples.soon()}, {"forfeit_reason": "Not claimed in time."}
    shown = {
        "to_claim": examples.prize(draw, marta, **waiting),
        "late": examples.prize(draw, marta, **waiting),
        "claimed": examples.claimed(examples.prize(draw, marta)),
        "sent": examples.claimed(examples.prize(draw, marta), sent_at=timezone.now(), tracking="LX 4411 PT"),
        "coins": examples.winner(draw, marta, prize_coins=121),
        "passed_on": examples.passed_on(examples.prize(draw, marta, prize_coins=121, **lapsed)),
    }
    for standing, winner in shown.items():
        context = {"draw": draw, "winner": winner, "standing": standing}
        yield Specimen(standing.replace("_", " ").capitalize(), "styleguide/claim.html", context)


def _texts() -> Iterator[Specimen]:
    for name in ("details", "tables", "empty"):
        yield _static(name, name)
    yield Specimen("For newcomers", "draws/_welcome.html", wide=True)
    yield Specimen("Operator-run draws", "draws/_local_note.html")
    yield Specimen("What a check does not prove", "draws/_not_proved.html")


def _edges() -> Iterator[Specimen]:
    yield Specimen("Quick entry", "styleguide/buybar.html", {"draw": examples.draw()})
    yield Specimen("The bottom of a small window, signed out", "_tabs.html", {"user": AnonymousUser()})
    yield Specimen("The bottom of a small window", "_tabs.html", {"user": examples.player()})


def _forms() -> Iterator[Specimen]:
    marta = examples.player()
    wrong = ProfileForm({"first_name": "M" * 99, "time_zone": "Mars/Olympus"}, instance=examples.player())
    offer = {"user": marta, "offered_city": "Tokyo", "offered_zone": "Asia/Tokyo"}
    yield Specimen("The time of another device", "_zone_offer.html", offer)
    yield Specimen("Fields", "styleguide/form.html", {"form": ProfileForm(instance=marta)})
    yield Specimen("Fields with mistakes", "styleguide/form.html", {"form": wrong})
    yield Specimen("A box to tick", "styleguide/form.html", {"form": AcceptRulesForm({})})
