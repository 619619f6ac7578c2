"""Outcomes are counted cheaply, gathered once, and lost rather than in anybody's way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.utils import timezone

from mlops import serving
from mlops.models import Outcome
from mlops.services import outcomes
from tests.factories.mlops import NOON, make_genesis

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys", "counting")]
LABEL = "toy-formula v1"


class Away(BaseCache):
    """A cache whose server is gone, and whose client says so."""

    asked = 0

    def __init__(self, *_: Any) -> None:
        super().__init__({})

    def incr(self, *_: Any, **__: Any) -> int:
        type(self).asked += 1
        raise ConnectionError("nobody listens")


@pytest.fixture
def counting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache in this process, empty, and a version in force."""
    monkeypatch.setattr(outcomes, "_quiet_until", 0.0)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "counting"}}
    cache.clear()
    make_genesis("toy-formula")


def gathered() -> dict[str, int]:
    return dict(Outcome.objects.values_list("act", "count"))


def test_what_is_counted_comes_to_rows_by_version_hour_and_act() -> None:
    now = timezone.now()
    for _ in range(3):
        serving.record(LABEL, "SHOWN", 10)
    serving.record(LABEL, "OPENED")
    assert not Outcome.objects.exists()
    assert outcomes.gather(at=now) == 2
    assert gathered() == {"SHOWN": 30, "OPENED": 1}
    row = Outcome.objects.get(act="SHOWN")
    assert row.version_label == LABEL
    assert row.hour == row.hour.replace(minute=0, second=0, microsecond=0)
    assert abs(row.hour - now) < timedelta(hours=1, minutes=1)


def test_gathering_twice_counts_once_and_later_acts_are_added() -> None:
    serving.record(LABEL, "SHOWN", 2)
    assert [outcomes.gather(at=timezone.now()) for _ in range(2)] == [1, 0]
    serving.record(LABEL, "SHOWN", 5)
    outcomes.gather(at=timezone.now())
    assert gathered() == {"SHOWN": 7}


def test_a_cache_that_forgot_takes_nothing_away() -> None:
    serving.record(LABEL, "SHOWN", 9)
    outcomes.gather(at=timezone.now())
    cache.clear()
    serving.record(LABEL, "SHOWN", 1)
    outcomes.gather(at=timezone.now())
    assert gathered() == {"SHOWN": 9}


def test_counts_wait_two_days_for_whoever_gathers_them() -> None:
    serving.record(LABEL, "HIDDEN")
    assert outcomes.gather(at=timezone.now() + timedelta(hours=49)) == 0
    assert outcomes.gather(at=timezone.now() + timedelta(hours=46)) == 1


def test_before_the_first_deployment_there_is_nothing_to_gather() -> None:
    serving.record(LABEL, "SHOWN")
    assert outcomes.gather(at=NOON - timedelta(days=1)) == 0


def test_a_cache_that_is_away_costs_a_count_and_is_then_left_alone(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Away"}}
    Away.asked = 0
    for _ in range(100):
        serving.record(LABEL, "SHOWN")
    assert Away.asked == 1


@pytest.mark.parametrize(("act", "count"), [("BOUGHT", 1), ("SHOWN", 0), ("SHOWN", -3)])
def test_what_is_no_outcome_is_refused(act: str, count: int) -> None:
    with pytest.raises(ValueError, match="is no outcome; there are: SHOWN, OPENED, ANSWERED, HIDDEN"):
        serving.record(LABEL, act, count)
