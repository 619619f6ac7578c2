"""Is the site alive, and are its parts? Green, amber or red, part by part."""

import time
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from catalog.selectors import charts
from mlops import serving, triggers
from mlops.selectors import work
from mlops.services import checkpoints, strays

HEARTBEAT = "moviesite.heartbeat"  # and a queue's name: when its worker last took a heartbeat out of it
ALIVE = "moviesite.alive"  # and a queue's name: when its worker last said that it is there, and whether it is at work
STALE = 45.0  # seconds after which a silent worker counts as away


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while visitors can be served, 503 when not; `parts` says what is away."""
    found = parts()
    ready = found["database"] == found["chart"] == found["triggers"] == "ok"
    whole = ready and all(value == "ok" for value in found.values())
    state = "ok" if whole else "degraded" if ready else "down"
    return JsonResponse({"state": state, "ready": ready, "parts": found}, status=200 if ready else 503)


def parts() -> dict[str, str]:
    """Return the state of each part: «ok», or what is the matter with it."""
    return {
        "live": "ok",
        **_database(),
        "broker": _broker(),
        "worker": _worker("charts"),
        "training": _worker("training"),
        "partners": _worker("partners"),
        "work": _work(),
    }


def _database() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        lacking = triggers.missing(connection)
        edition = charts.newest() if not waiting else None
        faults = serving.faults() if not waiting else {}
        changes = strays.left() if not waiting else None
        unsigned = checkpoints.fault(timezone.now()) if not waiting else ""
    except DatabaseError as error:
        away = f"away: {type(error).__name__}"
        unknown = dict.fromkeys(("triggers", "chart", "models", "changes", "signatures"), "unknown")
        return {"database": away, **unknown}
    return {
        "database": f"{len(waiting)} migrations wait" if waiting else "ok",
        "triggers": f"missing or changed: {', '.join(lacking)}" if lacking else "ok",
        "chart": "ok" if edition else "no edition yet",
        "models": "; ".join(faults.values()) or "ok",  # amber at most: without a model there is still the chart
        "changes": str(changes) if changes else "ok",  # the site serves; a person has to account for them
        "signatures": unsigned or "ok",
    }


def _broker() -> str:
    try:
        redis.Redis.from_url(settings.BROKER, socket_connect_timeout=0.5, socket_timeout=0.5).ping()
    except redis.RedisError as error:
        return f"away: {type(error).__name__}"
    return "ok"


def _worker(queue: str) -> str:
    """A heartbeat came through the queue, or its worker has its hands full; otherwise what is the matter."""
    heard: Any = cache.get(f"{HEARTBEAT}.{queue}")
    alive: Any = cache.get(f"{ALIVE}.{queue}")
    now = time.time()
    if heard is not None and now - float(heard) < STALE:
        return "ok"
    if alive is not None and now - float(alive[0]) < STALE:
        told = f"for {now - float(heard):.0f} s" if heard is not None else "yet"
        return "ok" if alive[1] else f"deaf: it is there, and has heard nothing through its queue {told}"
    last = max((float(sign) for sign in (heard, alive and alive[0]) if sign is not None), default=None)
    return "not seen" if last is None else f"silent for {now - last:.0f} s"


def _work() -> str:
    """Work that was set apart waits for a person; it keeps nobody from being served."""
    try:
        apart = work.apart()
    except DatabaseError:
        return "unknown"
    return f"{apart} set apart" if apart else "ok"
