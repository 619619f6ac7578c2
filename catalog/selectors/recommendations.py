"""What the learned system says to somebody's ratings: films in order, each with the ratings that caused it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from django.db.models import QuerySet

from catalog.models import Hidden, Movie, Rating, User
from catalog.recsys.recommender import Predicted, Recommended, RecommenderModel
from mlops import serving
from mlops.errors import BadArtefact, NothingServed

KEY = "recommender"
SPARE = 20  # asked for beyond what is wanted, so that films that were removed since the training leave no gap


class Lack(StrEnum):
    """Why there is no learned answer."""

    NOTHING_SERVED = "NOTHING_SERVED"
    AWAY = "AWAY"  # a version is deployed, but its artefact cannot be read
    NO_RATINGS = "NO_RATINGS"
    NO_LIKES = "NO_LIKES"  # ratings there are, but none that speaks for a neighbour in this version
    NOTHING_LEFT = "NOTHING_LEFT"


@dataclass(frozen=True)
class Judge:
    """The learned version in service."""

    model: RecommenderModel
    label: str

    @property
    def number(self) -> int:
        """The version's number: what its address ends in."""
        return int(self.label.rpartition(" v")[2])


@dataclass(frozen=True)
class Because:
    """One rating among the causes. weight: its part of the score, exact, in the model's units; share: whole per cents."""

    film: Movie
    value: int
    weight: int
    share: int


@dataclass(frozen=True)
class Pick:
    """One film of a list. The weights of because sum to score exactly; its shares sum to 100; strongest first.

    best_rank, worst_rank: what four in five refits on other people would keep; None while unmeasured.
    """

    film: Movie
    rank: int
    best_rank: int | None
    worst_rank: int | None
    score: int
    because: tuple[Because, ...]


@dataclass(frozen=True)
class Picks:
    """A list, or why there is none. known: how many of the ratings speak for other films in this version."""

    judge: Judge | None
    lack: Lack | None
    picks: tuple[Pick, ...] = ()
    known: int = 0


def judge() -> Judge:
    """Return the version in service. Raises NothingServed, or BadArtefact when it cannot be read."""
    found = serving.served(KEY)
    return Judge(cast(RecommenderModel, found.model), found.label)


def at_work() -> tuple[Judge | None, Lack | None]:
    """Return the version in service, or why there is none."""
    try:
        return judge(), None
    except NothingServed:
        return None, Lack.NOTHING_SERVED
    except BadArtefact:
        return None, Lack.AWAY


def ratings_of(user: User) -> dict[int, int]:
    """Return a member's ratings as they stand now: film → 1 … 10."""
    return dict(Rating.objects.filter(rater__user=user).values_list("movie_id", "value"))


def hidden_by(user: User) -> QuerySet[Hidden]:
    """Return what a member put away, newest first."""
    return Hidden.objects.filter(user=user).select_related("movie").order_by("-hidden_at", "-pk")


def likes(model: RecommenderModel, ratings: Mapping[int, int]) -> list[int]:
    """Return the rated films that can speak for others: at or above the threshold, and known to the version."""
    known = set(model.films.tolist())
    return [film for film, value in ratings.items() if value >= model.threshold and film in known]


def picks(ratings: Mapping[int, int], *, hidden: Collection[int] = (), most: int = 10) -> Picks:
    """Return the films the version in service puts first for these ratings; rated and hidden ones are left out."""
    found, lack = at_work()
    if found is None:
        return Picks(None, lack)
    if not ratings:
        return Picks(found, Lack.NO_RATINGS)
    known = len(likes(found.model, ratings))
    if not known:
        return Picks(found, Lack.NO_LIKES)
    ranked, films = _existing(found.model, ratings, set(hidden), most)
    listed = tuple(_pick(entry, ratings, films) for entry in ranked)
    return Picks(found, None if listed else Lack.NOTHING_LEFT, listed, known)


