"""A cache that is away forgets, and nobody notices."""

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.urls import reverse

from moviesite.cache import PatientRedisCache
from tests.factories.catalog import PASSWORD, make_user
from tests.proofs.proxy import Proxy


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PatientRedisCache:
    """A cache whose server is not there."""
    monkeypatch.setattr(PatientRedisCache, "asleep_until", 0.0)
    return PatientRedisCache(f"unix://{tmp_path}/none.sock", {})


ANSWERS: dict[str, tuple[Callable[[PatientRedisCache], Any], Any]] = {
    "get": (lambda c: c.get("a", "default"), "default"),
    "set": (lambda c: c.set("a", 1), None),
    "add": (lambda c: c.add("a", 1), True),
    "touch": (lambda c: c.touch("a"), False),
    "delete": (lambda c: c.delete("a"), False),
    "has_key": (lambda c: c.has_key("a"), False),
    "in": (lambda c: "a" in c, False),
    "incr": (lambda c: c.incr("a"), 0),
    "decr": (lambda c: c.decr("a"), 0),
    "get_many": (lambda c: c.get_many(["a", "b"]), {}),
    "set_many": (lambda c: c.set_many({"a": 1}), []),
    "delete_many": (lambda c: c.delete_many(["a"]), None),
    "clear": (lambda c: c.clear(), False),
    "get_or_set": (lambda c: c.get_or_set("a", lambda: 7), 7),
}


@pytest.mark.parametrize(("call", "answer"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_method_answers_as_if_nothing_were_kept(
    away: PatientRedisCache, call: Callable[[PatientRedisCache], Any], answer: Any
) -> None:
    assert call(away) == answer  # the call that finds out
    assert call(away) == answer  # and one that does not ask again


def test_a_server_that_is_slow_is_left_alone_for_a_while(valkey_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientRedisCache, "asleep_until", 0.0)
    proxy = Proxy(valkey_server.removeprefix("unix://"))
    slow = PatientRedisCache(proxy.url, {})
    slow.set("a", 1)
    proxy.turn("slow")
    assert slow.get("a") == 1
    until = PatientRedisCache.asleep_until
    assert until > time.monotonic()
    assert slow.get("a", "missed") == "missed"
    assert PatientRedisCache.asleep_until == until
    counted = [
        slow.take({"b": (2, 60)}) for _ in range(3)
    ]  # whoever floods the site and makes it slow is counted still
    assert counted == [(0, [1]), (0, [2]), (1, [2])]
    proxy.close()


def test_no_method_that_asks_the_server_was_forgotten() -> None:
    local = {"get_backend_timeout"}
    asking = {name for name, value in vars(RedisCache).items() if callable(value) and not name.startswith("_")} - local
    assert asking <= vars(PatientRedisCache).keys()


def test_a_server_that_is_away_is_not_asked_again_for_a_while(away: PatientRedisCache) -> None:
    away.get("a")
    until = PatientRedisCache.asleep_until
    assert 0 < until - time.monotonic() <= 5
    for _ in range(10):
        away.get("a")
    assert PatientRedisCache.asleep_until == until  # whoever asks in vain sleeps anew


def test_a_server_that_came_back_is_asked_again(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientRedisCache, "asleep_until", time.monotonic() + 0.2)
    cache.set("a", 1)
    assert cache.get("a") is None
    time.sleep(0.25)
    cache.set("a", 1)
    assert cache.get("a") == 1


def test_a_mistake_of_ours_is_not_taken_for_an_absence(valkey: str) -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("never-set")


class Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.sign,)


def test_what_lies_in_the_broker_is_never_executed(valkey: str, tmp_path: Path) -> None:
    sign = tmp_path / "sprung"
    with redis.Redis.from_url(valkey) as client:
        client.set(cache.make_key("a"), pickle.dumps(Trap(sign)))
    assert cache.get("a", "nothing") == "nothing"
    assert not sign.exists()


def test_what_json_cannot_hold_is_not_kept(valkey: str) -> None:
    cache.set("a", object())
    assert cache.get("a") is None
    cache.set("b", {"list": [1, 2.5, "three", None, True]})
    assert cache.get("b") == {"list": [1, 2.5, "three", None, True]}


@pytest.mark.django_db
def test_people_log_in_while_it_is_away(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientRedisCache, "asleep_until", 0.0)
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
    user = make_user("ada")
    wrong = client.post(reverse("account_login"), {"login": "ada", "password": "not this"})
    assert wrong.status_code == 200
    right = client.post(reverse("account_login"), {"login": "ada", "password": PASSWORD})
    assert right.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
