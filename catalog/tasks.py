"""Work for Celery workers: translate, one service call."""

import logging
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from catalog import queue
from catalog.services import (
    alerts,
    attempts,
    calls,
    editions,
    erasure,
    events,
    idempotency,
    importing,
    imports,
    leftovers,
    moves,
    moving,
    outgoing,
    publishing,
    trying_out,
)
from mlops import work
from mlops.ports import SYSTEM

logger = logging.getLogger(__name__)


@shared_task(name="catalog.publish_edition")
def publish_edition(**_: Any) -> None:
    """Put the next edition on record as a job, when one is due and something changed; asked in vain, it writes nothing."""
    publishing.offer_next(by=SYSTEM, at=timezone.now())


@work.handled(publishing.TASK)
def publish_offered(lease: work.Lease) -> dict[str, Any]:
    """Publish the edition of a job, once: a redelivery finds it published."""
    edition, result = publishing.publish_offered(lease=lease, by=SYSTEM, at=timezone.now())
    if edition:
        logger.info("edition %s: %s films, %s rank changes", edition.number, edition.films, edition.changes)
    return result


@work.handled(queue.ERASE_MEMBER)
def erase_member(lease: work.Lease) -> dict[str, Any]:
    """Erase whom a job names by digest, once: a redelivery finds them gone, and removes what was left in files."""

    def still() -> None:
        work.hold(lease=lease, at=timezone.now())

    found = erasure.carry_out(at=timezone.now(), still=still, **lease.payload)
    return {"erasure": found.pk if found else None}


@work.handled(queue.MOVE)
def move(lease: work.Lease) -> dict[str, Any]:
    """Do one piece of what a member brings, takes away or undoes; a redelivery goes on with the first row not done."""
    return moving.carry_out(lease=lease, at=timezone.now())


@work.handled(queue.IMPORT_RATINGS)
def import_ratings(lease: work.Lease) -> dict[str, Any]:
    """Do one piece of what a partner sent in bulk; a redelivery goes on with the first chunk not done."""
    return importing.carry_out(lease=lease, clock=timezone.now)


@shared_task(name="catalog.tend_imports")
def tend_imports(*, every: float = 0, **_: Any) -> None:
    """See to imports that came to a halt or wait for their turn, and let old results go, once for each due moment."""
    work.on_tick(queue.TEND_IMPORTS, every=every, clock=timezone.now, act=_tend)


def _tend(at: datetime) -> None:
    gone = imports.tend(at=at)
    if gone:
        logger.info("results of %s imports let go", gone)


@shared_task(name="catalog.forget_moves")
def forget_moves(*, every: float = 0, **_: Any) -> None:
    """Let go, once a day, of what is too old: moves to undo, ended sessions, attempts to sign in, the API's calls and answers."""
    work.on_tick(queue.FORGET_MOVES, every=every, clock=timezone.now, act=_forget)


def _forget(at: datetime) -> None:
    moves.forget_old(at=at)
    leftovers.forget_ended_sessions(at=at)
    attempts.forget_old(at=at)
    idempotency.forget_old(at=at)
    calls.forget_old(at=at)
    trying_out.clear(at=at)


@shared_task(name="catalog.thin_editions")
def thin_editions(*, every: float = 0, **_: Any) -> None:
    """Remove full artefacts that the keeping policy lets go, once for each due moment."""
    work.on_tick(queue.THIN_EDITIONS, every=every, clock=timezone.now, act=_thin)


def _thin(at: datetime) -> None:
    gone = editions.thin(by=SYSTEM, at=at)
    if gone:
        logger.info("%s artefacts thinned", gone)


@shared_task(name="catalog.find_returns")
def find_returns(*, every: float = 0, **_: Any) -> None:
    """Mark the awaited films that play again, once for each due moment."""
    work.on_tick(queue.FIND_RETURNS, every=every, clock=timezone.now, act=_find)


def _find(at: datetime) -> None:
    found = alerts.find(at=at)
    if found:
        logger.info("%s awaited films play again", found)


@shared_task(name="catalog.write_calls")
def write_calls(**_: Any) -> None:
    """Write down what the API answered since the last time."""
    calls.write(at=timezone.now())


@shared_task(name="catalog.announce")
def announce(**_: Any) -> None:
    """Put what happened into the order of the changes feed, and on its way to partners; asked in vain, it writes nothing."""
    found = events.announce(at=timezone.now())
    if found:
        logger.info("%s events", found)


@shared_task(name="catalog.send_webhooks")
def send_webhooks(**_: Any) -> None:
    """Send to partners what is due; two who do so at once share the work."""
    tried = outgoing.send_due(clock=timezone.now)
    if tried:
        logger.info("%s deliveries tried", tried)


@shared_task(name="catalog.thin_events")
def thin_events(*, every: float = 0, **_: Any) -> None:
    """Let go of old events and their deliveries, once for each due moment."""
    work.on_tick(queue.THIN_EVENTS, every=every, clock=timezone.now, act=lambda at: events.thin(at=at))
