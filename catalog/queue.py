"""The background jobs the catalogue may ask for, by name. A nudge may fail: beat asks again."""

from functools import partial

from django.db import transaction

from mlops import work

PUBLISH_EDITION = "catalog.publish_edition"
THIN_EDITIONS = "catalog.thin_editions"
FIND_RETURNS = "catalog.find_returns"
FORGET_MOVES = "catalog.forget_moves"
WRITE_CALLS = "catalog.write_calls"
ANNOUNCE = "catalog.announce"
SEND_WEBHOOKS = "catalog.send_webhooks"
THIN_EVENTS = "catalog.thin_events"
TEND_IMPORTS = "catalog.tend_imports"
NAMES = (
    ANNOUNCE,
    FIND_RETURNS,
    FORGET_MOVES,
    PUBLISH_EDITION,
    SEND_WEBHOOKS,
    TEND_IMPORTS,
    THIN_EDITIONS,
    THIN_EVENTS,
    WRITE_CALLS,
)
ERASE_MEMBER, ERASING = "catalog.erase_member", "training"  # a job, and the queue whose workers can read frozen data
MOVE = "catalog.move"  # a piece of an import, of its undoing, or of a clearing away
IMPORT_RATINGS = "catalog.import_ratings"  # a piece of what a partner sent in bulk
JOBS = {ERASE_MEMBER: ERASING, PUBLISH_EDITION: "charts", MOVE: "charts", IMPORT_RATINGS: "partners"}

PACE = 1.0  # a nudge a second says all that needs saying


def publish_soon() -> None:
    """Ask, after commit, for the next edition."""
    transaction.on_commit(partial(work.nudge, PUBLISH_EDITION, "charts", pace=PACE, expires=15))


def announce_soon() -> None:
    """Ask, after commit, that partners are told of what happened."""
    transaction.on_commit(partial(work.nudge, ANNOUNCE, "partners", pace=PACE, expires=15))


def send_soon() -> None:
    """Ask, after commit, that what waits is sent to partners."""
    transaction.on_commit(partial(work.nudge, SEND_WEBHOOKS, "partners", pace=PACE, expires=15))
