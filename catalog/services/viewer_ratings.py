"""Ratings that a partner sends of its viewers, one at a time: one transaction each, the partner's tally inside it."""

from datetime import datetime

from django.db import transaction

from catalog import queue
from catalog.models import PartnerKey, Rating
from catalog.services import partner_raters, partner_tallies, viewer_rows
from catalog.services.viewer_rows import Kept, Look

REASON = "partner"  # in the history of each rating, however it came


def rate(
    *,
    by: PartnerKey,
    reference: str,
    movie_id: int,
    value: int,
    rated_at: datetime | None,
    at: datetime,
    look: Look = viewer_rows.anything,
) -> Kept:
    """Record a viewer's rating, in the place of an earlier one, and move the partner's tally of the film.

    value: a whole number from 1 to 10. rated_at: the viewer's time; without one it is now, and the value that stands
    already is unchanged. Raises UnknownMovie, AheadOfTime, BadReference, and what look raises.
    """
    viewer_rows.check(reference=reference, movie_id=movie_id, theirs=rated_at, at=at)
    source = partner_raters.source_of(partner=by.partner, at=at)
    sent = Rating(movie_id=movie_id, value=value, rated_at=rated_at or at, recorded_at=at, source=source)

    def same(now: Rating) -> bool:
        return now.value == value and rated_at in (None, now.rated_at)

    def write(now: Rating | None, new: Rating) -> None:
        _remember(new, by, at)
        viewer_rows.save(now, new)
        _move(by, movie_id, 0 if now else 1, value - (now.value if now else 0))

    return viewer_rows.put(sent=sent, by=by, reference=reference, same=same, look=look, write=write)


def withdraw(*, by: PartnerKey, reference: str, movie_id: int, at: datetime, look: Look = viewer_rows.anything) -> bool:
    """Take a viewer's rating back; say whether there was one. The tally returns to what it was without it."""
    with transaction.atomic():
        rating = viewer_rows.held(Rating, by=by, reference=reference, movie_id=movie_id)
        look(rating)
        if rating is None:
            return False
        points = rating.value
        _remember(rating, by, at)
        if by.test:
            tried = Rating.objects.filter(pk=rating.pk)
            tried._raw_delete(tried.db)  # and no history, as there is none of it
        else:
            rating.delete()
        _move(by, movie_id, -1, -points)
    return True


def _remember(rating: Rating, by: PartnerKey, at: datetime) -> None:
    """Tell the history when and why; what is only tried out has none: it could never be taken out of there."""
    if by.test:
        rating.skip_history_when_saving = True  # type: ignore[attr-defined]
    rating._history_date = at  # type: ignore[attr-defined]
    rating._change_reason = REASON  # type: ignore[attr-defined]


def _move(by: PartnerKey, movie_id: int, votes: int, points: int) -> None:
    """points: whole ones. Who tries out a key moves nothing."""
    if by.test:
        return
    partner_tallies.move(partner_id=by.partner_id, by_film={movie_id: (votes, 10 * points)})
    queue.publish_soon()
