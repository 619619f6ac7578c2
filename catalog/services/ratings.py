"""Rating a film, changing it, taking it back: one transaction each, the tally inside it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext

from catalog import queue
from catalog.errors import BadRating, NotKept, UnknownMovie
from catalog.models import Movie, Rater, Rating, Tally, User
from catalog.models.ratings import LEAST, MOST
from catalog.services import partner_tallies


def rate_movie(*, movie_id: int, by: User, at: datetime, value: Any) -> Rating:
    """Record a member's rating, in the place of an earlier one, and move the film's tally.

    value: a whole number from 1 to 10. Raises BadRating, or UnknownMovie.
    """
    stars = whole(value)
    try:
        return _rate(movie_id, by, at, stars)
    except IntegrityError:  # the same member rated it at the same moment: now there is a row to change
        return _rate(movie_id, by, at, stars)


def withdraw_rating(*, movie_id: int, by: User, at: datetime) -> bool:
    """Take a member's rating back; say whether there was one. The tally returns exactly to what it was without it."""
    with transaction.atomic():
        rating = Rating.objects.select_for_update().filter(movie_id=movie_id, rater__user=by).first()
        if rating is None:
            return False
        old = rating.value
        rating._change_reason = "withdrawn"  # type: ignore[attr-defined]
        rating._history_date = at  # type: ignore[attr-defined]
        rating.delete()
        _move(movie_id, votes=-1, points=-10 * old)
        queue.publish_soon()
    return True


@transaction.atomic
def put_back_rating(
    *, movie_id: int, by: User, at: datetime, value: int, rated_at: datetime, source_id: Any, instead: datetime | None
) -> Rating:
    """Give a rating again with its own time and source, that was withdrawn, or replaced by one of the time `instead`.

    Raises NotKept when another was given since.
    """
    now = Rating.objects.select_for_update().filter(rater__user=by, movie_id=movie_id).first()
    if now is not None and now.rated_at != instead:
        raise NotKept(gettext("You rated it again since then: the later rating stands."))
    return _rate(movie_id, by, at, whole(value), rated_at=rated_at, source_id=source_id)


@transaction.atomic
def bring_rating(
    *, movie_id: int, by: User, at: datetime, value: int, rated_at: datetime, source_id: Any = None
) -> Rating:
    """Record a rating that was given elsewhere, or before, with its own time; an earlier one is replaced."""
    return _rate(movie_id, by, at, whole(value), rated_at=rated_at, source_id=source_id)


def hold(*, by: User, movie_ids: Collection[int]) -> None:
    """Lock a member's ratings of films, then the films' tallies, both rising, for a transaction that moves several of them.

    Two that did so each in the order of its file would wait for each other for ever.
    """
    list(
        Rating.objects.select_for_update().filter(rater__user=by, movie__in=movie_ids).order_by("movie_id").values("pk")
    )
    list(Tally.objects.select_for_update().filter(movie__in=movie_ids).order_by("movie_id").values("pk"))


def take_out(*, rater: Rater) -> int:
    """Take out all that a rater gave, films rising, and move the tallies back; return how many. Inside an erasure alone.

    Unlike a withdrawal it leaves no row of history. The ratings are held first, then the tallies are moved.
    """
    gone = 0
    list(Rating.objects.select_for_update().filter(rater=rater).order_by("movie_id").values_list("pk"))
    while given := list(
        Rating.objects.filter(rater=rater).order_by("movie_id").values_list("pk", "movie_id", "value")[:1_000]
    ):
        _move_back(rater, [(movie_id, value) for _, movie_id, value in given])
        rows = Rating.objects.filter(pk__in=[pk for pk, _, _ in given])
        gone += rows._raw_delete(rows.db)
    if gone:
        queue.publish_soon()
    return gone


def _move_back(rater: Rater, given: Sequence[tuple[int, int]]) -> None:
    """Take ratings out of the tallies that hold them: a member's, or a partner's; nobody else's are in any."""
    if rater.kind == Rater.Kind.MEMBER:
        for movie_id, value in given:
            _move(movie_id, votes=-1, points=-10 * value)
    elif rater.partner_id and not rater.test:
        partner_tallies.move(partner_id=rater.partner_id, by_film={film: (-1, -10 * value) for film, value in given})


@transaction.atomic
def _rate(
    movie_id: int, by: User, at: datetime, value: int, *, rated_at: datetime | None = None, source_id: Any = None
) -> Rating:
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)
    rater = member(by)
    rating = Rating.objects.select_for_update().filter(rater=rater, movie_id=movie_id).first()
    old = rating.value if rating else None
    rating = rating or Rating(rater=rater, movie_id=movie_id)
    rating.value, rating.rated_at, rating.recorded_at = value, rated_at or at, at
    rating.source_id = source_id or rating.source_id
    rating._history_date = at  # type: ignore[attr-defined]
    rating.save()
    if old is None:
        _move(movie_id, votes=1, points=10 * value)
    elif old != value:
        _move(movie_id, votes=0, points=10 * (value - old))
    queue.publish_soon()
    return rating


def member(user: User) -> Rater:
    """Return the rater of an account, made at its first rating."""
    return Rater.objects.get_or_create(user=user, defaults={"kind": Rater.Kind.MEMBER})[0]


def _move(movie_id: int, *, votes: int, points: int) -> None:
    moved = Tally.objects.filter(movie_id=movie_id).update(votes=F("votes") + votes, points=F("points") + points)
    if not moved:  # the film's first vote ever
        Tally.objects.create(movie_id=movie_id, votes=votes, points=points)


def whole(value: Any) -> int:
    """Return the value as a rating. Raises BadRating for anything that is not a whole number from 1 to 10."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
    if isinstance(value, bool) or not isinstance(value, int) or not LEAST <= value <= MOST:
        raise BadRating(
            gettext("A rating is a whole number from %(least)s to %(most)s.") % {"least": LEAST, "most": MOST}
        )
    return int(value)
