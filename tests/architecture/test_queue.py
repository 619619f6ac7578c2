"""A task is asked for by name, and a wrong name would wait in the broker for ever."""

from fnmatch import fnmatch

from celery import current_app

from catalog import queue
from moviesite import schedules


def registered() -> set[str]:
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if not name.startswith("celery.")}


def test_every_name_in_the_queue_is_a_registered_task() -> None:
    assert set(queue.NAMES) <= registered()


def test_every_constant_of_the_queue_is_among_its_names() -> None:
    constants = {value for name, value in vars(queue).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(queue.NAMES)


def test_every_scheduled_task_is_registered() -> None:
    assert {entry["task"] for entry in schedules.beat(30).values()} <= registered()


def test_every_task_goes_to_a_queue_that_workers_read() -> None:
    unrouted = [name for name in registered() if not any(fnmatch(name, pattern) for pattern in schedules.ROUTES)]
    assert unrouted == []
    assert {route["queue"] for route in schedules.ROUTES.values()} == {"charts"}
