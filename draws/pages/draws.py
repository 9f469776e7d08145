"""Reads for the pages about open draws and one draw. Nothing is decided or changed here, and every function
costs the same number of queries however many draws, tickets or players there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from django.contrib.postgres.search import SearchVector
from django.db.models import Count, Exists, F, QuerySet, Subquery, Sum, Window
from django.utils import timezone

from accounts.models import User
from accounts.play.breaks import current_break, until
from accounts.play.eligibility import may_play_problem
from accounts.players import has_confirmed_email
from common.database.paging import Page, cut
from common.database.word_search import words_query
from draws import reminders
from draws.models import Draw, LogRecord, LogWatch, Participation, Redraw, Seal, TextChange, Winner
from draws.pages.sorts import SORTS
from draws.pictures.uploads import TAKEN_DOWN
from draws.prizes.disqualify import with_disputes
from draws.prizes.holders import current_holders, redraws_of
from draws.proof.public_seals import Pseudonym, pseudonym_of, public_seals
from ledger.models import Transaction
from ledger.safer_play.limits import Limit, tightest

Viewer = User | None

PAGE = 12
# Counts stop here and say "100+": nobody needs the exact number, and it must not cost more as the site grows.
COUNTED = 100
NUMBERS_SHOWN = 12
WINNERS_SHOWN = 50


@dataclass
class Summary:
    """How many draws are open, and what the viewer holds in them. Counts above COUNTED are not exact."""

    open: int = 0
    today: int = 0
    vip: int = 0
    held: Counter[int] = field(default_factory=Counter)

    @property
    def capped(self) -> bool:
        return self.open > COUNTED

    @property
    def tickets(self) -> int:
        return sum(self.held.values())


@dataclass(frozen=True)
class Held:
    """A player's tickets in one draw: how many, and the first numbers."""

    count: int = 0
    numbers: tuple[int, ...] = ()

    @property
    def more(self) -> int:
        return self.count - len(self.numbers)

    @property
    def few(self) -> "Held":
        """The same with its first three numbers, for one line of a phone."""
        return Held(self.count, self.numbers[:3])


@dataclass
class DrawPage:
    """One draw and all that its page shows about it."""

    draw: Draw
    seal: Seal | None
    log_head: bytes | memoryview | None
    held: Held
    pseudonym: Pseudonym | None
    confirmed: bool
    problem: str
    break_lasts: str
    limit: Limit | None
    winners: Sequence[Winner]
    more_winners: int
    redraws: Sequence[Redraw]
    my_wins: list[Winner]
    coins_back: int
    changes: list[TextChange]
    photo_gone: TextChange | None
    # The database was restored, and the operator has not yet said what is lost.
    paused: bool = False
    # Whether the player is reminded before it closes; None where no reminder is offered.
    reminder: bool | None = None

    @property
    def freeze_by(self) -> datetime | None:
        """The time sealed for freezing the list, at the latest."""
        return datetime.fromtimestamp(self.seal.freeze_by, UTC) if self.seal else None


def end_of_today() -> datetime:
    """Return midnight at the end of the viewer's day."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=timezone.get_current_timezone())


def summary(viewer: Viewer) -> Summary:
    """Return counts for the headline and the filters: two queries, one for visitors."""
    rows = list(Draw.objects.open().values_list("draw_time", "vip_only")[: COUNTED + 1])
    midnight = end_of_today()
    return Summary(
        open=len(rows),
        today=sum(draw_time < midnight for draw_time, _ in rows),
        vip=sum(vip for _, vip in rows),
        held=_held_in_open(viewer),
    )


def _held_in_open(viewer: Viewer) -> Counter[int]:
    if viewer is None:
        return Counter()
    mine = Participation.objects.filter(user=viewer, draw__in=Draw.objects.open().values("pk"))
    return Counter(dict(mine.values_list("draw_id").annotate(n=Count("pk")).order_by()))


def open_draws(
    show: str, held: Counter[int], after: str, size: int = PAGE, term: str = "", sort: str = "closing"
) -> Page[Draw]:
    """Return a page of draws on sale in one of the orders of SORTS; `show` is all, today, vip or mine.

    With a `term`, only draws whose title has words that begin like those of the term.
    """
    order = SORTS[sort]
    rows: QuerySet[Draw] = order.ordered(Draw.objects.open().select_related("picture"))
    words = words_query(term)
    if words is not None:
        rows = rows.alias(words=SearchVector("title", config="simple")).filter(words=words)
    if show == "today":
        rows = rows.filter(draw_time__lt=end_of_today())
    elif show == "vip":
        rows = rows.filter(vip_only=True)
    elif show == "mine":
        rows = rows.filter(pk__in=list(held))
    return cut(list(order.after(rows, after)[: size + 1]), size, order.cursor)


def latest_winners(count: int = 3) -> list[tuple[Draw, list[Winner]]]:
    """Return the draws drawn last, each with the holders of its first two prizes: three queries."""
    draws = list(Draw.objects.finished()[:count])
    top = list(drawn_first(2).filter(draw__in=draws))
    winners: dict[int, list[Winner]] = {}
    for winner in current_holders(top, redraws_of(draw.pk for draw in draws)):
        winners.setdefault(winner.draw_id, []).append(winner)
    return [(draw, winners.get(draw.pk, [])) for draw in draws]


def drawn_first(places: int) -> QuerySet[Winner]:
    """Return the winners of the first `places` prizes as they were drawn, without reserves."""
    prizes = Winner.objects.filter(place__lt=places, draw__winner_count__gt=F("place"))
    return prizes.select_related("ticket").order_by("place")


def held_in(viewer: Viewer, draw_id: int, shown: int = NUMBERS_SHOWN) -> Held:
    """Return the viewer's tickets in one draw: one query, none for visitors."""
    if viewer is None:
        return Held()
    rows = list(
        Participation.objects.filter(user=viewer, draw_id=draw_id)
        .annotate(total=Window(Count("pk")))
        .order_by("ticket_number")
        .values_list("ticket_number", "total")[:shown]
    )
    return Held(rows[0][1], tuple(number for number, _ in rows)) if rows else Held()


