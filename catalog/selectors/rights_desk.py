"""What a rights desk looks at: how many films play where and when, and what follows badly on what."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.models import Licence, Movie
from catalog.territories import COUNTRIES, TERRITORIES, WORLD

MONTHS = 12
SHORT = 60  # days: a longer pause is one that somebody meant
ONE = timedelta(days=1)
Held = tuple[date, date, str]  # first day, last day, territory


@dataclass(frozen=True)
class Month:
    """One month of one territory: films that play on its first day, licences that begin and that end in it."""

    first: date
    playing: int
    begin: int
    end: int


@dataclass(frozen=True)
class Clash:
    """Two licences of a film that do not follow well. days: of the gap, or of the overlap."""

    film: Movie
    territory: str
    first: Held
    second: Held
    days: int


def months(first: date) -> list[date]:
    """Return the first days of twelve months, from that of a day on."""
    start = first.year * 12 + first.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, start + MONTHS)]


def calendar(first: date) -> dict[str, list[Month]]:
    """Return a year of rights by territory: the world's own row holds what is for the whole world, which counts everywhere."""
    heads = months(first)
    playing: dict[tuple[str, date], set[int]] = defaultdict(set)
    begin: dict[tuple[str, date], int] = defaultdict(int)
    end: dict[tuple[str, date], int] = defaultdict(int)
    held = Licence.objects.filter(ends_on__gte=heads[0], starts_on__lt=_next(heads[-1]))
    for film, territory, starts_on, ends_on in held.values_list("movie_id", "territory", "starts_on", "ends_on"):
        for head in heads:
            if starts_on <= head <= ends_on:
                playing[territory, head].add(film)
        begin[territory, starts_on.replace(day=1)] += 1
        end[territory, ends_on.replace(day=1)] += 1
    return {
        code: [
            Month(
                head,
                len(playing[code, head] | (playing[WORLD, head] if code in COUNTRIES else set())),
                begin[code, head],
                end[code, head],
            )
            for head in heads
        ]
        for code in TERRITORIES
    }


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def clashes(day: date) -> tuple[list[Clash], list[Clash]]:
    """Return gaps and overlaps that are not yet past on a day, by film.

    An overlap is of two licences of one territory, or of a country and the world. A gap is a pause of a country of 60
    days at most between what it has, its own and the world's.
    """
    held: dict[int, list[Held]] = defaultdict(list)
    rows = Licence.objects.filter(ends_on__gte=day - timedelta(days=SHORT)).order_by("movie_id", "starts_on", "pk")
    for film, first, last, territory in rows.values_list("movie_id", "starts_on", "ends_on", "territory"):
        held[film].append((first, last, territory))
    several = {film: windows for film, windows in held.items() if len(windows) > 1}
    films = _films(set(several))
    known = [(films[film], windows) for film, windows in several.items() if film in films]
    gaps = [Clash(film, *found) for film, windows in known for found in _gaps(windows, day)]
    twice = [Clash(film, *found) for film, windows in known for found in _overlaps(windows, day)]
    return gaps, twice


def _films(numbers: set[int]) -> dict[int, Movie]:
    ordered = sorted(numbers)
    chunks = (ordered[start : start + 1_000] for start in range(0, len(ordered), 1_000))
    return {film.pk: film for chunk in chunks for film in Movie.objects.filter(pk__in=chunk)}


def _overlaps(windows: Sequence[Held], day: date) -> Iterator[tuple[str, Held, Held, int]]:
    for place, one in enumerate(windows):
        for other in windows[place + 1 :]:
            last = min(one[1], other[1])
            same = one[2] == other[2] or WORLD in (one[2], other[2])
            if same and other[0] <= last and last >= day:
                territory = other[2] if one[2] == WORLD else one[2]
                yield territory, one, other, (last - other[0]).days + 1


def _gaps(windows: Sequence[Held], day: date) -> Iterator[tuple[str, Held, Held, int]]:
    codes = {window[2] for window in windows}
    for territory in sorted(codes - {WORLD} or codes):
        mine = [window for window in windows if window[2] in (territory, WORLD)]
        before = mine[0] if mine else None
        for window in mine[1:]:
            assert before
            pause = (window[0] - before[1]).days - 1
            if 1 <= pause <= SHORT and window[0] > day:
                yield territory, before, window, pause
            before = max(before, window, key=lambda each: each[1])
