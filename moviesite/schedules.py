"""The beat schedule and the task routes, by task name."""

from typing import Any

CHARTS, TRAINING, PARTNERS = "charts", "training", "partners"
DAY = 86_400
FIND_EVERY = 300  # seconds between two looks for films that somebody waits for: rights begin with a day, not a second
IMPORTS_EVERY = 300  # seconds until an import that its workers died of is called failed
FRESH = 30  # seconds a question lives at least: before a slow worker those that are asked often would all be too old
TELL_EVERY = 5  # seconds between two looks for what partners are to be told, and for what is due to be sent
# Each has a worker of its own: a run of minutes must not hold an edition up, nor a partner's slow server either of them.
QUEUES = (CHARTS, TRAINING, PARTNERS)
ROUTES = {
    "catalog.announce": {"queue": PARTNERS},
    "catalog.send_webhooks": {"queue": PARTNERS},
    "catalog.thin_events": {"queue": PARTNERS},
    "catalog.*": {"queue": CHARTS},
    "moviesite.*": {"queue": CHARTS},
    "mlops.execute_run": {"queue": TRAINING},
    "mlops.execute_long_job": {"queue": TRAINING},
    "mlops.watch_drift": {"queue": TRAINING},
    "mlops.*": {"queue": CHARTS},
}
TRAINING_LIMIT = 1_500  # seconds a run may take in one go; below the broker's visibility timeout, or it would run twice
LIMITS = {
    name: {"time_limit": TRAINING_LIMIT, "soft_time_limit": TRAINING_LIMIT - 60}
    for name in ("mlops.execute_run", "mlops.execute_long_job", "mlops.watch_drift")
}
WORKER = ["--without-mingle", "--without-gossip", "-l", "INFO"]
# A run gets a process of its own, so that its peak of memory is its own, and is given back.
WORKERS = {
    CHARTS: ["worker", "-Q", CHARTS, "-n", "charts@%h", "-c", "1", *WORKER],
    TRAINING: ["worker", "-Q", TRAINING, "-n", "training@%h", "-c", "1", "--max-tasks-per-child", "1", *WORKER],
    PARTNERS: ["worker", "-Q", PARTNERS, "-n", "partners@%h", "-c", "2", *WORKER],  # one sends, one has its hands free
}
# One thread adds in one order: the same bytes each time. And who is asked to stop does not finish a run of minutes
# first: its row is taken up at the first unfinished step by the next worker.
TRAINING_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "REMAP_SIGTERM": "SIGQUIT",
}

# Celery's quick stop may hang while it replaces the process of a run, so a training worker is not waited for: what it
# leaves undone, the next one takes up.
TRAINING_GRACE = 3.0


def beat(edition_every: int, tend_every: int = 5, drift_every: int = 60) -> dict[str, dict[str, Any]]:
    """Return the schedule; all in seconds.

    edition_every: least time between two editions; the tick is shorter, so a due one waits little. tend_every: how long
    a run may lie that no message told of. drift_every: how often recent data is held against the champion's.
    """
    tick = max(1, min(60, edition_every // 6))
    # A tick that nobody picked up in time is worthless: the next one asks the same question.
    return {
        "publish the next edition": _every(tick, "catalog.publish_edition"),
        "tend what is due": _every(tend_every, "mlops.tend"),
        "tell partners": _every(TELL_EVERY, "catalog.announce"),
        "send what is due": _every(TELL_EVERY, "catalog.send_webhooks"),
        "thin old events": _once(DAY, "catalog.thin_events"),
        "find awaited films": _once(FIND_EVERY, "catalog.find_returns"),
        "thin old artefacts": _once(DAY, "catalog.thin_editions"),
        "write the API's calls": _every(5, "catalog.write_calls"),
        "tend imports of partners": _once(IMPORTS_EVERY, "catalog.tend_imports"),
        "forget old moves": _once(DAY, "catalog.forget_moves"),
        "thin old work": _once(DAY, "mlops.thin_work"),
        "watch for drift": _once(drift_every, "mlops.watch_drift"),
    } | {f"heartbeat of {queue}": _every(10, "moviesite.heartbeat", queue=queue) for queue in QUEUES}


def _every(seconds: int, task: str, **options: Any) -> dict[str, Any]:
    """Ask so often; asked twice at once, the task finds nothing more to do."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": max(2 * seconds, FRESH), **options}}


def _once(every: int, task: str) -> dict[str, Any]:
    """Ask more often than needed: the task does it once for each due moment (mlops.Tick), and one missed is made good."""
    return {**_every(max(1, min(300, every // 4)), task), "kwargs": {"every": every}}
