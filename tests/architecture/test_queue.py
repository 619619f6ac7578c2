"""A task is asked for by name, and a wrong name would wait in the broker for ever."""

from fnmatch import fnmatch
from types import ModuleType

import pytest
from celery import current_app

from catalog import queue as of_catalog
from mlops import queue as of_mlops
from mlops import work
from moviesite import schedules

QUEUES = pytest.mark.parametrize("queue", [of_catalog, of_mlops], ids=["catalog", "mlops"])


def registered() -> set[str]:
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if not name.startswith(("celery.", "tests."))}


@QUEUES
def test_every_name_in_the_queue_is_a_registered_task(queue: ModuleType) -> None:
    assert set(queue.NAMES) <= registered()


@QUEUES
def test_every_constant_of_the_queue_is_among_its_names(queue: ModuleType) -> None:
    constants = {value for name, value in vars(queue).items() if name.isupper() and isinstance(value, str)}
    jobs = getattr(queue, "JOBS", {})
    assert constants == {*queue.NAMES, *jobs, *(name for name in jobs.values() if name in constants)}


def test_every_job_has_a_handler_and_a_queue_that_workers_read() -> None:
    registered()
    assert set(of_catalog.JOBS) == set(work._handlers)
    assert set(of_catalog.JOBS.values()) <= set(schedules.QUEUES)


def test_every_scheduled_task_is_registered() -> None:
    assert {entry["task"] for entry in schedules.beat(30).values()} <= registered()


def test_every_task_goes_to_a_queue_that_workers_read() -> None:
    unrouted = [name for name in registered() if not any(fnmatch(name, pattern) for pattern in schedules.ROUTES)]
    assert unrouted == []
    assert {route["queue"] for route in schedules.ROUTES.values()} == set(schedules.QUEUES)


def test_what_is_long_goes_to_the_queue_of_training() -> None:
    ours = {
        name: next(r["queue"] for pattern, r in schedules.ROUTES.items() if fnmatch(name, pattern))
        for name in of_mlops.NAMES
    }
    long = {"mlops.execute_run", "mlops.execute_long_job", "mlops.watch_drift"}
    assert {name for name, queue in ours.items() if queue == "training"} == long
    assert {queue for name, queue in ours.items() if name not in long} == {"charts"}


def test_a_long_task_ends_before_the_broker_gives_it_to_another_worker(settings: object) -> None:
    waits = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]  # type: ignore[attr-defined]
    limits = [limit["time_limit"] for limit in schedules.LIMITS.values()]
    assert max(limits) < waits
    assert all(limit["soft_time_limit"] < limit["time_limit"] for limit in schedules.LIMITS.values())
