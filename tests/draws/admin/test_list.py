"""What staff see first: which draws there are, how far they are, and what is overdue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import draw_winners, freeze_draw
from draws.models import Draw
from tests.conftest import let_close, unguarded
from tests.support.pages import finish, take, words
from tests.support.staff import sign_in_boss, sign_in_clerk

LIST = "/admin/draws/draw/"


def titles(client, **query):
    page = client.get(LIST, query)
    assert page.status_code == 200
    return [draw.title for draw in page.context["cl"].result_list]


def long_ago(draw, *columns):
    """Set times of a draw back by an hour, which no rule allows, and its tickets as far."""
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE participations SET participated_at = participated_at - interval '1 hour'"
            " WHERE draw_id = %s",
            [draw.pk],
        )
        for column in columns:
            cursor.execute(
                f"UPDATE draws SET {column} = {column} - interval '1 hour' WHERE id = %s", [draw.pk]
            )
    draw.refresh_from_db()


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


@pytest.fixture
def one_of_each(boss, make_draft, make_draw, alice):
    """A draw in every state, named after it."""
    finish(make_draw(title="void", min_participants=2))
    make_draft(title="draft")
    make_draw(title="open")
    let_close(make_draw(title="closing"))
    cancel_draw(make_draw(title="cancelled").pk, reason="For the test")
    closed, drawn = make_draw(title="closed"), make_draw(title="drawn")
    for draw in (closed, drawn):
        take(alice, draw)
        let_close(draw)
        freeze_draw(draw.pk)
    draw_winners(drawn.pk)


@pytest.mark.django_db(transaction=True)
def test_each_state_has_its_filter_and_the_list_says_the_state(client, one_of_each):
    assert len(titles(client)) == len(Draw.State)
    for state in Draw.State:
        assert titles(client, state=state.value) == [state.value]
        assert str(state.label) in words(client.get(LIST, {"state": state.value}))


@pytest.mark.django_db
def test_progress_closing_time_price_and_prize_are_in_the_list(client, boss, make_draw):
    closes = timezone.now().replace(microsecond=0) + timedelta(days=3)
    make_draw(draw_time=closes, max_participants=4000, prize_amount=250, prize_coins=0)
    said = words(client.get(LIST))
    assert "0 of 4,000" in said
    assert f"{closes:%b}" in said
    assert "5 coins" in said
    assert "250.00" in said


@pytest.mark.django_db
def test_staff_find_draws_by_words_of_the_title_and_by_number(client, boss, make_draw):
    lisbon, coffee = make_draw(title="Lisbon for two"), make_draw(title="Coffee, for a year")
    assert titles(client, q="TWO lis") == ["Lisbon for two"]
    assert titles(client, q="coff") == ["Coffee, for a year"]
    assert titles(client, q=str(coffee.pk)) == ["Coffee, for a year"]
    assert titles(client, q=f"#{lisbon.pk}") == ["Lisbon for two"]
    for nonsense in ("porto", "'); --", "&|!:*", "99999999999999999999"):
        assert titles(client, q=nonsense) == []


@pytest.mark.django_db
def test_draws_are_filtered_by_closing_date_and_vip(client, boss, make_draw):
    now = timezone.now().replace(microsecond=0)
    make_draw(title="soon", draw_time=now + timedelta(seconds=30))
    make_draw(title="in three days", draw_time=now + timedelta(days=3), vip_only=True)
    make_draw(title="next month", draw_time=now + timedelta(days=30))
    ended = make_draw(title="last week")
    with unguarded() as cursor:
        cursor.execute("UPDATE draws SET draw_time = draw_time - interval '3 days' WHERE id = %s", [ended.pk])
    assert titles(client, closes="later") == ["next month"]
    assert "in three days" in titles(client, closes="week")
    assert titles(client, closes="past-week") == ["last week"]
    assert titles(client, vip="only") == ["in three days"]
    assert len(titles(client, closes="never", state="none", vip="?")) == 4


@pytest.mark.django_db
def test_open_draws_are_listed_with_the_next_to_close_first(client, boss, make_draw):
    now = timezone.now().replace(microsecond=0)
    for hours in (3, 1, 2):
        make_draw(title=f"in {hours}", draw_time=now + timedelta(hours=hours))
    assert titles(client, state="open") == ["in 1", "in 2", "in 3"]


@pytest.mark.django_db(transaction=True)
def test_what_should_have_happened_by_now_stands_above_the_list_and_on_the_first_page(client, one_of_each):
    assert client.get(LIST).context["overdue"] == []
    assert "No draw is overdue." in words(client.get("/admin/"))
    draws = {draw.title: draw for draw in Draw.objects.all()}
    for name in ("closing", "closed", "drawn", "cancelled"):
        long_ago(draws[name], "draw_time", "frozen_at", "drawn_at", "cancelled_at")
    for page in (client.get(LIST), client.get("/admin/")):
        said = words(page)
        assert "closing Past its closing time, but the list is not frozen. Due 1 hour" in said
        assert "closed The list is frozen, but no winner is drawn." in said
        assert "drawn Drawn, but not every prize is posted." in said
        assert "cancelled Cancelled or void, but not every ticket is refunded." in said
    assert sorted(titles(client, state="overdue")) == ["cancelled", "closed", "closing", "drawn"]
    assert words(client.get(LIST, {"state": "overdue"})).count(" Overdue ") >= 5


@pytest.mark.django_db(transaction=True)
def test_a_draw_that_was_settled_is_not_overdue_however_old(client, boss, draw, alice):
    take(alice, draw)
    finish(draw)
    long_ago(draw, "draw_time", "frozen_at", "drawn_at", "settled_at")
    assert client.get(LIST).context["overdue"] == []
    assert titles(client, state="overdue") == []


@pytest.mark.django_db
def test_who_may_not_see_draws_reads_nothing_about_them_on_the_first_page(client, make_player, draw):
    sign_in_clerk(client, make_player, "accounts.view_user")
    let_close(draw)
    long_ago(draw, "draw_time")
    said = words(client.get("/admin/"))
    assert "Overdue" not in said
    assert "No draw is overdue" not in said


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"title__contains": "x"}, {"description": "x"}, {"winner__password": "x"}])
def test_an_address_cannot_ask_for_a_filter_that_no_index_serves(client, boss, draw, query):
    assert client.get(LIST, query).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["0", "-0", "0.4", "x"])
def test_an_address_cannot_ask_for_an_order_that_no_index_serves(client, boss, draw, order):
    page = client.get("/admin/ledger/transaction/", {"o": order})
    assert set(page.context["cl"].queryset.query.order_by) == {"-id"}


@pytest.mark.django_db
def test_nothing_is_done_to_many_draws_at_once(client, boss, make_draft):
    draft = make_draft()
    assert client.get(LIST).context["action_form"] is None
    client.post(LIST, {"action": "delete_selected", "_selected_action": draft.pk, "post": "yes"})
    assert Draw.objects.filter(pk=draft.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"p": "99"}, {"p": "0"}, {"p": "x"}, {"e": "1"}])
def test_a_damaged_address_of_the_list_is_no_error_of_the_site(client, boss, draw, query):
    assert client.get(LIST, query, follow=True).status_code == 200
