"""Letterboxd's export: a ZIP of tables without any number of a film, or one of those tables.

ratings.csv (half-stars, 0.5 to 5), diary.csv, watched.csv, watchlist.csv, lists/*.csv; also what its importer takes
(Title, Year, Rating or Rating10, WatchedDate). Half-stars are doubled; days are kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from catalog.moving.lines import ENTRY, LIST, RATING, VIEWING, WATCHLIST, BadFile, Line
from catalog.moving.tables import cell, columns_of, day_of, noon_of, records, year_of

NAMES = ("Name", "Title")
_STARS = re.compile(r"([0-5])(?:[.,]([05]))?")
_TEN = re.compile(r"10|[1-9]")


def reads(path: str, text: str) -> bool:
    """Say whether a table is one of Letterboxd's: by its columns, whatever it is called."""
    columns = columns_of(text)
    ours = {"letterboxd uri", "rating10", "watcheddate"} & columns
    return (bool(ours) and bool({"name", "title"} & columns)) or text.startswith("Letterboxd list export")


def lines(path: str, text: str) -> Iterator[Line]:
    """Yield the lines of one table of an export. Raises BadFile."""
    name = path.rpartition("/")[2]
    if text.startswith("Letterboxd list export"):
        return _list(path, text)
    columns = columns_of(text)
    if name.startswith("watchlist"):
        return _each(path, text, WATCHLIST)
    if "watched date" in columns or "watcheddate" in columns:
        return _diary(path, text)
    if "rating" in columns or "rating10" in columns:
        return _each(path, text, RATING)
    return _each(path, text, VIEWING)


def value_of(path: str, number: int, row: Mapping[str, str]) -> int | None:
    """Return a rating from 1 to 10, or None where none was given. Raises BadFile."""
    if row.get("rating10", "").strip():
        ten = row["rating10"].strip()
        if not _TEN.fullmatch(ten):
            raise BadFile(
                gettext_noop("{file}, line {line}, Rating10: “{given}” is no whole number from 1 to 10."),
                file=path,
                line=number,
                given=ten[:20],
            )
        return int(ten)
    text = row.get("rating", "").strip()
    if not text:
        return None
    found = _STARS.fullmatch(text)
    halves = int(found[1]) * 2 + (found[2] == "5") if found else 0
    if not 1 <= halves <= 10:
        raise BadFile(
            gettext_noop("{file}, line {line}, Rating: “{given}” is not 0.5 to 5 in half-stars."),
            file=path,
            line=number,
            given=text[:20],
        )
    return halves


def _film(path: str, number: int, row: Mapping[str, str]) -> dict[str, Any]:
    title = cell(path, number, row, NAMES)
    if not title:
        raise BadFile(gettext_noop("{file}, line {line}, Name: the title is missing."), file=path, line=number)
    return {
        "file": path,
        "number": number,
        "title": title[:200],
        "year": year_of(path, number, row.get("year", "").strip()),
    }


def _each(path: str, text: str, kind: str) -> Iterator[Line]:
    for number, row in records(path, text):
        day = day_of(path, number, "Date", row.get("date", "").strip())
        if kind == RATING:
            value = value_of(path, number, row)
            if value is not None:
                yield Line(RATING, facts={"value": value, "at": noon_of(day)}, **_film(path, number, row))
        elif kind == VIEWING:  # watched.csv tells that, not when: the day is that of the entry
            yield Line(VIEWING, facts={"on": "", "note": "", "once": True}, **_film(path, number, row))
        else:
            yield Line(kind, facts={"at": noon_of(day), "note": ""}, **_film(path, number, row))


def _diary(path: str, text: str) -> Iterator[Line]:
    for number, row in records(path, text):
        film = _film(path, number, row)
        on = cell(path, number, row, ("Watched Date", "WatchedDate"))
        day = day_of(path, number, "Watched Date", on)
        value = value_of(path, number, row)
        if value is not None:
            yield Line(RATING, facts={"value": value, "at": noon_of(day)}, **film)
        yield Line(VIEWING, facts={"on": day, "note": ""}, **film)


def _list(path: str, text: str) -> Iterator[Line]:
    """Read a list: a line of its kind, a table of the list, an empty line, a table of its films."""
    _, _, rest = text.partition("\n")
    head, gap, table = re.sub(r"\r\n?", "\n", rest).partition("\n\n")
    told = next((row for _, row in records(path, head)), None)
    title = (told or {}).get("name", "").strip()
    if not gap or not title:
        raise BadFile(
            gettext_noop("{file}: the list has no name, or no films below it. Fetch the export again."), file=path
        )
    made = noon_of(day_of(path, 2, "Date", (told or {}).get("date", "").strip()))
    key = path[-200:]
    facts = {
        "list": key,
        "title": title[:200],
        "note": (told or {}).get("description", "").strip()[:2000],
        "numbered": True,
        "made_at": made,
    }
    yield Line(LIST, path, 2, facts=facts)
    before = 1 + head.count("\n") + 2  # the lines above the table of films
    for place, (number, row) in enumerate(records(path, table), start=1):
        facts = {"list": key, "place": place, "note": row.get("description", "").strip()[:2000], "at": made}
        yield Line(ENTRY, facts=facts, **_film(path, before + number, row))
