"""Films for the catalogue from the ggplot2movies table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from catalog.titles import restore_article, sort_title

GENRES: Final = ("Action", "Animation", "Comedy", "Documentary", "Drama", "Romance")
# The 12 values that occur, tenths of a percent: nothing, ten bands by their middle, all. 45.5 stands where 54.5 should.
BANDS: Final = (0, 45, 145, 245, 345, 445, 455, 645, 745, 845, 945, 1000)
LONG: Final = 300  # minutes; longer films are named, not changed


class Frame(Protocol):
    """What is asked of a table (a pandas DataFrame is one): columns by name that can become lists."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True)
class DemoFilm:
    """One film as its source states it.

    runtime: minutes or None; certificate: "" if none; genres: sorted, of GENRES; mean_tenths: mean rating 1–10, times
    ten; bands: ten values of BANDS, the share of votes for 1…10 in tenths of a percent: bands, not a histogram.
    """

    id: int
    title: str
    sort_title: str
    year: int
    runtime: int | None
    certificate: str
    genres: tuple[str, ...]
    votes: int
    mean_tenths: int
    bands: tuple[int, ...]


def films(frame: Frame, *, until: int, count: int = 10_000) -> list[DemoFilm]:
    """Return the `count` most voted films released by `until` (a year), shorts left out, most voted first.

    frame: the 58,788 rows of ggplot2movies `movies`. A film's id is its row number in R, from 1; films with equal votes
    stand in row order, at the cut too. Raises ValueError if rows are not numbered 1…n or a figure is not exact.
    """
    numbers = frame["rownames"].tolist()
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("The rows of the film table are not numbered 1 to n in order.")
    chosen = [row for row in _rows(frame) if not row["Short"] and row["year"] <= until]
    chosen.sort(key=lambda row: (-row["votes"], row["rownames"]))
    return [_film(row) for row in chosen[:count]]


def oddities(films: Sequence[DemoFilm]) -> list[str]:
    """Return one sentence for each oddity of the source that was kept as it is."""
    sums = [sum(film.bands) / 10 for film in films]
    long = [film for film in films if (film.runtime or 0) > LONG]
    return [
        f"{_share(films, lambda f: f.runtime is None)} have no running time.",
        f"{len(long)} run longer than {LONG} minutes: "
        + "; ".join(f"{film.title} ({film.year}, {film.runtime} min)" for film in long)
        + ".",
        f"{_share(films, lambda f: not f.certificate)} have no certificate, "
        f"{_share(films, lambda f: not f.genres)} have no genre.",
        f"The bands of a film add up to anything from {min(sums, default=0):g} % to {max(sums, default=0):g} %; "
        "the band of 50–59 % is written 45.5 by the source where 54.5 was meant.",
        f"{_share(films, lambda f: not f.title.isascii())} have an accent in the title; "
        "the source lost every film whose title has one, such as Léon.",
    ]


def _rows(frame: Frame) -> Iterator[dict[str, Any]]:
    names = ["rownames", "title", "year", "length", "rating", "votes", "mpaa", "Short", *GENRES]
    names += [f"r{point}" for point in range(1, 11)]
    for row in zip(*(frame[name].tolist() for name in names), strict=True):
        yield dict(zip(names, row, strict=True))


def _film(row: dict[str, Any]) -> DemoFilm:
    runtime, certificate = row["length"], row["mpaa"]
    bands = tuple(_tenths(row[f"r{point}"]) for point in range(1, 11))
    if not set(bands) <= set(BANDS):
        raise ValueError(f"Row {row['rownames']}: {bands} holds a share that is none of the twelve.")
    return DemoFilm(
        id=row["rownames"],
        title=restore_article(row["title"]),
        sort_title=sort_title(row["title"]),
        year=row["year"],
        runtime=int(runtime) if runtime == runtime and runtime > 0 else None,  # NaN is not equal to itself
        certificate=certificate.strip() if isinstance(certificate, str) else "",
        genres=tuple(name for name in GENRES if row[name]),
        votes=row["votes"],
        mean_tenths=_tenths(row["rating"]),
        bands=bands,
    )


def _tenths(value: float) -> int:
    tenths = round(value * 10)
    if abs(value * 10 - tenths) > 1e-6:
        raise ValueError(f"{value!r} has more than one decimal.")
    return tenths


def _share(films: Sequence[DemoFilm], test: Any) -> str:
    return f"{sum(map(test, films)):,} of {len(films):,} films"
