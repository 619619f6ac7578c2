"""Letterboxd's export: stars of five in halves, days without an hour, titles and years but no numbers we know."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_noop as _

from catalog.moving.lines import ENTRY, LIST, RATING, SEEN, WATCHED, WATCHLIST, Line, noon
from catalog.moving.refusals import BadCell, BadFile
from catalog.moving.tables import Row, head_of, lines_before, rows

ORIGIN = "LETTERBOXD"
LIST_HEAD = "letterboxd list export"
FILM = ("name", "year")
MARK = "letterboxd uri"  # the column that only this site has
OURS = ("ratings.csv", "diary.csv", "watched.csv", "watchlist.csv")
KEEP_NAME = _("Keep the name the file came with: ratings.csv, diary.csv, watched.csv or watchlist.csv.")


def is_ours(name: str, text: str) -> bool:
    """Say whether a file is one of Letterboxd's that we read. Reviews, and what it keeps of deleted things, are not."""
    head = head_of(text)
    if head.startswith(LIST_HEAD):
        return name.rpartition("/")[0] in ("", "lists")
    return name in OURS and (MARK in head or ("name" in head and "year" in head))


def refuse_misnamed(heads: Mapping[str, str]) -> None:
    """Raise BadFile for a file that is Letterboxd's by its first line, and none that we know by its name."""
    for name in sorted(heads):
        if MARK in head_of(heads[name]):
            raise BadFile(name, _("by its name it is none of the files we read."), KEEP_NAME)


def lines(texts: Mapping[str, str]) -> Iterator[Line]:
    """Yield what the files bring: ratings, the latest first; then the diary, what was watched, watchlist and lists."""
    given = [name for name in OURS if name in texts]
    readers = {"ratings.csv": _ratings, "diary.csv": _diary, "watched.csv": _watched, "watchlist.csv": _watchlist}
    for name in given:
        if name == "diary.csv" and "ratings.csv" not in texts:
            yield from _latest_first(_each(name, texts[name], RATING, _rating_of_diary))
        yield from readers[name](name, texts[name])
    for name in sorted(texts):
        if name not in given:
            yield from _list(name, texts[name])


def _ratings(name: str, text: str) -> Iterator[Line]:
    yield from _latest_first(_each(name, text, RATING, _rating, either=("rating", "rating10")))


def _diary(name: str, text: str) -> Iterator[Line]:
    yield from _each(name, text, SEEN, _seen)


def _watched(name: str, text: str) -> Iterator[Line]:
    yield from _each(name, text, WATCHED, lambda row: Line(WATCHED, row.file, row.line, **_film(row)))


def _watchlist(name: str, text: str) -> Iterator[Line]:
    yield Line(LIST, name, 1, facts={"list": WATCHLIST, "ref": name})
    yield from sorted(_each(name, text, ENTRY, _wanted), key=lambda line: (line.facts.get("added_at", ""), line.line))


def _each(name: str, text: str, kind: str, read: Any, *, either: tuple[str, ...] = ()) -> Iterator[Line]:
    head = head_of(text)
    if either and not any(column in head for column in either):
        words, given = _("the column «%(name)s» is missing."), {"name": either[0]}
        raise BadFile(name, words, _("Export it again."), line=1, column=either[0], given=given)
    for row in rows(name, text, FILM):
        try:
            line = read(row)
        except BadCell as wrong:
            line = Line(kind, row.file, row.line, title=row.text("name")[:200], problem=wrong)
        if line is not None:
            yield line


def _film(row: Row) -> dict[str, Any]:
    return {"title": row.title("name"), "year": row.year("year")}


def _rating(row: Row) -> Line | None:
    value = stars(row, "rating", 2) if row.text("rating") else stars(row, "rating10", 1)
    day = row.day("date")
    facts = {"value": value, "rated_at": noon(day) if day else None}
    return Line(RATING, row.file, row.line, **_film(row), facts=facts)


def _rating_of_diary(row: Row) -> Line | None:
    """Without ratings.csv the diary's own stars are all there is; the film's last ones count."""
    if not row.text("rating", "rating10"):
        return None
    value = stars(row, "rating", 2) if row.text("rating") else stars(row, "rating10", 1)
    day = row.day("watched date", "watcheddate", "date")
    facts = {"value": value, "rated_at": noon(day) if day else None}
    return Line(RATING, row.file, row.line, **_film(row), facts=facts)


def _seen(row: Row) -> Line:
    day, noted = row.day("watched date", "watcheddate"), row.day("date")
    facts = {"seen_on": day.isoformat() if day else None, "recorded_at": noon(noted) if noted else None}
    return Line(SEEN, row.file, row.line, **_film(row), facts=facts)


def _wanted(row: Row) -> Line:
    day = row.day("date")
    facts = {"list": WATCHLIST, "ref": row.file, "added_at": noon(day) if day else None}
    return Line(ENTRY, row.file, row.line, **_film(row), facts=facts)


def stars(row: Row, column: str, times: int) -> int:
    """Return a rating as points of ten. times: 2 for stars of five in halves, 1 for points. Raises BadCell."""
    given = row.text(column)
    try:
        value = Decimal(given.replace(",", ".")) * times
    except InvalidOperation:
        value = Decimal(0)
    if value != value.to_integral_value() or not 1 <= value <= 10:
        halves = _("It is 0.5 to 5 in halves; leave the line out if there is none.")
        whole = _("It is 1 to 10, whole; leave the line out if there is none.")
        raise row.bad(column, _("«%(value)s» is no rating."), halves if times == 2 else whole, value=given[:40])
    return int(value)


def _latest_first(found: Iterator[Line]) -> Iterator[Line]:
    """Yield ratings so that of two of one film the later comes first, and counts."""
    yield from sorted(found, key=lambda line: (line.facts.get("rated_at") or "", -line.line), reverse=True)


def _list(name: str, text: str) -> Iterator[Line]:
    """A list has two tables: what it is, and, after an empty line, its films."""
    facts = next(rows(name, text, ("name",), after=1), None)
    if facts is None:
        raise BadFile(name, _("the list has no title."), _("Export it again."), line=3, column="name")
    try:
        title, day, note = facts.title("name"), facts.day("date"), facts.note("description")
    except BadCell as wrong:
        raise wrong.of_all() from wrong
    made = noon(day) if day else None
    about = {"list": title, "ref": name, "made_at": made, "note": note, "numbered": False}
    yield Line(LIST, name, 3, facts=about)
    start = lines_before(text, "position", header=1)
    if start is None:
        raise BadFile(name, _("the table of its films is missing."), _("Export the list again."), column="position")
    for row in rows(name, text, FILM, after=start):
        try:
            mine = {"list": title, "ref": name, "note": row.note("description"), "added_at": made}
            yield Line(ENTRY, row.file, row.line, **_film(row), facts=mine)
        except BadCell as wrong:
            yield Line(ENTRY, row.file, row.line, title=row.text("name")[:200], problem=wrong)
