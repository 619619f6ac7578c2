"""What somebody sent: found out by its contents, read whole, or refused in words."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_noop

from catalog.moving import imdb, letterboxd, own
from catalog.moving.archives import is_zip, unpack
from catalog.moving.lines import ENTRY, LIST, RATING, VIEWING, WATCHLIST, BadFile, Line, Parcel, Said
from catalog.moving.tables import MOST_LINES, columns_of, text_of

LETTERBOXD, IMDB, OWN = "LETTERBOXD", "IMDB", "OWN"
# A rating as it stands says more than one that a diary noted once, a day seen more than that a film was seen at all.
_ORDER = {RATING: 0, VIEWING: 1, WATCHLIST: 2, LIST: 3, ENTRY: 4}


def read(name: str, data: bytes) -> Parcel:
    """Return what a file holds. Raises BadFile: nothing in it can be read, or something in it is wrong."""
    if not data:
        raise BadFile(gettext_noop("{file} is empty. Choose the file again."), file=name)
    if not is_zip(data):
        return _tables({name: data})
    files = unpack(name, data)
    if own.reads(files):
        return Parcel(OWN, _bounded(name, own.lines(files)), [])
    tables = {path: found for path, found in files.items() if _is_table(path)}
    if not tables:
        raise BadFile(
            gettext_noop("{file}: there is no CSV file in it. Send an export of Letterboxd or IMDb, or one of ours."),
            file=name,
        )
    return _tables(tables)


def _tables(files: Mapping[str, bytes]) -> Parcel:
    source = ""
    lines: list[Line] = []
    notes: list[Said] = []
    for path, data in files.items():
        text = text_of(path, data)
        if imdb.reads(path, text):
            source = source or IMDB
            lines += _bounded(path, imdb.lines(path, text))
            notes += imdb.left_out(path, text)
        elif letterboxd.reads(path, text):
            source = source or LETTERBOXD
            lines += _bounded(path, letterboxd.lines(path, text))
        elif len(files) == 1:
            named = ", ".join(sorted(columns_of(text))[:8]) or "none"
            raise BadFile(
                gettext_noop(
                    "{file}: no known table has the columns {columns}. Send an export of Letterboxd or IMDb, or one of ours."
                ),
                file=path,
                columns=named,
            )
        else:
            notes.append(
                Said(
                    gettext_noop("{file} was left out: there is nothing in it that could be kept here."), {"file": path}
                )
            )
    if not source:
        raise BadFile(
            gettext_noop("Nothing in it could be read. Send an export of Letterboxd or IMDb, or one of ours.")
        )
    lines.sort(key=_rank)
    return Parcel(source, lines, notes)


def _rank(line: Line) -> tuple[int, bool]:
    """Return the sort key: by kind, what was noted in passing last; the order of the files stays otherwise."""
    name = line.file.rpartition("/")[2]
    passing = name.startswith("diary") if line.kind == RATING else bool(line.facts.get("once"))
    return (_ORDER[LIST] if line.kind == ENTRY else _ORDER[line.kind], passing)


def _is_table(path: str) -> bool:
    """Say whether a file of an archive is a table that counts: neither hidden nor of what was deleted or is others'."""
    name = path.rpartition("/")[2]
    aside = {"deleted", "orphaned", "likes", "__macosx"} & set(path.casefold().split("/")[:-1])
    return name.casefold().endswith(".csv") and not name.startswith(".") and not aside


def _bounded(name: str, lines: Iterator[Line]) -> list[Line]:
    found: list[Line] = []
    for line in lines:
        if len(found) == MOST_LINES:
            raise BadFile(
                gettext_noop("{file}: more than {most} lines. Split the file and send the parts one by one."),
                file=name,
                most=f"{MOST_LINES:,}",
            )
        found.append(line)
    return found
