"""What the learned system says to somebody's ratings: films in order, each with the ratings that caused it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.models import Movie
from catalog.recsys.linear import LinearModel, Predicted, Recommended
from catalog.selectors import judges
from catalog.selectors.judges import Judge, Lack
from catalog.selectors.tastes import Taste

SPARE = 20  # asked for beyond what is wanted, so that films that were removed since the training leave no gap


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
    """A list, or why there is none. known: how many of the ratings speak for other films in this version.

    absent: the title of the judge that was chosen, when it serves nothing and this one stands in.
    """

    judge: Judge | None
    lack: Lack | None
    picks: tuple[Pick, ...] = ()
    known: int = 0
    absent: str = ""


def likes(model: LinearModel, ratings: Mapping[int, int]) -> list[int]:
    """Return the rated films that can speak for others: at or above the threshold, and known to the version."""
    known = set(model.films.tolist())
    return [film for film, value in ratings.items() if value >= model.threshold and film in known]


def picks(taste: Taste, *, most: int = 10) -> Picks:
    """Return the films that the judge chosen puts first for these ratings; rated and hidden ones are left out."""
    if not taste.personal:
        return Picks(None, Lack.SWITCHED_OFF)
    bench = judges.sitting(taste.judge)
    found = bench.judge
    if found is None or not taste.ratings:
        return Picks(found, bench.lack or Lack.NO_RATINGS, absent=bench.absent)
    known = len(likes(found.model, taste.ratings))
    if not known:
        return Picks(found, Lack.NO_LIKES, absent=bench.absent)
    ranked = found.model.top_n(taste.ratings, n=most, hidden=taste.hidden | judges.gone(found))
    films = _films(ranked)
    listed = tuple(_pick(entry, taste.ratings, films) for entry in ranked if entry.film in films)
    return Picks(found, None if listed else Lack.NOTHING_LEFT, listed, known, bench.absent)


def _films(ranked: Sequence[Recommended]) -> dict[int, Movie]:
    wanted = {film for entry in ranked for film in (entry.film, *(lift.film for lift in entry.lifts))}
    return Movie.objects.select_related("standing").in_bulk(wanted)


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


def pick_of(film: Movie, taste: Taste) -> tuple[Judge, Pick] | None:
    """Return one film's place among all that a taste leaves over, or None: unknown, rated, hidden, or no reason."""
    found = judges.sitting(taste.judge).judge if taste.personal else None
    entry = found.model.rank_of(film.pk, taste.ratings, taste.hidden | judges.gone(found)) if found else None
    if found is None or entry is None or entry.score <= 0:
        return None
    films = Movie.objects.in_bulk([lift.film for lift in entry.lifts])
    return found, _pick(entry, taste.ratings, {**films, film.pk: film})


@dataclass(frozen=True)
class Without:
    """Where a film would stand without one of its causes. rank: None when nothing would speak for it any more."""

    cause: Because
    score: int
    rank: int | None


def without_each(found: Judge, pick: Pick, taste: Taste, most: int = 10) -> list[Without]:
    """Return what taking back each of the strongest causes would do to a pick: counted, not estimated."""
    away = taste.hidden | judges.gone(found)
    return [_without(found.model, pick, cause, taste, away) for cause in pick.because[:most]]


def _without(model: LinearModel, pick: Pick, cause: Because, taste: Taste, away: frozenset[int]) -> Without:
    place = model.rank_of(pick.film.pk, taste.without(cause.film.pk).ratings, away)
    return Without(cause, pick.score - cause.weight, place.rank if place and place.score > 0 else None)


def places(found: Judge, taste: Taste, most: int) -> dict[int, int]:
    """Return the first places of a taste's list, film → rank."""
    ranked = found.model.top_n(taste.ratings, n=most, hidden=taste.hidden | judges.gone(found))
    return {entry.film: entry.rank for entry in ranked}


def similar(film: Movie, most: int = 6) -> tuple[Judge | None, list[Movie]]:
    """Return films that the first judge puts nearest to one, nearest first; none when it does not know it."""
    found, _ = judges.at_work()
    if found is None:
        return None, []
    near = found.model.similar(film.pk, most + SPARE)
    films = Movie.objects.in_bulk([entry.film for entry in near])
    return found, [films[entry.film] for entry in near if entry.film in films][:most]


def guess(film: Movie, taste: Taste) -> tuple[Judge | None, Predicted | None]:
    """Return what somebody of this taste would give a film, with its interval, leaving out what they gave it."""
    found = judges.sitting(taste.judge).judge
    others = taste.without(film.pk).ratings
    if found is None or not others:
        return found, None
    return found, found.model.predict(film.pk, others)
