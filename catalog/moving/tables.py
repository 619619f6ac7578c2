"""CSV as sites write it: decoded, its columns found by name whatever their order, its cells read with place and remedy."""

import csv
import html
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from catalog.moving.refusals import BadCell, BadFile
from catalog.words import printable

MOST_ROWS = 50_000  # of all files of an upload together
LONGEST = 20_000  # letters of one cell
NOTE = 2_000  # letters of a note; a test holds it against the models
SPLIT = _("Split the file, and bring its parts one after the other.")
SAVE_AS = _("Save it as UTF-8 (in a spreadsheet: «CSV UTF-8») and send it again.")
TOO_LONG, SHORTEN = _("it has %(letters)s letters."), _("Shorten it to %(most)s.")
AS_SENT = _("Send the file as the other site gave it.")
TITLE = 200  # letters of a title; a test holds it against the models
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]+\d?);", re.IGNORECASE)
FIRST_DAY = date(1888, 1, 1)
AGES = ("%Y-%m-%d", "%a %b %d %H:%M:%S %Y", "%d/%m/%Y %H:%M:%S")  # how sites have written days, over the years


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, and its cells by the column's name in small letters."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, *columns: str) -> str:
        """Return the first of these columns that has something in it, without the signs that nothing shows."""
        found = (printable(self.cells.get(name, "")).strip() for name in columns)
        return next((text for text in found if text), "")

    def year(self, *columns: str) -> int | None:
        given = self.text(*columns)
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and 1800 <= int(given) <= 2200):
            remedy = _("Write four digits, or leave it empty.")
            raise self.bad(columns[0], _("«%(value)s» is no year."), remedy, value=given[:40])
        return int(given)

    def day(self, *columns: str) -> date | None:
        given = self.text(*columns)
        if not given:
            return None
        for age in AGES:
            try:
                found = datetime.strptime(given, age).date()
            except ValueError:
                continue
            if found >= FIRST_DAY:
                return found
        remedy = _("Write it as 2024-05-31, or leave it empty.")
        raise self.bad(columns[0], _("«%(value)s» is no day since 1888."), remedy, value=given[:40])

    def title(self, column: str) -> str:
        """Return a film's title or a list's, on one line; some sites write «&amp;» and «&#39;» into their files."""
        spelt = _ENTITY.sub(lambda sign: html.unescape(sign[0]), self.text(column))
        given = " ".join(printable(spelt).split())
        if not given:
            raise self.bad(column, _("the title is missing."), _("Write it, or take the line out."))
        if len(given) > TITLE:
            raise self.bad(column, TOO_LONG, SHORTEN, letters=len(given), most=TITLE)
        return given

    def note(self, column: str) -> str:
        """Return what is written beside a film or a list: whole, or not at all."""
        given = self.text(column)
        if len(given) > NOTE:
            raise self.bad(column, TOO_LONG, SHORTEN, letters=len(given), most=NOTE)
        return given

    def bad(self, column: str, words: str, remedy: str, **given: str | int) -> BadCell:
        return BadCell(self.file, words, remedy, line=self.line, column=column, given=given)


def decoded(file: str, data: bytes) -> str:
    """Return a file's text. Raises BadFile with the line of the first byte that is no UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").replace("\x00", "")
        except UnicodeDecodeError as error:
            raise BadFile(file, _("it is UTF-16, and damaged."), SAVE_AS) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(file, _("it holds a letter that is not UTF-8."), SAVE_AS, line=line) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadFile(file, _("it is no text: it holds a zero byte."), _("Send a CSV."), line=line)
    return text


def rows(file: str, text: str, needed: Collection[str], *, after: int = 0) -> Iterator[Row]:
    """Yield a file's rows. needed: columns it cannot do without; after: lines before the header.

    Raises BadFile for a missing column, a row with too many cells, a quote that never ends.
    """
    lines = io.StringIO(text, newline="")
    for _line in range(after):
        lines.readline()
    start = lines.tell()
    delimiter = _delimiter(lines.readline())
    lines.seek(start)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        for name in needed:
            if name not in header:
                words = _("the column «%(name)s» is missing; there are: %(there)s.")
                given = {"name": name, "there": ", ".join(header)[:200] or "–"}
                raise BadFile(file, words, AS_SENT, line=after + 1, column=name, given=given)
        start = after + reader.line_num + 1
        for number, cells in enumerate(reader):
            if number >= MOST_ROWS:  # said here already: a file of millions is not read to its end
                words = _("there are more than %(most)s rows.")
                raise BadFile(file, words, SPLIT, line=start, given={"most": MOST_ROWS})
            line, start = start, after + reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            yield _row(file, line, header, cells)
    except csv.Error as error:
        words, remedy = _("the line is no CSV."), _("A quote may be missing: export it again.")
        raise BadFile(file, words, remedy, line=after + reader.line_num) from error


def lines_before(text: str, first: str, *, header: int) -> int | None:
    """Return how many lines stand before the row whose first cell is this; lines within a cell are no rows.

    header: lines before one that tells what stands between cells.
    """
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=_delimiter("".join(lines[header : header + 1])))
    start = 0
    try:
        for cells in reader:
            if cells and cells[0].strip().lower() == first:
                return start
            start = reader.line_num
    except csv.Error:
        pass  # who reads the rows says where
    return None


def _row(file: str, line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) > len(header) and any(cells[len(header) :]):
        words = _("it has %(cells)s cells where the header has %(columns)s columns.")
        remedy = _("Put texts with commas into quotes, or export it again.")
        raise BadFile(file, words, remedy, line=line, given={"cells": len(cells), "columns": len(header)})
    if longest := next((name for name, cell in zip(header, cells, strict=False) if len(cell) > LONGEST), None):
        words, remedy = _("it has more than %(most)s letters."), _("Shorten it.")
        raise BadFile(file, words, remedy, line=line, column=longest, given={"most": LONGEST})
    return Row(file, line, dict(zip(header, cells, strict=False)))


def _delimiter(head: str) -> str:
    """Return what stands between cells: spreadsheets of half of Europe write semicolons."""
    return max(",;\t", key=head.count) if any(sign in head for sign in ",;\t") else ","


def head_of(text: str) -> str:
    """Return the first line of a file, in small letters."""
    return io.StringIO(text).readline().strip().lower()
