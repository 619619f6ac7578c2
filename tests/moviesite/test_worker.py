"""A real worker with a real broker on the test's own database."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from catalog import queue
from catalog.models import ChartEdition
from mlops.models import Run
from moviesite import schedules
from moviesite.health import HEARTBEAT
from moviesite.processes import stop
from tests import servers
from tests.factories.catalog import make_member_rating, small_catalogue
from tests.moviesite.trees import below, there, until
from tests.servers import Worker

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def send(name: str, **given: Any) -> None:
    current_app.send_task(name, queue="charts", **given)


def test_a_rating_is_in_the_next_edition(worker: Worker) -> None:
    films = small_catalogue(5)
    make_member_rating(films[4], value=10)
    assert until(lambda: ChartEdition.objects.count() == 2), worker.wrote()
    assert until(lambda: "edition 2: 5 films" in worker.wrote()), worker.wrote()  # said when all is done


def test_the_site_turns_green_when_the_worker_gives_a_sign(worker: Worker, client: Client) -> None:
    small_catalogue(3)
    assert client.get("/healthz").json()["parts"]["worker"].startswith("deaf: it is there, and has heard nothing")
    send(HEARTBEAT)
    assert until(lambda: client.get("/healthz").json()["parts"]["worker"] == "ok"), worker.wrote()
    assert client.get("/healthz").json()["parts"]["training"] == "not seen"


def test_a_heartbeat_goes_through_the_queue_and_never_to_the_process_of_a_run(
    transactional_db: None, valkey: str, tmp_path: Path, client: Client
) -> None:
    """It is taken out of the queue by the process that waits for the broker, not by the one that a run keeps for minutes."""
    small_catalogue(3)
    with servers.worker(valkey, tmp_path, schedules.TRAINING) as trainer:
        child = below(trainer.process.pid).pop()
        os.kill(child, signal.SIGSTOP)  # as deaf as one in a long sum
        try:
            assert until(lambda: "deaf" in client.get("/healthz").json()["parts"]["training"]), trainer.wrote()
            current_app.send_task(HEARTBEAT, queue=schedules.TRAINING)
            assert until(lambda: client.get("/healthz").json()["parts"]["training"] == "ok"), trainer.wrote()
        finally:
            os.kill(child, signal.SIGCONT)
    assert "Task" not in trainer.wrote()


def test_a_training_worker_that_is_asked_to_stop_does_not_finish_its_run_first(
    transactional_db: None, valkey: str, tmp_path: Path
) -> None:
    """The run's row stays: the next worker takes it up at its first unfinished step."""
    small_catalogue(3)
    call_command("first_run")
    with servers.worker(valkey, tmp_path, schedules.TRAINING) as trainer, transaction.atomic():
        run = Run.objects.select_for_update().get(recipe_key="recommender")  # the run waits for us at its claim
        current_app.send_task("mlops.execute_run", kwargs={"run_id": run.pk}, queue=schedules.TRAINING)
        assert until(lambda: "received" in trainer.wrote()), trainer.wrote()
        time.sleep(1)
        started, children = time.monotonic(), below(trainer.process.pid)
        stop(trainer.process, schedules.TRAINING_GRACE)  # as `up` does
        assert time.monotonic() - started < 30  # the run would hold it as long as we hold the row
        assert not any(map(there, children))
    assert Run.objects.get(pk=run.pk).state == Run.State.QUEUED


def test_messages_no_worker_should_trust_or_know_do_no_harm(worker: Worker) -> None:
    small_catalogue(3)
    send("nobody.knows_this")
    send(queue.PUBLISH_EDITION, args=[1], serializer="pickle")
    send(queue.PUBLISH_EDITION, kwargs={"a_word_of_a_later_version": 1})
    send(HEARTBEAT)
    assert until(lambda: cache.get(f"{HEARTBEAT}.charts")), worker.wrote()
    assert "succeeded" in worker.wrote()
    assert "Refusing to deserialize" in worker.wrote()
    assert "nobody.knows_this" in worker.wrote()
    assert worker.process.poll() is None
