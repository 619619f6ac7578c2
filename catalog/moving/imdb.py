"""IMDb's exports: points of ten, one number per film that we do not have, headers that drift with the years."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_noop as _

from catalog.moving.letterboxd import stars
from catalog.moving.lines import ENTRY, LIST, RATING, WATCHLIST, Line, noon
from catalog.moving.refusals import BadCell
from catalog.moving.tables import Row, head_of, rows

ORIGIN = "IMDB"
FILM = ("const", "title", "year")
GIVEN = ("your rating", "you rated")  # old files say «You rated»
NO_FILM = re.compile(r"series|episode|game|podcast", re.IGNORECASE)


def is_ours(_: str, text: str) -> bool:
    """Say whether a file is IMDb's: the number of each film is in a column «Const»."""
    return "const" in re.split(r"[,;\t]", head_of(text).replace('"', ""))


def lines(texts: Mapping[str, str]) -> Iterator[Line]:
    """Yield what the files bring: ratings, the latest first, then watchlist and lists in their order."""
    ratings = [line for name in sorted(texts) for line in _each(name, texts[name], RATING, _rating)]
    yield from sorted(ratings, key=lambda line: (line.facts.get("rated_at") or "", -line.line), reverse=True)
    for name in sorted(texts):
        if is_list(name, texts[name]):
            about = {"list": list_title(name), "ref": name, "note": "", "numbered": False}
            yield Line(LIST, name, 1, facts=about)
            yield from _each(name, texts[name], ENTRY, _entry)


def is_list(name: str, text: str) -> bool:
    """Say whether a file is a list: its films have places. Those of old ratings do too: they are known by their name."""
    return "position" in head_of(text) and "rating" not in PurePosixPath(name).stem.lower()


def list_title(name: str) -> str:
    stem = PurePosixPath(name).stem
    return WATCHLIST if "watchlist" in stem.lower() else (stem.replace("_", " ").strip()[:200] or "IMDb")


def _each(name: str, text: str, kind: str, read: Any) -> Iterator[Line]:
    for row in rows(name, text, FILM):
        try:
            line = read(row)
        except BadCell as wrong:
            line = Line(kind, row.file, row.line, title=row.text("title")[:200], problem=wrong)
        if line is not None:
            yield line


def _film(row: Row) -> dict[str, Any]:
    title, original = row.title("title"), row.text("original title")
    kind = row.text("title type")
    if NO_FILM.search(kind):
        remedy = _("We show films: nothing needs to be done.")
        raise row.bad("title type", _("it is no film but this: %(kind)s."), remedy, kind=kind[:40])
    return {"title": title, "year": row.year("year"), "names": (row.title("original title"),) if original else ()}


def _rating(row: Row) -> Line | None:
    column = next((name for name in GIVEN if row.text(name)), None)
    if column is None:
        return None
    film, value = _film(row), stars(row, column, 1)
    day = row.day("date rated") or (None if row.text("position") and row.text("modified") else row.day("created"))
    return Line(RATING, row.file, row.line, **film, facts={"value": value, "rated_at": noon(day) if day else None})


def _entry(row: Row) -> Line:
    day, film = row.day("created"), _film(row)
    facts = {"list": list_title(row.file), "ref": row.file, "note": row.note("description")}
    return Line(ENTRY, row.file, row.line, **film, facts={**facts, "added_at": noon(day) if day else None})
