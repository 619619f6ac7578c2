"""A real worker with a real broker on the test's own database."""

from typing import Any

import pytest
from celery import current_app
from django.test import Client

from catalog import queue
from catalog.models import ChartEdition
from moviesite.health import HEARTBEAT
from tests.factories.catalog import make_member_rating, small_catalogue
from tests.moviesite.trees import until
from tests.servers import Worker

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def send(name: str, **given: Any) -> None:
    current_app.send_task(name, queue="charts", **given)


def test_a_rating_is_in_the_next_edition(worker: Worker) -> None:
    films = small_catalogue(5)
    make_member_rating(films[4], value=10)
    assert until(lambda: ChartEdition.objects.count() == 2), worker.wrote()
    assert "edition 2: 5 films" in worker.wrote()


def test_the_site_turns_green_when_the_worker_gives_a_sign(worker: Worker, client: Client) -> None:
    small_catalogue(3)
    assert client.get("/healthz").json()["parts"]["worker"] == "not seen"
    send(HEARTBEAT)
    assert until(lambda: client.get("/healthz").json()["state"] == "ok"), worker.wrote()


def test_messages_no_worker_should_trust_or_know_do_no_harm(worker: Worker) -> None:
    small_catalogue(3)
    send("nobody.knows_this")
    send(queue.PUBLISH_EDITION, args=[1], serializer="pickle")
    send(queue.PUBLISH_EDITION, kwargs={"a_word_of_a_later_version": 1})
    send(HEARTBEAT)
    assert until(lambda: f"Task {HEARTBEAT}" in worker.wrote() and "succeeded" in worker.wrote()), worker.wrote()
    assert "Refusing to deserialize" in worker.wrote()
    assert "nobody.knows_this" in worker.wrote()
    assert worker.process.poll() is None
