"""The background jobs the catalogue may ask for, by name. A nudge may fail: beat asks again."""

from functools import partial

from django.db import transaction

from mlops import work

PUBLISH_EDITION = "catalog.publish_edition"
THIN_EDITIONS = "catalog.thin_editions"
FIND_RETURNS = "catalog.find_returns"
FORGET_MOVES = "catalog.forget_moves"
TEND_IMPORTS = "catalog.tend_imports"
NAMES = (FIND_RETURNS, FORGET_MOVES, PUBLISH_EDITION, TEND_IMPORTS, THIN_EDITIONS)
ERASE_MEMBER, ERASING = "catalog.erase_member", "training"  # a job, and the queue whose workers can read frozen data
MOVE = "catalog.move"  # a piece of an import, of its undoing, or of a clearing away
IMPORT_RATINGS = "catalog.import_ratings"  # a piece of what a partner sent in bulk
JOBS = {ERASE_MEMBER: ERASING, PUBLISH_EDITION: "charts", MOVE: "charts", IMPORT_RATINGS: "charts"}

PACE = 1.0  # a nudge a second says all that needs saying


def publish_soon() -> None:
    """Ask, after commit, for the next edition."""
    transaction.on_commit(partial(work.nudge, PUBLISH_EDITION, "charts", pace=PACE, expires=15))
