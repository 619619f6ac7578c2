"""IMDb's exports: ratings.csv, watchlist.csv and lists, as tables whose columns have had several names over the years."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from catalog.moving.lines import RATING, WATCHLIST, BadFile, Line, Said
from catalog.moving.tables import cell, columns_of, day_of, noon_of, records, year_of

OURS = ("your rating", "you rated")
FILMS = {"movie", "tvmovie", "tv movie", "feature film", "documentary", "video", ""}
LEFT_OUT = gettext_noop(
    "{file}: {number} lines are of series, episodes, shorts or games, which are not in this catalogue."
)


def reads(path: str, text: str) -> bool:
    """Say whether a table is one of IMDb's, by its columns."""
    return "const" in columns_of(text)


def lines(path: str, text: str) -> Iterator[Line]:
    """Yield the lines of one export: ratings where one was given, the watchlist otherwise. Raises BadFile."""
    rated = bool(set(OURS) & columns_of(text)) and not path.rpartition("/")[2].casefold().startswith("watchlist")
    for number, row in records(path, text):
        film = _film(path, number, row)
        if not is_film(row):
            continue
        if rated:
            value = _value(path, number, cell(path, number, row, OURS))
            if value is not None:
                day = day_of(path, number, "Date Rated", _any(row, "date rated", "created"))
                yield Line(RATING, facts={"value": value, "at": noon_of(day)}, **film)
        else:
            day = day_of(path, number, "Created", _any(row, "created"))
            note = row.get("description", "").strip()[:2000]
            yield Line(WATCHLIST, facts={"at": noon_of(day), "note": note}, **film)


def is_film(row: Mapping[str, str]) -> bool:
    return row.get("title type", "").strip().casefold() in FILMS


def left_out(path: str, text: str) -> list[Said]:
    """Say what of a table is not of films."""
    number = sum(not is_film(row) for _, row in records(path, text))
    return [Said(LEFT_OUT, {"file": path, "number": number})] if number else []


def _film(path: str, number: int, row: Mapping[str, str]) -> dict[str, Any]:
    title = cell(path, number, row, ("Title",))
    const = cell(path, number, row, ("Const",))
    if not title:
        raise BadFile(gettext_noop("{file}, line {line}, Title: the title is missing."), file=path, line=number)
    year = year_of(path, number, row.get("year", "").strip())
    return {"file": path, "number": number, "title": title[:200], "year": year, "ref": const[:40]}


def _value(path: str, number: int, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 10 and len(text) <= 2):
        raise BadFile(
            gettext_noop("{file}, line {line}, Your Rating: “{given}” is no whole number from 1 to 10."),
            file=path,
            line=number,
            given=text[:20],
        )
    return int(text)


def _any(row: Mapping[str, str], *columns: str) -> str:
    return next((row[column].strip() for column in columns if row.get(column, "").strip()), "")
