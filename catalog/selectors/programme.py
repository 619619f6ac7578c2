"""What plays where and until when, over licences that follow one another; what has just come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catalog.models import Licence, Movie
from catalog.models.licences import LicenceQuerySet
from catalog.territories import ZONES, day_at, end_of

ONE = timedelta(days=1)
Window = tuple[date, date]


@dataclass(frozen=True)
class Showing:
    """A film plays in a territory, without a night in between, from a first day to a last one, and until that moment."""

    territory: str
    first: date
    last: date
    ends_at: datetime
    days_left: int


def unbroken(windows: Iterable[Window], day: date) -> Window | None:
    """Return the first and last day of the stretch around a day on which one window or another holds; None outside of all."""
    found: Window | None = None
    for first, last in sorted(windows):
        if found and (found[1] == date.max or first <= found[1] + ONE):
            found = found[0], max(found[1], last)
        elif found and found[0] <= day <= found[1]:
            return found
        else:
            found = first, last
    return found if found and found[0] <= day <= found[1] else None


def showing(movie_id: int, territory: str, at: datetime) -> Showing | None:
    """Return how a film plays in a territory at a moment, or None when it does not."""
    windows = Licence.objects.filter(movie_id=movie_id).covering(territory).values_list("starts_on", "ends_on")
    day = day_at(territory, at)
    found = unbroken(windows, day)
    if found is None:
        return None
    return Showing(territory, *found, end_of(ZONES[territory], found[1]), (found[1] - day).days)


def plays(movie_id: int, territory: str, at: datetime) -> bool:
    """Say whether a film may be shown in a territory at a moment: one small query."""
    return Licence.objects.filter(movie_id=movie_id).covering(territory).on(day_at(territory, at)).exists()


@dataclass(frozen=True)
class Leaving:
    """A film that plays here for a few days more. back: the first day on which it plays again, when that is agreed."""

    film: Movie
    last: date
    days: int
    back: date | None


def leaving(territory: str, day: date, within: int = 30) -> list[Leaving]:
    """Return films that play here and will not for so many days more, those that leave first, then by rank.

    A licence that another one follows without a night between is no end.
    """
    until = day + timedelta(days=within)
    here = Licence.objects.covering(territory).filter(ends_on__gte=day)
    windows = _windows(here, here.on(day).filter(ends_on__lte=until))
    found = {movie_id: stretch for movie_id, held in windows.items() if (stretch := unbroken(held, day))}
    last = {movie_id: stretch[1] for movie_id, stretch in found.items() if stretch[1] <= until}
    films = Movie.objects.select_related("standing").in_bulk(last)
    ranked = sorted(films.values(), key=lambda film: (last[film.pk], place(film)))
    return [
        Leaving(film, last[film.pk], (last[film.pk] - day).days, _back(windows[film.pk], last[film.pk]))
        for film in ranked
    ]


def _windows(rights: LicenceQuerySet, of: LicenceQuerySet) -> dict[int, list[Window]]:
    """Return the windows of these rights by film, for the films of those."""
    found: dict[int, list[Window]] = {}
    held = rights.filter(movie_id__in=of.values("movie_id"))
    for movie_id, first, last in held.values_list("movie_id", "starts_on", "ends_on"):
        found.setdefault(movie_id, []).append((first, last))
    return found


def _back(windows: list[Window], last: date) -> date | None:
    return min((first for first, _ in windows if first > last), default=None)


def arrived(territory: str, day: date, within: int = 30) -> list[tuple[Movie, date]]:
    """Return films that play here and did not before so many days ago, the newest first, then by rank; with their first day.

    A renewed right is no arrival: what counts is the first day of the unbroken stretch.
    """
    since = day - timedelta(days=within)
    here = Licence.objects.covering(territory)
    windows = _windows(here, here.on(day).filter(starts_on__gt=since))
    found = {movie_id: unbroken(held, day) for movie_id, held in windows.items()}
    first = {movie_id: stretch[0] for movie_id, stretch in found.items() if stretch and stretch[0] > since}
    films = Movie.objects.select_related("standing").in_bulk(first)
    ranked = sorted(films.values(), key=lambda film: (day - first[film.pk], place(film)))
    return [(film, first[film.pk]) for film in ranked]


def place(film: Movie) -> tuple[bool, int, int]:
    """Return the sort key of a place in the chart, films without one last."""
    rank = getattr(getattr(film, "standing", None), "rank", None)
    return rank is None, rank or 0, film.pk
