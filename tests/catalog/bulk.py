"""Ratings in bulk, for tests: files sent by the API, worked off in this process as a worker does, results read back."""

import json
from collections import Counter
from typing import Any

from django.utils import timezone

from catalog import tasks  # noqa: F401 — knows what does the jobs
from catalog.models import PartnerImport, PartnerTally, Rating
from mlops import work
from mlops.pipeline import jobs
from tests.catalog.api_calls import Caller

NDJSON, CSV = "application/x-ndjson", "text/csv"
Line = dict[str, Any]
_numbers = iter(range(1, 10**9))


def ndjson(*lines: Any) -> bytes:
    """Lines as a file; what is bytes already stays as it is."""
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def rating(user: str, movie: int, value: int, rated_at: str | None = None) -> Line:
    return {"user": user, "movie": movie, "value": value} | ({"rated_at": rated_at} if rated_at else {})


def send(caller: Caller, data: bytes, kind: str = NDJSON, *, dry: bool = False, key: str = "") -> Any:
    key = key or f"key-{next(_numbers)}"
    path = "imports?dry_run=true" if dry else "imports"
    return caller.post(path, data, kind, **{"Idempotency-Key": key})


def worked_off() -> None:
    """Do every job that is due, and those that they offer."""
    while (job := work.Job.objects.due(timezone.now()).first()) is not None:
        jobs.carry_out(job_id=job.pk, worker="here")


def told(caller: Caller, location: str) -> tuple[Line, list[Line]]:
    """An import, and the lines of its results."""
    body = caller.get(location).json()
    return body, results(caller, body["result"])


def results(caller: Caller, address: str) -> list[Line]:
    answer = caller.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, NDJSON)
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def imported(caller: Caller, data: bytes, kind: str = NDJSON, *, dry: bool = False) -> tuple[Line, list[Line]]:
    """Send a file, have it worked off, and return what the import says and the lines of its results."""
    answer = send(caller, data, kind, dry=dry)
    assert answer.status_code == 202, answer.content
    worked_off()
    return told(caller, answer["Location"])


def statuses(lines: list[Line]) -> list[str]:
    return [line["status"] for line in lines]


def outcome(body: Line) -> dict[str, int]:
    return {name: body[name] for name in PartnerImport.OUTCOMES if body[name]}


def kept(caller: Caller, *, test: bool = False) -> dict[tuple[str, int], int]:
    """A partner's ratings: viewer and film to value."""
    rows = Rating.objects.filter(rater__partner=caller.key.partner, rater__test=test)
    return {(user, film): value for user, film, value in rows.values_list("rater__reference", "movie_id", "value")}


def tallied(caller: Caller) -> dict[int, tuple[int, int]]:
    rows = PartnerTally.objects.filter(partner=caller.key.partner).exclude(votes=0)
    return {film: (votes, points) for film, votes, points in rows.values_list("movie_id", "votes", "points")}


def recounted(caller: Caller) -> dict[int, tuple[int, int]]:
    """The same, counted from the ratings."""
    votes, points = Counter[int](), Counter[int]()
    for (_, film), value in kept(caller).items():
        votes[film] += 1
        points[film] += 10 * value
    return {film: (votes[film], points[film]) for film in votes}