def find_draw(viewer: Viewer, draw_id: int) -> Draw | None:
    """Return a draw the viewer may see, or None: any published one; staff see drafts too."""
    rows = Draw.objects.select_related("picture").filter(pk=draw_id)
    if viewer is None or not viewer.is_staff:
        rows = rows.published()
    return rows.first()


def draw_page(draw: Draw, viewer: Viewer) -> DrawPage:
    """Return everything the page of `draw` shows to `viewer`."""
    held = held_in(viewer, draw.pk)
    problem = problem_of(viewer) if viewer and draw.is_open else ""
    rest = current_break(viewer) if viewer and problem == "break" else None
    drawn = draw.drawn_at is not None
    prizes = drawn_first(draw.winner_count).filter(draw=draw).annotate(total=Window(Count("pk")))
    shown = list(prizes[:WINNERS_SHOWN]) if drawn else []
    redraws = redraws_of([draw.pk]) if drawn else []
    newest = LogRecord.objects.order_by("-n").values("head")[:1]
    behind = Exists(LogWatch.objects.filter(behind_since__isnull=False))
    seals = public_seals().annotate(log_head=Subquery(newest), paused=behind)
    seal = seals.filter(pk=draw.pk).first()
    changes = list(TextChange.objects.filter(draw=draw).order_by("-changed_at", "-pk")[:20])
    return DrawPage(
        draw=draw,
        seal=seal,
        log_head=seal.log_head if seal else None,
        paused=seal.paused if seal else False,
        held=held,
        pseudonym=pseudonym_of(viewer, draw.pk) if viewer and held.count else None,
        confirmed=draw.is_open and viewer is not None and has_confirmed_email(viewer),
        problem=problem,
        break_lasts=until(rest) if rest else "",
        limit=tightest(viewer.pk) if viewer and draw.is_open else None,
        winners=current_holders(shown, redraws),
        more_winners=shown[0].total - len(shown) if shown else 0,
        redraws=_of_draw(redraws, draw),
        my_wins=_wins_of(viewer, draw) if viewer and drawn and held.count else [],
        coins_back=_coins_back(draw, viewer) if viewer and held.count else 0,
        reminder=_reminder(draw, viewer, problem) if viewer else None,
        changes=[each for each in changes if each.field != TAKEN_DOWN],
        photo_gone=next((each for each in changes if each.field == TAKEN_DOWN), None),
    )


def _reminder(draw: Draw, player: User, problem: str) -> bool | None:
    stopped = problem in ("suspended", "break", "staff")
    return None if stopped or not reminders.is_early(draw) else reminders.is_asked(player, draw.pk)


def _of_draw(redraws: list[Redraw], draw: Draw) -> list[Redraw]:
    for redraw in redraws:
        redraw.failed.draw = redraw.reserve.draw = draw
    return redraws


def _wins_of(player: User, draw: Draw) -> list[Winner]:
    """Return the wins that stand first, then those that were passed on."""
    wins = Winner.objects.filter(draw=draw, user=player).select_related("ticket", "transaction")
    return list(with_disputes(wins).order_by(F("forfeited_at").asc(nulls_first=True), "place"))


def find_win(player: User, winner_id: int) -> Winner | None:
    """Return one of the player's own prizes with its claim, without where it goes: one query."""
    wins = Winner.objects.select_related("draw", "ticket", "claim", "passed_on", "took_over__failed__ticket")
    return wins.defer("claim__details").filter(user=player, pk=winner_id).first()


def problem_of(player: User) -> str:
    """Return why the player can take no tickets: suspended, staff, break or rules; empty when they can."""
    problem = may_play_problem(player)
    # Without a query; a group or permission without a staff account is refused when the ticket is taken.
    staff = player.is_staff or player.is_superuser
    return "staff" if staff and problem != "suspended" else problem


def _coins_back(draw: Draw, player: User) -> int:
    if draw.cancelled_at is None:
        return 0
    refunds = Transaction.objects.filter(
        user=player, type=Transaction.Type.REFUND, reference=f"draw:{draw.pk}"
    )
    return refunds.aggregate(coins=Sum("amount"))["coins"] or 0
