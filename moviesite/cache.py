"""A cache that may be away: a site whose broker is down forgets, but still answers."""

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)
REST = 5.0  # seconds in which a server that failed is not asked again
# Seconds after which one that did answer is not asked again for a while either: ten times as long as it took.
SLOW = 0.3


class NotPlain(Exception):
    """A value that JSON cannot hold, or bytes that are no JSON."""


class PlainSerializer:
    """Numbers as they are, anything else as JSON: Django's own would unpickle whatever lies in the broker."""

    def dumps(self, value: Any) -> int | bytes:
        try:
            return value if type(value) is int else json.dumps(value).encode()
        except (TypeError, ValueError) as error:
            raise NotPlain from error

    def loads(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError as error:
            raise NotPlain from error


# Every counter must be below its limit, or none moves: a refusal costs nothing, and of so many at once so many pass.
TAKE = """
local found = {}
for place, name in ipairs(KEYS) do
  found[place] = tonumber(redis.call('GET', name) or '0')
end
for place in ipairs(KEYS) do
  if found[place] >= tonumber(ARGV[2 * place - 1]) then return {place, unpack(found)} end
end
for place, name in ipairs(KEYS) do
  found[place] = redis.call('INCR', name)
  if found[place] == 1 then redis.call('EXPIRE', name, ARGV[2 * place]) end
end
return {0, unpack(found)}
"""


class PatientRedisCache(RedisCache):
    """Django's Redis cache, with every failed call answered as a miss; what JSON cannot hold is not kept."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {"serializer": PlainSerializer(), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})

    asleep_until = 0.0
    away = False  # why it is left alone: it did not answer; or else it was slow

    def _patient(self, call: Callable[..., Any], missed: Any, *args: Any, **kwargs: Any) -> Any:
        return missed if time.monotonic() < self.asleep_until else self._asked(call, missed, *args, **kwargs)

    def _counted(self, call: Callable[..., Any], missed: Any, *args: Any, **kwargs: Any) -> Any:
        """Ask a slow server too: whoever floods the site makes it slow, and must not be let through for it."""
        left = self.away and time.monotonic() < self.asleep_until
        return missed if left else self._asked(call, missed, *args, **kwargs)

    def _asked(self, call: Callable[..., Any], missed: Any, *args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        try:
            found = call(*args, **kwargs)
            if (took := time.monotonic() - began) > SLOW:
                type(self).asleep_until, type(self).away = began + max(REST, 10 * took), False
                logger.warning("the cache took %.1f s to answer and is left alone for a while", took)
            return found
        except redis.RedisError as error:
            type(self).asleep_until, type(self).away = time.monotonic() + REST, True
            logger.warning("the cache is away: %s", error)
            return missed
        except NotPlain:
            return missed

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().add, True, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._patient(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().touch, False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().delete, False, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().has_key, False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().get_many, {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().set_many, [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().delete_many, None, *args, **kwargs)

    def clear(self) -> Any:
        return self._patient(super().clear, False)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._patient(super().incr, 0, *args, **kwargs)

    def take(self, counters: Mapping[str, tuple[int, int]]) -> tuple[int, list[int]] | None:
        """Count one under every name, or under none when one is at its limit; None when the server is away.

        counters: name → limit and seconds that it lives. Returns 0, or the place (from 1) of the counter that is full, and
        the counts.
        """
        found = self._counted(self._take, None, counters)
        return (int(found[0]), [int(one) for one in found[1:]]) if found else None

    def _take(self, counters: Mapping[str, tuple[int, int]]) -> Any:
        names = [self.make_and_validate_key(name) for name in counters]
        numbers = [number for pair in counters.values() for number in pair]
        return self._script(names, numbers)

    @cached_property
    def _script(self) -> Any:
        return self._cache.get_client(None, write=True).register_script(TAKE)

    def give_back(self, names: Iterable[str], by: int = 1) -> None:
        """Take one, or so many, from each of the counters; those that are gone stay gone."""
        for name in names:
            with contextlib.suppress(ValueError):
                self._counted(super().incr, 0, name, -by)

    def push(self, name: str, line: str, most: int) -> None:
        """Add a line to a list, whose oldest lines go beyond so many."""
        self._counted(self._push, None, self.make_and_validate_key(name), line, most)

    def _push(self, name: str, line: str, most: int) -> None:
        client = self._cache.get_client(None, write=True)
        if client.rpush(name, line) > most:
            client.ltrim(name, -most, -1)

    def pop(self, name: str, most: int) -> list[str]:
        """Take the oldest lines out of a list."""
        found = self._patient(self._pop, None, self.make_and_validate_key(name), most)
        return [line.decode() for line in found or []]

    def _pop(self, name: str, most: int) -> Any:
        return self._cache.get_client(None, write=True).lpop(name, most)
