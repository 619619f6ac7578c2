"""The next edition as a job: what it would be made of is its key, so that it is made once, and never killed by for ever."""

import hashlib
from datetime import datetime
from typing import Any

from catalog import queue
from catalog.models import ChartEdition
from catalog.services import editions
from mlops import work
from mlops.ports import Actor

TASK = queue.PUBLISH_EDITION


def offer_next(*, by: Actor, at: datetime) -> work.Job | None:
    """Offer the next edition when one is due; None when not. The same number and inputs are one job, however often asked.

    When it was done already and found nothing new, nothing is written. A job that kills its workers is set apart, and
    the next rating, which changes the inputs, makes another one. Raises NothingServed before the genesis of the formula.
    """
    last = ChartEdition.objects.order_by("-number").first()
    made_of = editions.inputs() if editions.is_due(last, at) else None
    if made_of is None:
        return None
    number, inputs = (last.number if last else 0) + 1, _digest(made_of)
    key = f"edition:{number}:{inputs[:32]}"
    while True:
        facts = {"number": number, "inputs": inputs}
        job = work.offer(key=key, task=TASK, queue="charts", payload=facts, by=by, at=at)
        if job.state != job.State.DONE or job.result.get("inputs") == inputs:
            return job
        key = f"edition:{number}:{inputs[:32]}:{job.pk}"  # when its turn came, the films had moved on, and back since


def publish_offered(*, lease: work.Lease, by: Actor, at: datetime) -> tuple[ChartEdition | None, dict[str, Any]]:
    """Publish what a job offered, from version and votes as they are now, and end the job with it; once, however often delivered.

    Raises ClaimLost when the job was called off or taken over: then nothing is published.
    """
    made_of = editions.inputs()
    if made_of is None:
        return None, {"inputs": None, "edition": None}
    result: dict[str, Any] = {"inputs": _digest(made_of), "edition": None}

    def ended(number: int) -> None:
        work.finish(lease=lease, at=at, result=result | {"edition": number})

    only = lease.payload["number"]
    edition = editions.publish(by=by, at=at, now=True, made_of=made_of, number=only, ended=ended)
    if edition:
        queue.announce_soon()
    return edition, result | {"edition": edition.number if edition else None}


def _digest(made_of: editions.Inputs) -> str:
    """Return SHA-256 over all that an edition is made of: the formula's version, and each film with the votes that count."""
    whole = hashlib.sha256(made_of.service.label.encode())
    for film in sorted(made_of.films, key=lambda film: film.id):
        whole.update(f"\n{film.id} {film.year} {film.votes} {film.points}".encode())
    return whole.hexdigest()
