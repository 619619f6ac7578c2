"""Workers are killed with requests under way: every event arrives at every endpoint, signed, at least once.

`PROOFS=long` tells more events and kills more often.
"""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from catalog import queue
from catalog.models import Delivery, DeliveryAttempt, Event, Movie, WebhookEndpoint
from moviesite import schedules
from tests import servers
from tests.catalog.webhooks import listening
from tests.factories import catalog as make
from tests.flows.house import until
from tests.flows.test_worker_killed import kill
from tests.proofs.conftest import Tell
from tests.receivers import Receiver, receiver

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
ASK_EVERY = 0.5  # seconds, as the schedule asks every five


def ask() -> None:
    """What the schedule asks for, again and again."""
    for name in (queue.ANNOUNCE, queue.SEND_WEBHOOKS):
        current_app.send_task(name, queue=schedules.PARTNERS)
    time.sleep(ASK_EVERY)


def begun(broker: str, place: Path) -> Any:
    """A worker of partners' queue with the key that the test's secrets are sealed with."""
    place.mkdir()
    (place / "secret_key").write_text(settings.SECRET_KEY)
    return servers.worker(broker, place, schedules.PARTNERS)


def a_minute_passes() -> None:
    """The claims of whoever died run out."""
    Delivery.objects.filter(claimed_until__isnull=False).update(claimed_until=timezone.now())


def under_way(partners: list[Receiver], before: int) -> bool:
    """Whether some more were heard: each is answered slowly, so that one is under way for certain."""
    ask()
    return sum(len(partner.heard) for partner in partners) >= before


def killed_in_it(worker: servers.Worker, partners: list[Receiver], share: int) -> None:
    for partner in partners:
        partner.delay = 0.0
    until(lambda: under_way(partners, share), worker.wrote, patience=60)
    for partner in partners:
        partner.delay = 1.0
    heard = sum(len(partner.heard) for partner in partners)
    until(lambda: under_way(partners, heard + 1), worker.wrote)
    kill(worker)
    assert Delivery.objects.filter(state="WAITING").exists(), "there was a midst"
    a_minute_passes()


def all_delivered() -> bool:
    ask()
    told = Event.objects.told().count()
    return told == Movie.objects.count() and not Delivery.objects.exclude(state="DELIVERED").exists()


def test_no_event_is_lost_over_killed_workers(
    valkey: str, tmp_path: Path, long: bool, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, kills, listeners = (200, 3, 3) if long else (20, 1, 2)
    with receiver() as first, receiver() as second, receiver() as third:
        partners = [first, second, third][:listeners]
        monkeypatch.setenv("WEBHOOK_ALLOW", ",".join(partner.allow for partner in partners))
        heard_by = [(partner, *listening(partner.url)) for partner in partners]
        for number in range(films):
            make.make_movie(f"Film {number}")
        whole = films * listeners
        for turn in range(kills):
            with begun(valkey, tmp_path / f"w{turn}") as worker:
                killed_in_it(worker, partners, (turn + 1) * whole // (kills + 2))
        for partner in partners:
            partner.delay = 0.0
        with begun(valkey, tmp_path / "last") as worker:
            until(all_delivered, worker.wrote, patience=180)
        twice = 0
        for partner, endpoint, secret in heard_by:
            twice += arrived(partner, endpoint, secret)
    assert twice >= kills, "each kill left a request of which nobody knew"
    tell("webhooks over killed workers", f"{films} events, {listeners} endpoints, {kills} kills: lost 0, twice {twice}")


def arrived(partner: Receiver, endpoint: WebhookEndpoint, secret: str) -> int:
    """Check that an endpoint heard of everything, signed, and in order when each is counted once; return how many came twice."""
    told = list(Event.objects.told().order_by("seq").values_list("uid", flat=True))
    first_times = list(dict.fromkeys(partner.ids))
    assert first_times == told, "lost, foreign or out of order"
    for one in partner.heard:
        assert Webhook(secret).verify(one.body, one.headers)
    tries = DeliveryAttempt.objects.filter(delivery__endpoint=endpoint)
    assert tries.count() == len(told), "what was written down was written once"
    return sum(times - 1 for times in Counter(partner.ids).values())
