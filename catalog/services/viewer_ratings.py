"""Ratings that a partner sends of its viewers, one at a time: one transaction each, the partner's tally inside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from catalog import queue
from catalog.errors import CatalogError, UnknownMovie
from catalog.models import Movie, PartnerKey, Rating
from catalog.services import partner_raters, partner_tallies

REASON = "partner"  # in the history of each rating, however it came
AHEAD = timedelta(minutes=5)  # so far may a partner's clock be before ours
ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"

Look = Callable[[Rating | None], None]  # at what is there now, held fast; it raises when that is not what was expected


class AheadOfTime(CatalogError):
    """A moment that has not come yet."""


@dataclass(frozen=True)
class Told:
    """The rating as it stands now, and what became of what was sent."""

    rating: Rating
    status: str


def _anything(_: Rating | None) -> None:
    """Nothing was expected."""


def rate(
    *,
    by: PartnerKey,
    reference: str,
    movie_id: int,
    value: int,
    rated_at: datetime | None,
    at: datetime,
    look: Look = _anything,
) -> Told:
    """Record a viewer's rating, in the place of an earlier one, and move the partner's tally of the film.

    value: a whole number from 1 to 10. rated_at: the viewer's time; without one it is now, and the value that stands
    already is unchanged. Raises UnknownMovie, AheadOfTime, BadReference, and what look raises.
    """
    check_moment(rated_at, at)
    partner_raters.check_reference(reference)
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)
    source = partner_raters.source_of(partner=by.partner, at=at)
    rating = Rating(movie_id=movie_id, value=value, rated_at=rated_at or at, recorded_at=at, source=source)
    try:
        return _rate(by, reference, rating, rated_at is not None, look)
    except IntegrityError:  # the same rating was sent at the same moment: now there is a row to change
        return _rate(by, reference, rating, rated_at is not None, look)


def withdraw(*, by: PartnerKey, reference: str, movie_id: int, at: datetime, look: Look = _anything) -> bool:
    """Take a viewer's rating back; say whether there was one. The tally returns to what it was without it."""
    with transaction.atomic():
        rating = _held(by, reference, movie_id)
        look(rating)
        if rating is None:
            return False
        points = rating.value
        _remember(rating, at)
        rating.delete()
        _move(by, movie_id, -1, -points)
    return True


def check_moment(theirs: datetime | None, at: datetime) -> None:
    """Raise AheadOfTime for a moment that lies more than five minutes ahead."""
    if theirs is not None and theirs > at + AHEAD:
        raise AheadOfTime(f"must not lie ahead: here it is {at:%Y-%m-%dT%H:%M:%SZ} now.")


@transaction.atomic
def _rate(by: PartnerKey, reference: str, sent: Rating, dated: bool, look: Look) -> Told:
    rater = partner_raters.raters(partner=by.partner, references=[reference], test=by.test)[reference]
    now = Rating.objects.select_for_update().filter(rater=rater, movie=sent.movie_id).first()
    look(now)
    if now and now.value == sent.value and (not dated or now.rated_at == sent.rated_at):
        return Told(now, UNCHANGED)
    new = Rating(pk=now.pk if now else None, rater_id=rater, movie_id=sent.movie_id)
    new.value, new.rated_at, new.recorded_at, new.source = sent.value, sent.rated_at, sent.recorded_at, sent.source
    _remember(new, sent.recorded_at)
    new.save(force_insert=now is None, force_update=now is not None)
    _move(by, new.movie_id, 0 if now else 1, new.value - (now.value if now else 0))
    return Told(new, UPDATED if now else ADDED)


def _held(by: PartnerKey, reference: str, movie_id: int) -> Rating | None:
    rater = {"rater__partner": by.partner, "rater__reference": reference, "rater__test": by.test}
    return Rating.objects.select_for_update(of=("self",)).filter(**rater, movie=movie_id).first()


def _remember(rating: Rating, at: datetime) -> None:
    rating._history_date = at  # type: ignore[attr-defined]
    rating._change_reason = REASON  # type: ignore[attr-defined]


def _move(by: PartnerKey, movie_id: int, votes: int, points: int) -> None:
    """points: whole ones. Who tries out a key moves nothing."""
    if by.test:
        return
    partner_tallies.move(partner_id=by.partner_id, by_film={movie_id: (votes, 10 * points)})
    queue.publish_soon()
