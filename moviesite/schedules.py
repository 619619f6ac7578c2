"""The beat schedule and the task routes, by task name."""

from typing import Any

ROUTES = {"catalog.*": {"queue": "charts"}, "moviesite.*": {"queue": "charts"}}


def beat(edition_every: int) -> dict[str, dict[str, Any]]:
    """Return the schedule. edition_every: least seconds between two editions; the tick is shorter, so a due one waits little."""
    tick = max(1, min(60, edition_every // 6))
    return {
        # A tick that nobody picked up in time is worthless: the next one asks the same question.
        "publish the next edition": {
            "task": "catalog.publish_edition",
            "schedule": float(tick),
            "options": {"expires": tick * 2},
        },
        "thin old artefacts": {"task": "catalog.thin_editions", "schedule": 86_400.0, "options": {"expires": 3600}},
        "worker heartbeat": {"task": "moviesite.heartbeat", "schedule": 10.0, "options": {"expires": 20}},
    }
