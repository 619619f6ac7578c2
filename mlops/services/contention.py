"""Two who act at once: tried again a few times, then told that somebody was quicker, or that the database is busy."""

import functools
import logging
import secrets
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection

from mlops import policies
from mlops.errors import Busy, Conflict

ATTEMPTS = 3
PATIENCE = 10.0  # seconds after which nothing is tried again: a person waits
OF_THE_MOMENT = {"40001", "40P01", "55P03"}  # PostgreSQL: serialisation failure, deadlock, lock not available
logger = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def patient(recipe_of: Callable[..., str]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Try a service again when another transaction came between. Raises Conflict naming the champion, or Busy.

    recipe_of: from the service's keyword arguments, the recipe whose champion the words shall name; "" for none.
    """

    def wrap(act: Callable[_P, _T]) -> Callable[_P, _T]:
        @functools.wraps(act)
        def acting(*args: _P.args, **given: _P.kwargs) -> _T:
            start, within = time.monotonic(), connection.in_atomic_block
            for attempt in range(1, ATTEMPTS + 1):
                last = attempt == ATTEMPTS or time.monotonic() - start > PATIENCE
                try:
                    return act(*args, **given)
                except IntegrityError as error:  # a unique row was written, or a trigger saw what we had not seen
                    if last:
                        logger.warning("%s was refused by the database: %s", act.__name__, error)
                        raise Conflict(_words(recipe_of(**given))) from error
                except OperationalError as error:
                    if not is_of_the_moment(error):
                        raise
                    if last or within:  # the outer transaction is lost with ours
                        raise Busy("too many changes are made at this moment: nothing was done, try again.") from error
                time.sleep(0.02 * attempt * (1 + secrets.randbelow(100) / 100))
            raise AssertionError("the last attempt returns or raises")

        return acting

    return wrap


def is_of_the_moment(error: OperationalError) -> bool:
    """Whether the same statement may succeed a moment later: a lock, a deadlock, a serialisation failure."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in OF_THE_MOMENT if connection.vendor == "postgresql" else "locked" in str(error)


def _words(recipe_key: str) -> str:
    now = f" {policies.serves_now(recipe_key)}" if recipe_key else ""
    return f"something changed while this was done, and nothing was done.{now} Look at it again."
