"""What keys for trying out left behind: gone once a day, so that everybody begins with nothing."""

from datetime import datetime

from django.db import transaction

from catalog.models import Rater
from catalog.services import leftovers

BATCH = 1_000  # viewers that are read at a time


def clear(*, at: datetime) -> int:
    """Delete the viewers that were made with keys for trying out, with all that is theirs, and return how many."""
    gone = 0
    while found := list(Rater.objects.filter(test=True).order_by("pk")[:BATCH]):
        for rater in found:
            with transaction.atomic():
                leftovers.drop_for_trying_out(rater)
        gone += len(found)
    return gone