def _existing(
    model: RecommenderModel, ratings: Mapping[int, int], away: set[int], most: int
) -> tuple[list[Recommended], dict[int, Movie]]:
    """Return the head of the list and its films; a film that is no longer there counts as hidden, so ranks stay whole."""
    while True:
        ranked = model.top_n(ratings, n=most, hidden=away)
        wanted = {film for entry in ranked for film in (entry.film, *(lift.film for lift in entry.lifts))}
        films = Movie.objects.select_related("standing").in_bulk(wanted)
        gone = {entry.film for entry in ranked} - films.keys()
        if not gone:
            return ranked, films
        away = away | gone | _gone(model, ratings, away, most)


def _gone(model: RecommenderModel, ratings: Mapping[int, int], away: set[int], most: int) -> set[int]:
    further = {entry.film for entry in model.top_n(ratings, n=most + SPARE, hidden=away)}
    return further - set(Movie.objects.filter(pk__in=further).values_list("pk", flat=True))


def _pick(entry: Recommended, ratings: Mapping[int, int], films: Mapping[int, Movie]) -> Pick:
    lifts = sorted(entry.lifts, key=lambda lift: (-lift.weight, lift.film))
    shares = percents([lift.weight for lift in lifts], entry.score)
    because = tuple(
        Because(films[lift.film], ratings[lift.film], lift.weight, share)
        for lift, share in zip(lifts, shares, strict=True)
        if lift.film in films
    )
    return Pick(films[entry.film], entry.rank, entry.best_rank, entry.worst_rank, entry.score, because)


def percents(weights: Sequence[int], total: int) -> list[int]:
    """Return whole per cents of a total that sum to 100: largest remainder, also when some weights are negative.

    total: the sum of the weights; when it is not above 0 there is nothing to share, and every share is 0.
    """
    if total <= 0:
        return [0 for _ in weights]
    parts = [divmod(weight * 100, total) for weight in weights]
    shares = [whole for whole, _ in parts]
    by_rest = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    for place in by_rest[: 100 - sum(shares)]:
        shares[place] += 1
    return shares


def pick_of(film: Movie, ratings: Mapping[int, int], hidden: Collection[int] = ()) -> tuple[Judge, Pick] | None:
    """Return one film's place among all that these ratings leave over, or None: unknown, rated, hidden, or no reason."""
    found, _ = at_work()
    entry = found.model.rank_of(film.pk, ratings, hidden) if found else None
    if found is None or entry is None or entry.score <= 0:
        return None
    films = Movie.objects.in_bulk([lift.film for lift in entry.lifts])
    return found, _pick(entry, ratings, {**films, film.pk: film})


@dataclass(frozen=True)
class Without:
    """Where a film would stand without one of its causes. rank: None when nothing would speak for it any more."""

    cause: Because
    score: int
    rank: int | None


def without_each(
    found: Judge, pick: Pick, ratings: Mapping[int, int], hidden: Collection[int], most: int = 10
) -> list[Without]:
    """Return what taking back each of the strongest causes would do to a pick: counted, not estimated."""
    return [_without(found.model, pick, cause, ratings, hidden) for cause in pick.because[:most]]


def _without(
    model: RecommenderModel, pick: Pick, cause: Because, ratings: Mapping[int, int], hidden: Collection[int]
) -> Without:
    rest = {film: value for film, value in ratings.items() if film != cause.film.pk}
    place = model.rank_of(pick.film.pk, rest, hidden)
    return Without(cause, pick.score - cause.weight, place.rank if place and place.score > 0 else None)


def similar(film: Movie, most: int = 6) -> tuple[Judge | None, list[Movie]]:
    """Return films that the version in service puts nearest to one, nearest first; none when it does not know it."""
    found, _ = at_work()
    if found is None:
        return None, []
    near = found.model.similar(film.pk, most + SPARE)
    films = Movie.objects.in_bulk([entry.film for entry in near])
    return found, [films[entry.film] for entry in near if entry.film in films][:most]


def guess(film: Movie, ratings: Mapping[int, int]) -> tuple[Judge | None, Predicted | None]:
    """Return what a member with these ratings would give a film, with its interval, leaving out what they gave it."""
    found, _ = at_work()
    others = {pk: value for pk, value in ratings.items() if pk != film.pk}
    if found is None or not others:
        return found, None
    return found, found.model.predict(film.pk, others)
