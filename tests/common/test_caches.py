"""What is kept for a time, in the database and in a process."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from common import caches as kept

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["default", "process"])
def cache(request):
    caches[request.param].clear()
    yield caches[request.param]
    caches[request.param].clear()


def test_what_is_kept_is_found_until_it_is_forgotten(cache):
    cache.set("a", 1)
    cache.set_many({"b": [2], "c": None})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 1, "b": [2], "c": None}
    assert cache.get("d", "nothing") == "nothing"
    assert cache.delete("a")
    assert not cache.delete("a")
    cache.delete_many(["b"])
    assert cache.get_many(["a", "b", "c"]) == {"c": None}
    cache.clear()
    assert "c" not in cache


def test_only_the_first_adds_a_key(cache):
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.get("a") == 1
    assert cache.incr("a", 3) == 4
    assert cache.get_or_set("b", lambda: 5) == 5


def test_what_is_over_is_gone_and_may_be_added_again(cache):
    cache.set("a", 1, timeout=0)
    cache.set("b", 1, timeout=-5)
    assert cache.get_many(["a", "b"]) == {}
    assert not cache.touch("a", 60)
    assert cache.add("a", 2, timeout=60)
    assert cache.touch("a", None)
    assert cache.get("a") == 2
    assert cache.touch("a", 0)
    assert cache.get("a") is None


@pytest.mark.parametrize("key", ["k" * 10_000, "a\0b", "a\ud800b", "two words", "ü" * 200])
def test_any_text_is_a_key(cache, key):
    cache.set(key, 1)
    assert cache.get(key) == 1
    assert cache.get(key + "x") is None


def test_the_table_is_cleared_of_what_is_over_and_of_too_much(monkeypatch):
    monkeypatch.setattr(kept, "WRITES", 1)
    cache = kept.DatabaseCache("cache", {"OPTIONS": {"MAX_ENTRIES": 10}})
    cache.clear()
    cache.set("over", 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = %s", [timezone.now() - timedelta(hours=1)])
    cache.set("last", 1, timeout=None)
    assert rows() == 1
    for number in range(20):
        cache.set(f"{number}", number, timeout=100 + number)
    assert rows() <= 11
    assert cache.get("19") == 19
    assert cache.get("last") == 1


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        return int(cursor.fetchone()[0])


def test_a_process_forgets_what_it_kept_first_when_it_is_full():
    cache = kept.ProcessCache("a small one", {"OPTIONS": {"MAX_ENTRIES": 4}})
    cache.clear()
    for number in range(5):
        cache.set(f"{number}", number)
    assert cache.get_many(map(str, range(5))) == {"3": 3, "4": 4}


def test_the_threads_of_a_process_share_what_it_keeps():
    caches["process"].set("a", "mine")
    found = []
    thread = threading.Thread(target=lambda: found.append(caches["process"].get("a")))
    thread.start()
    thread.join()
    assert found == ["mine"]
