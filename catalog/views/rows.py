"""Films as pages show them: every number a text, rounded half to even from whole numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from catalog import cards, words
from catalog.models import Movie, Standing
from catalog.recsys.weighted import half_even
from catalog.selectors.documents import decimal


@dataclass(frozen=True)
class Row:
    """One line of a list of films."""

    rank: int | None
    film_id: int
    title: str
    year: int
    genres_label: str
    url: str
    wr_4: str
    votes: int
    mean_1: str
    thumb_svg: SafeString
    moved: int = 0
    mine: int | None = None
    plays: bool | None = None  # here and today; None where a page does not ask


@lru_cache(maxsize=4096)
def thumb_svg(film_id: int, title: str, year: int, genres: tuple[str, ...]) -> SafeString:
    return mark_safe(cards.thumb(film_id, title, year, genres))  # noqa: S308 — drawn and escaped by us


def card_svg(film_id: int, title: str, year: int, genres: tuple[str, ...]) -> SafeString:
    """Return a film's card for a page, its genre named in the visitor's language."""
    return _card(film_id, title, year, genres, words.genre(genres[0]) if genres else "")


@lru_cache(maxsize=1024)
def _card(film_id: int, title: str, year: int, genres: tuple[str, ...], genre: str) -> SafeString:
    return mark_safe(cards.card(film_id, title, year, genres, genre))  # noqa: S308 — drawn and escaped by us


def figure(value: int, places: int) -> str:
    """Return value / 10^places as people read it: an exact decimal text with the signs of their language."""
    return words.figure(f"{Decimal(decimal(value, places)):,}")


def wr_text(wr_e6: int, places: int = 4) -> str:
    """Return a WR in millionths at so many decimals, as people read it."""
    return figure(half_even(wr_e6, 10 ** (6 - places)), places)


def mean_text(points: int, votes: int, places: int = 1) -> str:
    """Return S/10v, the mean in points, at so many decimals, as people read it; a dash without votes."""
    return figure(half_even(points * 10 ** (places - 1), votes), places) if votes else "–"


def row(film: Movie, moved: int = 0) -> Row:
    """Return a film as a line; its standing must have been selected with it."""
    standing: Standing | None = getattr(film, "standing", None)
    return Row(
        rank=standing.rank if standing else None,
        film_id=film.pk,
        title=film.title,
        year=film.year,
        genres_label=words.genres(film.genre_names),
        url=film.get_absolute_url(),
        wr_4=wr_text(standing.wr_e6) if standing else "–",
        votes=standing.votes if standing else 0,
        mean_1=mean_text(standing.points, standing.votes) if standing else "–",
        thumb_svg=thumb_svg(film.pk, film.title, film.year, film.genre_names),
        moved=moved,
    )


def rows(films: Iterable[Movie]) -> list[Row]:
    return [row(film) for film in films]


def own_rows(films: Sequence[Movie], mine: Mapping[int, int], here: Collection[int] | None = None) -> list[Row]:
    """Return films as lines with what is the visitor's own. here: which of them play where the visitor is, if asked."""
    return [
        replace(row(film), mine=mine.get(film.pk), plays=None if here is None else film.pk in here) for film in films
    ]


def strip(films: Iterable[Movie]) -> list[dict[str, Any]]:
    """Return films as cards in a strip."""
    return [
        {
            "film_id": film.pk,
            "url": film.get_absolute_url(),
            "title": film.title,
            "year": film.year,
            "card_svg": card_svg(film.pk, film.title, film.year, film.genre_names),
        }
        for film in films
    ]


def bars(counts: Sequence[int], labels: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return histogram bars; shares are whole per cents that sum to 100 (largest remainder)."""
    total, most = sum(counts), max(counts, default=0)
    shares = _shares(counts, total)
    return [
        {
            "label": labels[place] if labels else str(place + 1),
            "count": count,
            "percent": shares[place],
            "x": 60 * place,
            "height": count * 120 // most if most else 0,
        }
        for place, count in enumerate(counts)
    ]


def _shares(counts: Sequence[int], total: int) -> list[int]:
    if not total:
        return [0] * len(counts)
    shares = [count * 100 // total for count in counts]
    by_rest = sorted(range(len(counts)), key=lambda place: (-(counts[place] * 100 % total), place))
    for place in by_rest[: 100 - sum(shares)]:
        shares[place] += 1
    return shares
