"""Outcomes in the site's own cache: through a real broker, and when there is none."""

import time

import pytest
from django.utils import timezone

from mlops import serving
from mlops.models import Outcome
from mlops.services import outcomes
from moviesite.cache import PatientRedisCache
from tests.factories.mlops import make_genesis

pytestmark = pytest.mark.django_db
LABEL = "weighted-rating v1"


def test_counts_travel_through_the_broker(valkey: str) -> None:
    make_genesis()
    for _ in range(20):
        serving.record(LABEL, "SHOWN", 10)
    assert outcomes.gather(at=timezone.now()) == 1
    assert Outcome.objects.get().count == 200


def test_without_a_broker_counts_are_lost_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientRedisCache, "asleep_until", 0.0)
    make_genesis()
    started = time.monotonic()
    for _ in range(100):
        serving.record(LABEL, "SHOWN", 10)
    assert time.monotonic() - started < 10  # waiting each time would be 50 s
    assert outcomes.gather(at=timezone.now()) == 0
