"""What keys for trying out left behind: gone once a day, so that everybody begins with nothing. Endpoints stay."""

from datetime import datetime

from django.db import transaction

from catalog.bulk import folders
from catalog.models import PartnerImport, Rater
from catalog.services import leftovers

BATCH = 1_000  # viewers that go at once


def clear(*, at: datetime) -> int:
    """Delete the viewers that were made with keys for trying out, with all that is theirs, and return how many.

    And what was sent in bulk with such keys, as far as it has ended.
    """
    gone = 0
    for sent in PartnerImport.objects.filter(test=True).exclude(state__in=PartnerImport.OPEN):
        folders.remove(sent.uid)
        sent.delete()
    while found := list(Rater.objects.filter(test=True).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            gone += leftovers.drop_for_trying_out(found)
    return gone
