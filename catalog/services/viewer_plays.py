"""What partners' viewers watched to the end: one row a viewer and film, with the time it was last told of."""

from datetime import datetime

from django.db import transaction

from catalog.models import PartnerKey, PartnerPlay
from catalog.services import partner_raters, viewer_rows
from catalog.services.viewer_rows import Kept, Look


def watched(
    *,
    by: PartnerKey,
    reference: str,
    movie_id: int,
    watched_at: datetime | None,
    at: datetime,
    look: Look = viewer_rows.anything,
) -> Kept:
    """Record that a viewer watched a film to its end, or when, where that was told before.

    watched_at: their time; without one it is now, and a film that was told of before is unchanged. Raises UnknownMovie,
    AheadOfTime, BadReference, and what look raises.
    """
    viewer_rows.check(reference=reference, movie_id=movie_id, theirs=watched_at, at=at)
    partner_raters.source_of(partner=by.partner, at=at)  # which datasets name
    sent = PartnerPlay(movie_id=movie_id, watched_at=watched_at or at, recorded_at=at)

    def same(now: PartnerPlay) -> bool:
        return watched_at in (None, now.watched_at)

    return viewer_rows.put(sent=sent, by=by, reference=reference, same=same, look=look, write=viewer_rows.save)


def forget(*, by: PartnerKey, reference: str, movie_id: int, at: datetime, look: Look = viewer_rows.anything) -> bool:
    """Take a play back; say whether there was one."""
    with transaction.atomic():
        play = viewer_rows.held(PartnerPlay, by=by, reference=reference, movie_id=movie_id)
        look(play)
        if play is None:
            return False
        play.delete()
    return True
