"""An upload read: whose it is, and what it brings."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.utils.translation import gettext_noop as _

from catalog.moving import archives, imdb, letterboxd, own
from catalog.moving.lines import Brought, Line
from catalog.moving.refusals import BadFile
from catalog.moving.tables import MOST_ROWS, SPLIT, decoded

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
WE_READ = _("We read Letterboxd’s ZIP or its CSVs, IMDb’s CSVs, and the ZIP of this site.")


def read(name: str, data: bytes) -> Brought:
    """Return what an upload brings. name: what the member's file is called. Raises BadFile."""
    found = archives.files(name, data)
    if own.is_ours(found):
        return Brought(own.ORIGIN, _bounded(name, own.lines(found)), sorted(set(found) - own.read_files(found)))
    texts = {file: data for file, data in found.items() if file.lower().endswith(".csv")}
    if not texts:
        raise BadFile(name, _("there is no CSV in it."), WE_READ)
    for site in (letterboxd, imdb):
        mine = _of(site.is_ours, texts)
        if mine:
            lines = _bounded(name, site.lines(mine))
            if not lines:
                raise BadFile(name, _("it has a header and no line below it."), _("There is nothing to bring."))
            return Brought(site.ORIGIN, lines, sorted(set(found) - set(mine)))
    letterboxd.refuse_misnamed({file: _head(data) for file, data in texts.items()})
    first = min(texts)
    raise BadFile(first, _("its columns are not those of a site we know."), WE_READ, line=1)


def _of(is_ours: Callable[[str, str], bool], texts: dict[str, bytes]) -> dict[str, str]:
    """Return the files of one site, decoded; of the others only the first line is looked at."""
    return {file: decoded(file, data) for file, data in texts.items() if is_ours(file, _head(data))}


def _head(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in _UTF16 else "utf-8-sig"
    return data[:4_096].decode(encoding, "replace").partition("\n")[0]


def _bounded(name: str, lines: Iterable[Line]) -> list[Line]:
    found: list[Any] = list(islice(lines, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        last = found[-1]
        words = _("there are more than %(most)s rows; this is the first beyond them.")
        raise BadFile(last.file or name, words, SPLIT, line=last.line, given={"most": MOST_ROWS})
    return found
